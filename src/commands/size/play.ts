import { SystemClock, VirtualClock } from '../../base/clock.ts';
import { EXIT } from '../../base/errors.ts';
import { writeWhole } from '../../base/write-whole.ts';
import { writePicture } from '../../figures/picture.ts';
import { play } from '../../play/play.ts';
import { createRunFolder } from '../../record/run-folder.ts';
import { sectionsText } from '../../report/render/text.ts';
import { sizeFigures } from '../../sizing/figures.ts';
import { withGaps } from '../../sizing/gaps.ts';
import { sizeJson } from '../../sizing/json.ts';
import type { SizeSettings } from '../../sizing/option.ts';
import { TELLING } from '../../sizing/seedless.ts';
import { GAPS, sized } from '../../sizing/size.ts';
import { sizeSections } from '../../sizing/text.ts';
import { limitTexts } from '../../sweep/limits.ts';
import { resultOf } from '../../sweep/play-point.ts';
import type { Lanes, Surroundings } from '../../sweep/running.ts';
import { threadLanes } from '../../sweep/threads.ts';
import { onSignal } from '../terminal/interrupts.ts';
import { exitCodeOf } from '../terminal/present.ts';
import { reportColumns } from '../terminal/screen.ts';
import { say } from '../terminal/stderr.ts';
import type { SizeFlags } from './flags.ts';

/** Searches, prints and draws; returns the code to exit with. */
export async function playSize(
  asked: Omit<SizeSettings, 'dir'>,
  flags: SizeFlags,
  workers: number,
): Promise<number> {
  const { scenario } = asked;
  // What cannot be played is said before there is a folder.
  for (const gaps of GAPS) withGaps(scenario, gaps);
  const limits = limitTexts(scenario.thresholds);
  const names = limits.flatMap(({ name }) => (name === 'maxErrorRate' ? [] : [name]));
  const measures = [...new Set([...names, ...TELLING])];
  const shown = [...names, 'cache.share'];
  const { originEpochMs } = new SystemClock();
  const dir = createRunFolder(scenario.output.dir, `size-${scenario.name}`, originEpochMs);
  const settings = { ...asked, dir };
  const lanes = workers > 1 ? threadLanes(workers, measures) : oneLane(measures);
  let isInterrupted = false;
  const stop = onSignal(() => {
    isInterrupted = true;
    void lanes.close();
  });
  const around: Surroundings = {
    lanes,
    ledger: { dir, find: () => undefined, add() {}, isEmpty: () => true, nextUserId: () => 0 },
    say,
    isInterrupted: () => isInterrupted,
    told: (job, { completed, failed }) => {
      const failures = failed > 0 ? `, ${failed} failed` : '';
      if (!flags.quiet) say(`${job.text}: ${completed} requests${failures}`);
    },
  };
  try {
    const result = await sized(settings, around);
    if (result.outcome !== 'ok') return exitCodeOf({ outcome: result.outcome });
    const texts = limits.map(({ text }) => text);
    if (flags.json !== undefined) {
      const json = sizeJson(result, settings, texts);
      writeWhole(flags.json, [`${JSON.stringify(json, undefined, 2)}\n`]);
    }
    if (flags.figure !== undefined) await writePicture(flags.figure, sizeFigures(result, limits));
    const sections = sizeSections({ settings, sized: result, limits: texts, measures: shown });
    const figure = flags.figure === undefined ? '' : `Figure: ${flags.figure}\n`;
    process.stdout.write(
      `${sectionsText(sections, reportColumns(flags.wide))}\n\n${figure}Runs: ${dir}\n`,
    );
    const { options, purchases } = result;
    const isMet =
      options.some(({ gb }) => gb !== undefined) ||
      purchases.some(({ price }) => price !== undefined);
    return isMet ? EXIT.ok : exitCodeOf({ outcome: 'failed' });
  } finally {
    stop();
    await lanes.close();
  }
}

/** In this thread. */
function oneLane(measures: readonly string[]): Lanes {
  return {
    count: 1,
    play: async ({ scenario }) =>
      resultOf(await play({ scenario, clock: new VirtualClock() }), measures),
    async close() {},
  };
}

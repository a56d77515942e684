import { join } from 'node:path';
import { errorText, UsageError } from '../../base/errors.ts';
import { writeWhole } from '../../base/write-whole.ts';
import { profileOf } from '../../engine/cost/profile-of.ts';
import type { Played } from '../../play/played.ts';
import type { Scenario } from '../../scenario/schema.ts';
import { reportColumns } from '../terminal/screen.ts';
import { say } from '../terminal/stderr.ts';
import { DRAWS, type TwinRunFlags } from './flags.ts';
import { standInOf } from './stand-in.ts';

/** In the run folder: what `confab twin --json` writes. */
const FILE = 'twin.json';

interface Shown extends TwinRunFlags {
  readonly json?: string;
  readonly wide?: boolean;
}

/**
 * What lays a run that has been played beside its twin, prints that below the report, and writes it into the run
 * folder. The run is what it was, whatever becomes of its twin.
 * @throws UsageError at once for a profile that cannot be had, and for a share of a run
 */
export function twinAfterRun(
  gpu: string,
  flags: Shown,
  { population, target }: Scenario,
): (played: Played) => Promise<void> {
  profileOf({ gpu });
  const { partition } = population;
  if (partition && target.url !== 'embedded') {
    throw new UsageError(
      `--twin: found partition ${partition.index} of ${partition.of}, which shares the engine with others; expected confab twin DIR… with the folders of all, when they are over`,
    );
  }
  return async (played) => {
    const { dir, outcome } = played;
    if (outcome !== 'ok' && outcome !== 'failed') {
      say(`no twin of a run that was broken off; confab twin ${dir} --engine ${gpu} makes it`);
      return;
    }
    try {
      await present(played, gpu, flags);
    } catch (error) {
      if (!(error instanceof UsageError)) throw error;
      say(`error: the run has no twin: ${errorText(error)}`);
    }
  };
}

async function present({ dir, run }: Played, gpu: string, flags: Shown): Promise<void> {
  const [{ twinOf }, { twinText }, { twinJson }] = await Promise.all([
    import('../../twin/twin.ts'),
    import('../../twin/sections.ts'),
    import('../../twin/json.ts'),
  ]);
  const draws = flags.twinDraws ?? DRAWS;
  const twin = await twinOf(run, { ...standInOf(run, { engine: gpu, set: [] }), draws, tell: say });
  const file = join(dir, FILE);
  writeWhole(file, [twinJson(twin)]);
  if (flags.json !== '-') process.stdout.write(`\n${twinText(twin, reportColumns(flags.wide))}\n`);
  say(`wrote ${file}; confab twin ${dir} --engine ${gpu} --html draws it`);
}

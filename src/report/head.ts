import type { RunFooter } from '../record/record.ts';
import type { Partition } from '../scenario/population.ts';
import { startText } from './common-start.ts';
import { digestText } from './identity.ts';
import { measure, seconds } from './number.ts';
import { partitionText } from './partitions.ts';
import type { PartSummary, RunSummary } from './run-summary.ts';
import { type Field, field, type Section } from './section.ts';

const STOPPED: Readonly<Record<RunFooter['stoppedBy'], string>> = {
  users: 'when all conversations had been played',
  exhausted: 'when there was no conversation left to begin',
  duration: 'after its set time',
  requests: 'after its set number of requests',
  interrupt: 'INTERRUPTED before its end',
  lost: 'LOST: what its process was to send, and did not, is counted as unsent',
  unwritable: 'BROKEN OFF, as its journal could not be written any more',
  unreachable: 'BROKEN OFF, as the engine could not be reached any more (stop.afterUnreachableSec)',
};

/** What was run, how long, and how it ended. */
export function runSection(summary: RunSummary): Section {
  const { run, time, arrivalGapCv } = summary;
  const loop = [run.loop && `${run.loop} loop`, run.arrivals].filter(Boolean).join(': ');
  const cv =
    run.loop === 'open' && arrivalGapCv !== undefined
      ? `; CV of the gaps as played ${measure(arrivalGapCv)}`
      : '';
  return {
    title: `Run ${run.name}`,
    fields: [
      field('engine', engineText(summary)),
      field('load', loop ? loop + cv : 'unknown'),
      field('pacing', run.pacing ?? 'unknown'),
      field('seed', String(run.seed ?? 'unknown')),
      field('workload', digestText(run), ...run.notes),
      field('measured', measuredText(summary)),
      ...(time.start ? [field('start', startText(time.start))] : []),
      ...endFields(time.parts),
      field(
        'made by',
        `confab ${run.confab}${run.node === undefined ? '' : ` on Node ${run.node}`}`,
      ),
    ],
  };
}

function engineText({ run }: RunSummary): string {
  if (run.engine === undefined) return 'unknown: another version wrote the scenario';
  const model = run.model === undefined ? "the engine's first model" : `model ${run.model}`;
  const mode = run.isStreamed ? 'streamed' : 'not streamed';
  return `${run.engine}, ${model}, ${run.api} API, ${mode}`;
}

function measuredText({ run, time }: RunSummary): string {
  const started = time.parts[0]?.startedAt;
  const from = run.clock === 'virtual' ? ' of simulated time' : started ? `, begun ${started}` : '';
  const drainMs = time.measuredMs - time.offeringMs;
  const drain = drainMs > 0 ? `, ${seconds(drainMs)} of it draining` : '';
  return `${seconds(time.measuredMs)}${from}${drain}`;
}

/** One line for an ordinary run; one a part for a run that was resumed, or that several partitions played. */
function endFields(parts: readonly PartSummary[]): Field[] {
  if (parts.length === 1) {
    const [part] = parts;
    const share = part!.partition && shareText(part!.partition);
    return [...(share ? [field('partition', share)] : []), field('ended', endText(part!))];
  }
  const resumes = Math.max(...parts.filter(wasPlayed).map(({ number }) => number));
  const partitions = parts.filter(({ number }) => number === 0).length;
  const what = [
    ...(partitions > 1 ? [mergedText(parts.filter(wasPlayed))] : []),
    ...(resumes > 0 ? ['resumed: the parts are taken together'] : []),
  ];
  return [field('parts', what.join('; '), ...parts.filter(isToldOf(parts)).map(partText))];
}

function wasPlayed({ stoppedBy }: PartSummary): boolean {
  return stoppedBy !== 'lost';
}

/** What was lost of a partition, and played after that, is no longer lost. */
function isToldOf(parts: readonly PartSummary[]): (part: PartSummary) => boolean {
  return (part) =>
    wasPlayed(part) ||
    !parts.some(
      ({ partition, number }) => partition?.index === part.partition?.index && number > part.number,
    );
}

function mergedText(parts: readonly PartSummary[]): string {
  const folders = parts.filter(({ number }) => number === 0).length;
  const shares = new Set(parts.map(({ partition }) => partition && partitionText(partition)));
  const isShared = !shares.has(undefined);
  const what = folders === 1 ? 'taken from 1 run folder' : `merged from ${folders} run folders`;
  return `${what}${isShared ? `, which played ${shares.size} partition${shares.size === 1 ? '' : 's'}` : ''}`;
}

function shareText(partition: Partition): string {
  return `${partitionText(partition)}: the rates above are of all ${partition.of} together`;
}

function partText(part: PartSummary): string {
  const share = part.partition ? `partition ${partitionText(part.partition)}` : 'run';
  if (!wasPlayed(part)) return `${share} ${STOPPED.lost}`;
  const what = part.number === 0 ? share : `resume ${part.number}`;
  const begun = part.startedAt ? ` begun ${part.startedAt}` : '';
  return `${what}${begun}, ${seconds(part.measuredMs)}, ended ${endText(part)}`;
}

function endText({ stoppedBy }: PartSummary): string {
  return stoppedBy
    ? STOPPED[stoppedBy]
    : 'OUT OF ORDER (killed, crashed, or still running): up to the last second may be missing, and times are estimated';
}

import type { TurnRecord } from '../record/record.ts';
import { type Run, readRun } from '../record/run-folder.ts';
import { identityOf, scenarioOf } from '../report/identity.ts';
import { refuseStrangers } from '../report/one-run.ts';
import { mergeRuns } from '../report/run-summary.ts';
import { startUpsOf } from '../report/steady-state.ts';
import { eachInTime, inOrder } from '../stats/time/in-time.ts';
import { placeParts, totalMs, union } from '../stats/time/timeline.ts';
import type { ComparedRun } from './compared-run.ts';

/**
 * A run of ours: its records in the order in which the report takes them.
 * @throws UsageError for a folder that is none.
 */
export function readConfabRun(dir: string): ComparedRun {
  return confabRun(dir, readRun(dir));
}

/** The partitions of one run. @throws UsageError if they are not. */
export function readPartitions(dirs: readonly string[]): ComparedRun {
  const folders = dirs.map((dir) => ({ dir, run: readRun(dir) }));
  refuseStrangers(folders);
  return confabRun(dirs.join(' + '), mergeRuns(folders.map(({ run }) => run)));
}

export function isPartition({ scenario }: ComparedRun): boolean {
  return scenario?.population.partition !== undefined;
}

function confabRun(path: string, run: Run): ComparedRun {
  const placed = placeParts(run.parts).map(inOrder);
  const first = run.parts[0]!;
  const scenario = scenarioOf(first);
  const startUps = startUpsOf(placed, scenario);
  const records: TurnRecord[] = [];
  const ends: number[] = [];
  const startUp = new Set<TurnRecord>();
  eachInTime(placed, (record, { part, offsetMs }) => {
    if (record.phase !== 'measure') return;
    records.push(record);
    ends.push(record.endMs === undefined ? Number.NaN : record.endMs + offsetMs);
    if (startUps.get(part)?.has(record)) startUp.add(record);
  });
  const measured = union(placed.map((part) => part.measured));
  const { name, engine, model, loop, clock, workloadDigest, confab } = identityOf(first);
  return {
    path,
    tool: 'confab',
    says: [name, clock === 'virtual' ? 'simulated' : engine, model, loop && `${loop} loop`]
      .filter((part) => part !== undefined)
      .join(', '),
    records,
    endsMs: Float64Array.from(ends),
    measured: { startMs: measured[0]?.startMs ?? 0, totalMs: totalMs(measured) },
    startUp,
    ...(scenario && { scenario }),
    workloadDigest,
    clock,
    confab,
    definitions: {},
    told: {},
  };
}

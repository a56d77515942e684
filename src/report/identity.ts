import { type ArrivalProcess, processOf } from '../population/processes.ts';
import type { RunPart } from '../record/journal-reader.ts';
import type { Host } from '../record/record.ts';
import type { Distribution } from '../scenario/distribution.ts';
import { upgraded } from '../scenario/renamed.ts';
import { type Scenario, scenarioSchema } from '../scenario/schema.ts';
import { measure } from './number.ts';

/** What was run, in words and as settings. */
export interface RunIdentity {
  readonly name: string;
  /** Version of confab and of Node that ran it. */
  readonly confab: string;
  readonly node?: string;
  /** As it was typed, without secrets, and on which machine; of the first part. Absent in virtual time. */
  readonly commandLine?: string;
  readonly host?: Host;
  readonly clock: 'system' | 'virtual';
  readonly seed?: string | number;
  readonly engine?: string;
  readonly model?: string;
  readonly api?: 'chat' | 'completions';
  readonly isStreamed?: boolean;
  /** open: conversations arrive on their own schedule, however slow the engine is; closed: they wait for others to end. */
  readonly loop?: 'open' | 'closed';
  readonly arrivals?: string;
  /** Configured arrival rate of conversations. */
  readonly configuredUsersPerSec?: number;
  readonly pacing?: string;
  readonly workloadDigest: string;
  readonly notes: readonly string[];
}

/** So much of a sha256 tells workloads apart, and leaves room beside it on a page. */
const DIGEST_SHOWN = 40;

/** Its beginning; the whole is in summary.json. */
export function digestText({ workloadDigest }: RunIdentity): string {
  return workloadDigest.slice(0, DIGEST_SHOWN);
}

/** It is read once a journal: it is asked for with every record, and reading it takes longer than all else of one. */
const known = new WeakMap<RunPart['header'], { readonly scenario: Scenario | undefined }>();

/** The scenario of a journal, or undefined if a version of confab wrote one that this one cannot read. */
export function scenarioOf({ header }: RunPart): Scenario | undefined {
  let read = known.get(header);
  if (!read) {
    read = { scenario: scenarioSchema.safeParse(upgraded(header.scenario)).data };
    known.set(header, read);
  }
  return read.scenario;
}

export function identityOf(part: RunPart): RunIdentity {
  const { confab, node, commandLine, host, clock, workloadDigest, notes } = part.header;
  const scenario = scenarioOf(part);
  const written = {
    confab,
    ...(node !== undefined && { node }),
    ...(commandLine !== undefined && { commandLine }),
    ...(host && { host }),
    clock,
    workloadDigest,
    notes,
  };
  if (!scenario) return { name: 'unknown', ...written };
  const { name, seed, target, population, pacing } = scenario;
  const process = processOf(population.arrivals);
  return {
    name,
    ...written,
    seed,
    engine: target.url,
    ...(target.model !== undefined && { model: target.model }),
    api: target.api,
    isStreamed: target.stream,
    loop: process.loop,
    arrivals: arrivalsText(process, population),
    ...(process.usersPerSec !== undefined && { configuredUsersPerSec: process.usersPerSec }),
    pacing: pacingText(pacing),
  };
}

function arrivalsText(
  process: ArrivalProcess,
  { users, maxActive, maxInFlight, maxIdleSec }: Scenario['population'],
): string {
  const caps = [
    ...(maxActive === undefined ? [] : [`at most ${maxActive} live conversations`]),
    ...(maxInFlight === undefined ? [] : [`at most ${maxInFlight} requests in flight`]),
    ...(maxIdleSec === undefined ? [] : [`idle time beyond ${measure(maxIdleSec)} s skipped`]),
  ];
  return [process.text({ users, measure }), ...caps].join(', ');
}

function pacingText({ mode, pauseSec, from }: Scenario['pacing']): string {
  if (mode === 'recorded') return 'the pauses of the data, after the previous answer';
  if (mode === 'trace') return 'every turn at its own time in the trace';
  const pause = `${distributionText(pauseSec)} s`;
  if (mode === 'think') return `think time after the previous answer: ${pause}`;
  return `from launch to launch: ${pause}, counted from when the previous turn was ${from}`;
}

function distributionText(value: Distribution): string {
  if (typeof value === 'number') return String(value);
  const { distribution, ...settings } = value;
  if (distribution === 'constant') return String(value.value);
  if (distribution === 'data') return `values of ${value.file ?? 'a list'}`;
  const list = Object.entries(settings).map(([name, setting]) => `${name} ${setting}`);
  return `${distribution} (${list.join(', ')})`;
}

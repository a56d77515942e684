import { UsageError } from '../base/errors.ts';
import type { RunPart } from '../record/journal-reader.ts';
import type { Run } from '../record/run-folder.ts';
import { hasOwnEngine } from '../report/engine-cache.ts';
import { scenarioOf } from '../report/identity.ts';
import { partitionOf } from '../report/partitions.ts';
import { type IsolatedBy, isolated, markOfPart } from '../run/isolation.ts';
import { earlierParts } from '../run/resume.ts';
import type { EarlierParts } from '../run/run.ts';
import type { Scenario } from '../scenario/schema.ts';
import { type PlacedPart, placeParts } from '../stats/time/timeline.ts';
import type { Workload } from '../workload/conversation.ts';
import { openWorkload } from '../workload/load.ts';
import { answeredAs } from './answers.ts';

/** A run as it can be played again: the same users say the same at the same times, and stop when it stopped. */
export interface Replay {
  readonly parts: readonly ReplayPart[];
  /** Answers are made as long as those of the run were: its scenario did not say how long. */
  readonly hasObservedLengths: boolean;
}

/** The run, or what a resume added to it. */
export interface ReplayPart {
  readonly number: number;
  /** Of the whole population, where partitions played one run together. */
  readonly scenario: Scenario;
  readonly workload: Workload;
  /** What the run had done before; absent of its first part. */
  readonly before?: EarlierParts;
  /** Nothing was sent for so long before it. */
  readonly idleMs: number;
  /** Its engine had served no part before it. */
  readonly hasFreshEngine: boolean;
}

/** Ends that are not the scenario's: the run was broken off, and so is what is played after it. */
const BROKEN_OFF: readonly unknown[] = ['interrupt', 'unreachable', 'unwritable', undefined];

/**
 * What it takes to play a run again.
 * @throws UsageError for a run that cannot be: nothing completed, agents, some of several partitions, a scenario of
 * another version, files that have changed since
 */
export async function replayOf(run: Run): Promise<Replay> {
  refuseUnplayable(run);
  const placed = placeParts(run.parts).filter(
    ({ part }, place, all) =>
      all.findIndex((one) => one.part.header.part === part.header.part) === place,
  );
  const parts: ReplayPart[] = [];
  let hasObservedLengths = false;
  let measuredMs = 0;
  for (const [place, one] of placed.entries()) {
    const { part } = one;
    const earlier = run.parts.filter(({ header }) => header.part < part.header.part);
    const before = earlierParts(
      earlier.map(({ records }) => records),
      measuredMs,
    );
    measuredMs += one.offering.endMs - one.offering.startMs;
    const beside = run.parts.filter(({ header }) => header.part === part.header.part);
    const load = await loadOf(beside, stopped(scenarioOf(part)!, one, measuredMs));
    hasObservedLengths ||= !load.scenario.conversation.answer.force;
    const last = placed[place - 1];
    parts.push({
      number: part.header.part,
      ...load,
      ...(place > 0 && { before }),
      idleMs: last ? Math.max(0, one.measured.startMs - last.measured.endMs) : 0,
      hasFreshEngine: place === 0 || hasOwnEngine(part),
    });
  }
  return { parts, hasObservedLengths };
}

function refuseUnplayable({ parts }: Run): void {
  const all = parts.flatMap(({ records }) => records);
  if (!all.some(({ phase, status }) => phase === 'measure' && status === 'ok')) {
    throw new UsageError('found no measured request that was completed; expected some');
  }
  if (all.some(({ agent }) => agent)) {
    throw new UsageError(
      'found a run of agents (confab agentic), which no scenario plays; expected one of users',
    );
  }
  if (parts.some((part) => !scenarioOf(part))) {
    throw new UsageError(
      'found a scenario of another version of confab, which this one cannot read; expected a run of this one',
    );
  }
  refuseShares(parts);
}

/** What the others asked of the engine is part of what happened. */
function refuseShares(parts: readonly RunPart[]): void {
  const shares = parts.flatMap((part) => partitionOf(part) ?? []);
  if (!shares.length) return;
  const here = new Set(shares.map(({ index }) => index)).size;
  const { of } = shares[0]!;
  const isOwn = hasOwnEngine(parts[0]!);
  if (isOwn ? here === 1 : here === of && parts.length === of) return;
  const resumed = here === of ? ', and resumes of them' : '';
  const expected = isOwn
    ? 'one, as each had an engine of its own'
    : 'all of them, none of them resumed, as they shared an engine';
  throw new UsageError(`found ${here} of ${of} partitions${resumed}; expected ${expected}`);
}

/** Where the run was broken off. */
function stopped(scenario: Scenario, { part }: PlacedPart, measuredMs: number): Scenario {
  if (!BROKEN_OFF.includes(part.footer?.stoppedBy)) return scenario;
  const { afterSec = Infinity } = scenario.stop;
  return {
    ...scenario,
    stop: { ...scenario.stop, afterSec: Math.min(afterSec, measuredMs / 1000) },
  };
}

/** `parts`: one, or its partitions. */
async function loadOf(parts: readonly RunPart[], own: Scenario) {
  const part = parts[0]!;
  const { header } = part;
  const population = hasOwnEngine(part)
    ? own.population
    : { ...own.population, partition: undefined };
  const opened = await openWorkload(own);
  const load = isolated({ scenario: { ...own, population }, workload: opened }, isolationOf(part));
  if (load.workload.digest !== header.workloadDigest) {
    throw new UsageError(
      'found that its scenario no longer says what the run said (another workload digest): a file of its data has changed, or how this version makes it; expected the same',
    );
  }
  return { scenario: load.scenario, workload: answeredAs(load.workload, load.scenario, parts) };
}

/** What kept its prompts apart from those of others is part of them. */
function isolationOf({ header }: RunPart): IsolatedBy | undefined {
  const { isolation: how, isolationMark, part } = header;
  return how && { how, mark: isolationMark ?? markOfPart(part) };
}

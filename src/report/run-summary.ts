import { IdealCache, type IdealOptions, type IdealTurn } from '../cache/ideal.ts';
import type { RunPart } from '../record/journal-reader.ts';
import type { RunFooter, TurnRecord } from '../record/record.ts';
import type { Run } from '../record/run-folder.ts';
import type { Partition } from '../scenario/population.ts';
import { type EvictionsSummary, evictionsOf } from '../server/evictions.ts';
import type { ServerSummary } from '../server/server.ts';
import { type RoundSummary, Rounds } from '../stats/rounds.ts';
import { Summary, type SummaryTotals } from '../stats/summary.ts';
import { eachInTime, inOrder } from '../stats/time/in-time.ts';
import { lateSummaryOf, lateWindowsOf } from '../stats/time/late-windows.ts';
import { loopDelaysOf } from '../stats/time/loop-delays.ts';
import type { SteadySummary } from '../stats/time/steady.ts';
import {
  type Interval,
  type PlacedPart,
  placeParts,
  totalMs,
  union,
  unionOfWindows,
} from '../stats/time/timeline.ts';
import { type StartSummary, startOf } from './common-start.ts';
import { type ContaminationSummary, contaminationOf } from './contamination.ts';
import { blockTokensIn, cacheKeyOf, idealOptions } from './engine-cache.ts';
import { identityOf, type RunIdentity, scenarioOf } from './identity.ts';
import { worstOf } from './own-error.ts';
import { partitionOf, partitionWarnings } from './partitions.ts';
import { serverWarnings } from './server/reconciled.ts';
import { serverOfRun } from './server/watched.ts';
import { startUpsOf, steadyStateOf } from './steady-state.ts';
import { type Thresholds, type ThresholdVerdict, verdictsOf } from './thresholds.ts';
import { type ClientVerdict, clientVerdict } from './verdict.ts';

/** All that a report says about a run. An absent field is unknown. Units end the names; shares are 0 to 1. */
export interface RunSummary extends SummaryTotals {
  readonly run: RunIdentity;
  readonly client: ClientVerdict;
  readonly time: TimeSummary;
  /** Without its start-up and its end; absent if there is no such part of it, and `noSteadyState` says why. */
  readonly steadyState?: SteadySummary;
  readonly noSteadyState?: string;
  /** Share of the input tokens that a cache that never forgets would have held; see `IdealCache`. */
  readonly idealCachedShare?: number;
  /** Block size that the ideal was computed for. */
  readonly idealBlockTokens: number;
  /** Absent if the engine does not tell, or not of every part. */
  readonly evictions?: EvictionsSummary;
  /** What was in the engine's cache before; absent if nothing is known of any. */
  readonly contamination?: ContaminationSummary;
  /** What the server's own pages of metrics tell; absent without any. */
  readonly server?: ServerSummary;
  readonly rounds: readonly RoundSummary[];
  /** The same, with later rounds taken together. */
  readonly roundGroups: readonly RoundSummary[];
  /** The limits of the scenario, of its last part where it was resumed. */
  readonly thresholds: readonly ThresholdVerdict[];
  readonly warnings: readonly string[];
}

export interface TimeSummary {
  /** Measured time of all parts together: resumes add up, partitions run beside each other. */
  readonly measuredMs: number;
  /** Its part before the drain, when turns could fall due. */
  readonly offeringMs: number;
  /** How its processes began together; absent: nothing was agreed on. */
  readonly start?: StartSummary;
  readonly parts: readonly PartSummary[];
}

export interface PartSummary {
  /** 0 for the run itself, counted up by every resume. */
  readonly number: number;
  /** Absent in virtual time. */
  readonly startedAt?: string;
  readonly measuredMs: number;
  /** Which share of the run it played, where several processes played one each. */
  readonly partition?: Partition;
  /** Absent if the part did not end in order: its times are taken from its records. */
  readonly stoppedBy?: RunFooter['stoppedBy'];
}

/** Summarises what was read from a run folder, or is still in memory; `thresholds` in place of the journal's. */
export function summarise(run: Run, thresholds = thresholdsOf(run)): RunSummary {
  const placed = placeParts(run.parts).map(inOrder);
  const first = run.parts[0]!;
  const scenario = scenarioOf(first);
  const server = serverOfRun(run)?.summary;
  const blockTokens = blockTokensIn(run.parts, scenario);
  const ideals = new Ideals(idealOptions(scenario, blockTokens));
  const summary = new Summary(scenario?.slo);
  const rounds = new Rounds();
  const startUps = startUpsOf(placed, scenario);
  eachInTime(placed, (record, { part, offsetMs, measured }) => {
    const isStartUp = startUps.get(part)?.has(record);
    summary.add(record, offsetMs, isStartUp);
    rounds.add(record, isStartUp);
    ideals.of(part).add(record, offsetMs);
    if (record.phase === 'warmup') addBeside(summary, record, offsetMs, measured);
  });
  const turns = ideals.close();
  const idealCachedShare = addIdeals(turns, rounds);
  const contamination = contaminationOf(turns, run.parts, scenario);
  const measured = union(placed.map((part) => part.measured));
  const offering = union(placed.map((part) => part.offering));
  const arriving = unionOfWindows(placed.map((part) => part.arriving));
  const totals = summary.close({
    measured,
    arriving,
    fallingDue: unionOfWindows(placed.map((part) => part.fallingDue)),
  });
  const evictions = server && evictionsOf(server);
  const start = startOf(run.parts);
  const told = {
    run: identityOf(first),
    client: clientVerdict(
      totals.distributions,
      {
        healths: run.parts.flatMap(({ footer }) => footer?.health ?? []),
        certification: worstOf(run.parts.map(({ footer }) => footer?.certification)),
        late: lateSummaryOf(lateWindowsOf(placed), totalMs(measured)),
        loopDelays: loopDelaysOf(placed),
      },
      totals.counts.failedByKind.client,
      totalMs(measured),
    ),
    time: {
      measuredMs: totalMs(measured),
      offeringMs: totalMs(offering),
      ...(start && { start }),
      parts: placed.map(partSummary),
    },
    ...totals,
    ...(totals.counts.completed > 0
      ? steadyStateOf(placed, scenario, { offering, arriving })
      : { noSteadyState: 'no request was completed' }),
    ...(idealCachedShare !== undefined && { idealCachedShare }),
    idealBlockTokens: blockTokens,
    ...(evictions && { evictions }),
    ...(contamination && { contamination }),
    ...(server && { server }),
    ...roundsOf(rounds),
    warnings: [...run.warnings, ...(server ? serverWarnings(server) : [])],
  };
  return { ...told, thresholds: thresholds ? verdictsOf(thresholds, told) : [] };
}

function thresholdsOf({ parts }: Run): Thresholds | undefined {
  return scenarioOf(parts.at(-1)!)?.thresholds;
}

/** What was in flight as measuring began, and after. */
function addBeside(summary: Summary, record: TurnRecord, offsetMs: number, measured: Interval) {
  if (record.sentMs === undefined || record.endMs === undefined) return;
  const endMs = record.endMs + offsetMs;
  if (endMs <= measured.startMs) return;
  summary.addBeside(Math.max(record.sentMs + offsetMs, measured.startMs), endMs);
}

/** The partitions of a run taken together; what is odd about them is said in `warnings`. */
export function mergeRuns(runs: readonly Run[]): Run {
  const parts = runs.flatMap((run) => run.parts);
  const versions = new Set(parts.map(({ header }) => header.confab));
  const differences =
    versions.size > 1 ? [`several versions of confab made it: ${[...versions].join(', ')}`] : [];
  const shares = runs.length > 1 ? partitionWarnings(parts) : [];
  return { parts, warnings: [...runs.flatMap((run) => run.warnings), ...differences, ...shares] };
}

/** An ideal cache for every cache that parts of the run had in common. */
class Ideals {
  readonly #options: IdealOptions;
  readonly #caches = new Map<unknown, IdealCache>();
  readonly #ofPart = new Map<RunPart, IdealCache>();

  constructor(options: IdealOptions) {
    this.#options = options;
  }

  /** Asked for every record: what a part says of its engine is read once. */
  of(part: RunPart): IdealCache {
    const known = this.#ofPart.get(part);
    if (known) return known;
    const key = cacheKeyOf(part);
    const cache = this.#caches.get(key) ?? new IdealCache(this.#options);
    this.#caches.set(key, cache);
    this.#ofPart.set(part, cache);
    return cache;
  }

  close(): IdealTurn[] {
    return [...this.#caches.values()].flatMap((cache) => cache.close());
  }
}

function roundsOf(fold: Rounds): Pick<RunSummary, 'rounds' | 'roundGroups'> {
  const { rounds, groups } = fold.close();
  return { rounds, roundGroups: groups };
}

/**
 * Adds every turn's ideal to its round, and returns the share over all of them. What was found was there,
 * also where texts are alike beyond the declared shared part: the chat template, or a recorded conversation
 * that two users play. There the engine's count is the better bound.
 */
function addIdeals(turns: readonly IdealTurn[], rounds: Rounds): number | undefined {
  let inputSum = 0;
  let idealSum = 0;
  for (const turn of turns) {
    const idealTokens = bounded(turn);
    rounds.addIdeal({ ...turn, idealTokens });
    if (turn.inputTokens === undefined || idealTokens === undefined) continue;
    inputSum += turn.inputTokens;
    idealSum += idealTokens;
  }
  return inputSum > 0 ? idealSum / inputSum : undefined;
}

function partSummary({ part, measured }: PlacedPart): PartSummary {
  const { header, footer }: RunPart = part;
  const partition = partitionOf(part);
  return {
    number: header.part,
    ...(header.clock === 'system' && {
      startedAt: new Date(header.originEpochMs).toISOString(),
    }),
    measuredMs: measured.endMs - measured.startMs,
    ...(partition && { partition }),
    ...(footer && { stoppedBy: footer.stoppedBy }),
  };
}

function bounded({ idealTokens, cachedTokens = 0 }: IdealTurn): number | undefined {
  return idealTokens === undefined ? undefined : Math.max(idealTokens, cachedTokens);
}

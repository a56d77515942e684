import { UsageError } from '../base/errors.ts';
import type { LruHits } from '../cache/hit-curve.ts';
import { runReferences } from '../ledger/run-references.ts';
import type { Scenario } from '../scenario/schema.ts';
import { criticalValue } from '../stats/intervals/student.ts';
import { expectedHits } from './expected.ts';
import { playedInMemory } from './in-memory.ts';
import { servedBy } from './references.ts';
import type { RoundShares } from './rounds-table.ts';
import { largestNeed } from './timeline.ts';

/** What hit rates by round, and the workload's description, tell of a capacity. */
export interface RoundsCapacity {
  readonly blockTokens: number;
  readonly bytesPerToken?: number;
  /** Blocks: the likeliest, or where there is no `high`, the least. */
  readonly blocks: number;
  readonly low: number;
  /** Absent: an endless cache would have had the same shares. */
  readonly high?: number;
  readonly rounds: readonly (RoundShares & { readonly expectedShare: number })[];
  /** Root of the mean square of what is left of the shares, at `blocks`. */
  readonly residual: number;
  readonly seeds: number;
  /** Of all rounds in the table, by capacity: the mean over seeds. */
  readonly curve: readonly { readonly blocks: number; readonly share: number }[];
}

export interface RoundsOptions {
  /** So often the workload is played, each time with other gaps and arrivals. */
  readonly seeds: number;
  readonly bytesPerToken?: number | undefined;
}

interface Play {
  readonly need: number;
  readonly blocks: number;
  readonly blockTokens: number;
  /** By round, from 0 on. */
  readonly hits: ReadonlyMap<number, LruHits>;
  readonly inputTokens: ReadonlyMap<number, number>;
}

const SIZES = 600;
/** A fit that is as good as the best but for this, as a share of the input tokens, is as good. */
const AS_GOOD = 0.002;
const CONFIDENCE = 0.95;
/** Of the seeds. */
const OPEN_SHARE = 0.2;

/**
 * Infers a capacity from hit rates by round: the workload is played in virtual time with several seeds, and for each
 * that capacity is found whose shares are closest to the table's by least squares. How far they lie apart says how
 * much one run, of a seed and an order that nobody knows, can tell. It is played twice: how long answers take, and so
 * the order of requests, depends on the capacity.
 * @throws UsageError for rounds that the workload does not have.
 */
export async function capacityOfRounds(
  table: readonly RoundShares[],
  scenario: Scenario,
  { seeds, bytesPerToken }: RoundsOptions,
): Promise<RoundsCapacity> {
  const first = fitted(table, await playsOf(scenario, 1));
  const { engine } = scenario;
  const { kvGB: _, ...others } = engine;
  // One block is never used.
  const sized = { ...scenario, engine: { ...others, blocks: first.blocks + 1 } };
  return {
    ...fitted(table, await playsOf(sized, seeds)),
    ...(bytesPerToken !== undefined && { bytesPerToken }),
  };
}

async function playsOf(scenario: Scenario, seeds: number): Promise<Play[]> {
  const plays: Play[] = [];
  for (let seed = 0; seed < seeds; seed++) {
    plays.push(
      await playOf(seed === 0 ? scenario : { ...scenario, seed: `${scenario.seed}/${seed}` }),
    );
  }
  return plays;
}

async function playOf(scenario: Scenario): Promise<Play> {
  const references = runReferences(await playedInMemory(scenario));
  const { blockTokens } = references;
  const caches = servedBy(references);
  const inputTokens = new Map<number, number>();
  const names = new Set<number>();
  for (const one of caches.flat()) {
    for (let at = 0; at < one.names.length; at++) names.add(one.names[at]!);
    if (!one.isMeasured) continue;
    inputTokens.set(one.turn, (inputTokens.get(one.turn) ?? 0) + one.inputTokens);
  }
  return {
    blockTokens,
    need: largestNeed(caches, blockTokens),
    blocks: names.size,
    inputTokens,
    hits: expectedHits(caches, blockTokens, ({ turn, isMeasured }) =>
      isMeasured ? turn : undefined,
    ),
  };
}

function shareAt({ hits, inputTokens }: Play, round: number, blocks: number): number {
  const tokens = inputTokens.get(round - 1);
  if (tokens === undefined) {
    throw new UsageError(
      `round ${round}: the workload has ${inputTokens.size}; expected a scenario with the rounds of the table`,
    );
  }
  return (hits.get(round - 1)?.at(blocks).tokens ?? 0) / tokens;
}

function fitted(table: readonly RoundShares[], plays: readonly Play[]): RoundsCapacity {
  const need = Math.max(...plays.map((play) => play.need));
  const sizes = sizesFrom(need, 1.5 * Math.max(...plays.map(({ blocks }) => blocks)));
  const meanShares = (round: number, size: number) =>
    mean(plays.map((play) => shareAt(play, round, size)));
  const fits = plays.map((play) => {
    return fitOf(table, (round, size) => shareAt(play, round, size), sizes, Infinity);
  });
  const isOpen = fits.filter(({ to }) => to === undefined).length > OPEN_SHARE * fits.length;
  const logs = (of: (fit: Fit) => number) => fits.map((fit) => Math.log(of(fit)));
  const all = fitOf(table, meanShares, sizes, table.length - 1);
  const low = Math.min(
    all.from,
    rounded(
      -1,
      logs(({ from }) => from),
      need,
    ),
  );
  const high = Math.max(
    all.to ?? 0,
    rounded(
      1,
      logs(({ to }) => to ?? sizes.at(-1)!),
      need,
    ),
  );
  const middle = Math.exp(mean(logs(({ from, to }) => Math.sqrt(from * (to ?? from)))));
  const blocks = isOpen ? low : Math.round(middle);
  const rounds = table.map((one) => ({ ...one, expectedShare: meanShares(one.round, blocks) }));
  return {
    blockTokens: plays[0]!.blockTokens,
    ...{ blocks, low },
    ...(!isOpen && { high }),
    rounds,
    residual: Math.sqrt(mean(rounds.map((one) => (one.share - one.expectedShare) ** 2))),
    seeds: plays.length,
    curve: sizes.map((size) => ({
      blocks: size,
      share: mean(table.map(({ round }) => meanShares(round, size))),
    })),
  };
}

/** The sizes that fit about as well as the best; without `to`, there is no upper end. */
interface Fit {
  readonly from: number;
  readonly to: number | undefined;
}

/** Of so many degrees of freedom that what is left over has; without an end, it is of no account. */
function fitOf(
  table: readonly RoundShares[],
  shareOf: (round: number, size: number) => number,
  sizes: readonly number[],
  degrees: number,
): Fit {
  const errors = sizes.map((size) =>
    mean(table.map(({ round, share }) => (shareOf(round, size) - share) ** 2)),
  );
  const told = mean(table.map(({ step }) => (step / 2) ** 2));
  const least = Math.min(...errors);
  const doubt =
    degrees > 0 && degrees < Infinity ? criticalValue(CONFIDENCE, degrees) ** 2 / degrees : 0;
  const enough = least + Math.max(told, AS_GOOD ** 2, doubt * least);
  const last = errors.findLastIndex((error) => error <= enough);
  return {
    from: sizes[errors.findIndex((error) => error <= enough)]!,
    to: last === sizes.length - 1 ? undefined : sizes[last]!,
  };
}

/** Where the end of one more seed's lies, on the outer side. */
function rounded(side: -1 | 1, logs: readonly number[], need: number): number {
  const { length } = logs;
  const variance =
    mean(logs.map((log) => (log - mean(logs)) ** 2)) * (length / Math.max(1, length - 1));
  const width =
    length > 1 ? criticalValue(CONFIDENCE, length - 1) * Math.sqrt(variance * (1 + 1 / length)) : 0;
  const end = Math.exp(mean(logs) + side * width);
  return Math.max(need, side < 0 ? Math.floor(end + 1e-6) : Math.ceil(end - 1e-6));
}

function sizesFrom(from: number, to: number): number[] {
  const all = Array.from({ length: SIZES + 1 }, (_, step) =>
    Math.round(from * (to / from) ** (step / SIZES)),
  );
  return [...new Set(all)];
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

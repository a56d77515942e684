import type { TierCapacities } from '../capacity/tiers.ts';
import type { Evidence } from './evidence.ts';
import { isAtAnswer, isBeginning } from './lost.ts';
import type { Place } from './stack.ts';
import { type Look, limitOf, type Threshold, thresholdOf } from './threshold.ts';

/** What is known of a run's engine, or follows from all requests together. Absent is unknown. */
export interface Facts {
  readonly blockTokens: number;
  /** Blocks of the GPU's cache, and of the memory below it; `Infinity`: so much that nothing was missed there. */
  readonly gpuBlocks?: number;
  /** How that is known. bound: it has no more, as nothing was found that needs so many. */
  readonly gpuFrom?: 'given' | 'told' | 'inferred' | 'bound';
  readonly tierBlocks?: number;
  /** What came from there had generated tokens in it. */
  readonly isAnswerStored: boolean;
  /** Whoever comes back later finds nothing. */
  readonly ttlMs?: number;
  readonly isTtlGiven: boolean;
  /** What a clock before every prompt shows changes so often: a minute, an hour, a day. */
  readonly clockMs?: number;
  /** Nobody found what another user had put there, although all found their own. */
  readonly isApart: boolean;
  /** No answer came back as it was. */
  readonly isAnswerLost: boolean;
  /** It is told which replica served a request. */
  readonly hasReplicas: boolean;
  /** Tokens that the memory below the GPU takes together, where that is more than a block. */
  readonly chunkTokens?: number;
}

/** What the user says, or others have found out. */
export interface Given {
  readonly blockTokens: number;
  readonly capacityBlocks?: number | undefined;
  /** The server says so itself. */
  readonly isCapacityTold: boolean;
  readonly tierBlocks?: number | undefined;
  readonly ttlMs?: number | undefined;
  /** Something was stored below the GPU. */
  readonly hasTier: boolean;
  readonly hasReplicas: boolean;
  /** Unix time at time 0. */
  readonly originEpochMs: number;
  /** What `cache capacity` finds by the hits; asked for where nobody tells. undefined: no hit tells. */
  readonly inferred: () => TierCapacities | undefined;
}

/** A rule that explains fewer of the lost ones, or is wrong about more looks, is none. */
const EXPLAINED_MIN = 0.5;
const ERRORS_MAX = 0.1;
/** What fewer requests do is no rule. */
const FEW = 3;
/** Distances are of a model: what lies so near a limit may be beyond it. */
export const NEAR = 0.9;
const CLOCKS_MS = [60_000, 3_600_000, 86_400_000];

export function factsOf(evidence: readonly Evidence[], given: Given): Facts {
  const { blockTokens } = given;
  const told = evidence.filter(({ reference }) => reference.record.cachedTokens !== undefined);
  const isApart = areApart(told);
  const puzzling = told.filter(
    (one) => !isAtAnswer(one, blockTokens) && !(isApart && isBeginning(one)),
  );
  const chunkTokens = chunkOf(told, blockTokens);
  const limits = limitsOf(puzzling, evidence, given);
  return {
    blockTokens,
    ...limits,
    ...tierOf(puzzling, given, limits),
    isAnswerStored: told.some(isAnswerLoaded),
    isTtlGiven: given.ttlMs !== undefined,
    isApart,
    isAnswerLost: areAnswersLost(told, blockTokens),
    hasReplicas: given.hasReplicas,
    ...(chunkTokens !== undefined && { chunkTokens }),
  };
}

type Limits = Pick<Facts, 'gpuBlocks' | 'gpuFrom' | 'tierBlocks' | 'ttlMs' | 'clockMs'>;

/** Of several rules that could be, the one that is wrong about the fewest; of those the first. */
function limitsOf(
  puzzling: readonly Evidence[],
  evidence: readonly Evidence[],
  given: Given,
): Limits {
  const { capacityBlocks, isCapacityTold, ttlMs } = given;
  const certain: Limits = {
    ...(capacityBlocks !== undefined && {
      gpuBlocks: capacityBlocks,
      gpuFrom: isCapacityTold ? 'told' : 'given',
    }),
    ...(ttlMs !== undefined && { ttlMs }),
  };
  // What is given explains what it can: rules are looked for in the rest.
  const left = looksOf(puzzling).filter(
    ({ place, isFound }) =>
      isFound ||
      (place.distance <= (capacityBlocks ?? Infinity) && place.idleMs <= (ttlMs ?? Infinity)),
  );
  const rules = [
    ...(capacityBlocks === undefined ? capacityRules(left, evidence, given) : []),
    ...(ttlMs === undefined ? ttlRules(left) : []),
    ...clockRules(left, evidence, given),
  ];
  const [best] = rules.sort((a, b) => a.errors - b.errors);
  return { ...certain, ...best?.limits };
}

interface Rule {
  readonly limits: Limits;
  readonly errors: number;
}

/** Of the sizes that the hits show: a run may have lost its blocks to something else, and then they explain little. */
function capacityRules(
  looks: readonly PlaceLook[],
  evidence: readonly Evidence[],
  { blockTokens, hasTier, inferred }: Given,
): Rule[] {
  const { gpu, below, toldBy } = inferred() ?? {};
  if (gpu?.high === undefined) return [];
  const gpuBlocks = gpu.isLowByNeed ? gpu.high : gpu.blocks;
  const limits: Limits = {
    ...{ gpuBlocks, gpuFrom: gpu.isLowByNeed ? 'bound' : 'inferred' },
    ...(toldBy === 'hits' && { tierBlocks: below?.high === undefined ? Infinity : below.blocks }),
  };
  // A tier may keep prompts alone: then the GPU's size is seen where answers are looked for.
  const answers = evidence.filter((one) => isAtAnswer(one, blockTokens) || isPastPrompt(one));
  const seen =
    toldBy === 'hits'
      ? untoldTierLooks(evidence, blockTokens, gpuBlocks)
      : [looks, ...(hasTier || below ? [looksOf(answers)] : [])];
  return seen.flatMap((some) => {
    const distances = valuesOf(some, ({ place }) => place.distance);
    return ruled(distances, limitOf(distances, gpuBlocks), limits);
  });
}

/**
 * Answers are found that were used a short time ago, and no others, but prompts from however far: memory that nobody
 * told of has the prompts, and the GPU alone the answers. None where the run does not show that.
 */
function untoldTierLooks(
  evidence: readonly Evidence[],
  blockTokens: number,
  gpuBlocks: number,
): PlaceLook[][] {
  const found = looksOf(evidence.filter(isPastPrompt)).filter(({ isFound }) => isFound);
  const lost = looksOf(evidence.filter((one) => isAtAnswer(one, blockTokens))).filter(
    ({ isFound }) => !isFound,
  );
  const far = looksOf(evidence).filter(
    ({ place, isFound }) => isFound && place.distance * NEAR > gpuBlocks,
  );
  return [found, lost, far].every(({ length }) => length >= FEW) ? [[...found, ...lost]] : [];
}

function ttlRules(looks: readonly PlaceLook[]): Rule[] {
  return ruleOf(
    valuesOf(looks, ({ place }) => place.idleMs),
    (ttlMs) => ({ ttlMs }),
  );
}

function clockRules(
  looks: readonly PlaceLook[],
  evidence: readonly Evidence[],
  { originEpochMs }: Given,
): Rule[] {
  return CLOCKS_MS.flatMap((clockMs) => {
    const timeAt = (ms: number) => timeOf(ms, clockMs, originEpochMs);
    const isOther = ({ place, sentMs }: PlaceLook) =>
      Number(timeAt(evidence[place.by]!.reference.sentMs) !== timeAt(sentMs));
    return ruleOf(valuesOf(looks, isOther), () => ({ clockMs }));
  });
}

function ruleOf(looks: readonly Look[], limitsAt: (value: number) => Limits): Rule[] {
  const threshold = thresholdOf(looks);
  return threshold ? ruled(looks, threshold, limitsAt(threshold.value)) : [];
}

function ruled(looks: readonly Look[], threshold: Threshold, limits: Limits): Rule[] {
  const lost = looks.filter(({ isFound }) => !isFound).length;
  return lost > 0 && isRule(threshold, lost) ? [{ limits, errors: threshold.errors }] : [];
}

function isPastPrompt({ reference: { previous, record, ideal } }: Evidence): boolean {
  return previous !== undefined && (record.cachedTokens ?? 0) > ideal.prompts;
}

function valuesOf(looks: readonly PlaceLook[], value: (look: PlaceLook) => number): Look[] {
  return looks.map((look) => ({ value: value(look), isFound: look.isFound }));
}

/** What a clock showed: a number that is the same as long as it showed that. */
export function timeOf(atMs: number, clockMs: number, originEpochMs: number): number {
  return Math.floor((originEpochMs + atMs) / clockMs);
}

interface PlaceLook {
  readonly place: Place;
  readonly isFound: boolean;
  readonly sentMs: number;
}

/** Whether it is there does not depend on limits. */
function isPinned({ isInFlight, isHeld }: Place): boolean {
  return isInFlight || isHeld;
}

/** Of blocks that nobody was computing, or holding, just then. */
function looksOf(evidence: readonly Evidence[]): PlaceLook[] {
  return evidence.flatMap(({ foundOnGpu, lostOnGpu, reference }) =>
    [
      { place: foundOnGpu, isFound: true, sentMs: reference.sentMs },
      { place: lostOnGpu, isFound: false, sentMs: reference.sentMs },
    ].flatMap(({ place, ...look }) => (place && !isPinned(place) ? [{ ...look, place }] : [])),
  );
}

function isRule({ errors, explained }: Threshold, lost: number): boolean {
  return explained >= EXPLAINED_MIN * lost && errors <= ERRORS_MAX * lost;
}

/** Below the GPU: as the loads show, if beyond that nothing was found; else so much that nothing was missed there. */
function tierOf(
  puzzling: readonly Evidence[],
  { hasTier, tierBlocks, inferred }: Given,
  { gpuBlocks = 0 }: Limits,
): Pick<Facts, 'tierBlocks'> {
  if (tierBlocks !== undefined) return { tierBlocks };
  const isLoaded = puzzling.some(({ reference }) => reference.record.externalCachedTokens);
  if (!hasTier && !isLoaded) return {};
  const below = isLoaded ? inferred()?.below : undefined;
  if (below?.high === undefined) return { tierBlocks: Infinity };
  const { blocks } = below;
  const looks = puzzling.flatMap(({ found, lost }): Look[] => [
    ...(found && !isPinned(found) ? [{ value: found.distance, isFound: true }] : []),
    ...(lost && !isPinned(lost) ? [{ value: lost.distance, isFound: false }] : []),
  ]);
  // It keeps what the GPU has as well: one that is no larger would have nothing to give.
  const isLimit = blocks > gpuBlocks / NEAR && ruled(looks, limitOf(looks, blocks), {}).length > 0;
  return { tierBlocks: isLimit ? blocks : Infinity };
}

function isAnswerLoaded({ reference: { previous, record, ideal } }: Evidence): boolean {
  const { cachedTokens = 0, externalCachedTokens = 0 } = record;
  const onGpu = cachedTokens - externalCachedTokens;
  return previous !== undefined && cachedTokens > ideal.prompts && onGpu < ideal.prompts;
}

function areApart(told: readonly Evidence[]): boolean {
  const beginnings = told.filter(
    (one) => isBeginning(one) && one.reference.ideal.answers > 0 && !one.lost?.isInFlight,
  );
  if (beginnings.length < FEW) return false;
  if (beginnings.some(({ reference }) => reference.record.cachedTokens! > 0)) return false;
  const followers = told.filter(({ reference }) => reference.previous);
  const own = followers.filter(
    ({ reference }) => reference.record.cachedTokens! > reference.ideal.shared,
  );
  return own.length >= FEW && own.length > followers.length / 2;
}

function areAnswersLost(told: readonly Evidence[], blockTokens: number): boolean {
  const stopped = told.filter((one) => isAtAnswer(one, blockTokens)).length;
  const beyond = told.filter(({ reference: { previous, record, ideal } }) => {
    return previous && record.cachedTokens! > ideal.prompts + blockTokens;
  }).length;
  return stopped >= FEW && beyond === 0;
}

/** Where all that came from below the GPU ends on a multiple of more than a block. */
function chunkOf(told: readonly Evidence[], blockTokens: number): number | undefined {
  const ends = told.flatMap(({ reference: { record } }) =>
    record.externalCachedTokens ? [record.cachedTokens!] : [],
  );
  if (ends.length < FEW) return undefined;
  const common = ends.reduce(greatestCommonDivisor);
  return common > blockTokens && new Set(ends).size >= FEW ? common : undefined;
}

function greatestCommonDivisor(a: number, b: number): number {
  return b === 0 ? a : greatestCommonDivisor(b, a % b);
}

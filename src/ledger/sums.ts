import { CAUSE_NAMES, type Cause, isOutOfReach, SURPLUS_NAMES, type Surplus } from './causes.ts';
import type { Entry } from './entry.ts';

/** Of several requests, in tokens. */
export interface Sums {
  readonly requests: number;
  readonly inputTokens: number;
  /** Three ideals: answers that come back token by token, prompts alone, and what all share alone. */
  readonly ideal: { readonly answers: number; readonly prompts: number; readonly shared: number };
  /** The one that deficits are counted from. */
  readonly idealTokens: number;
  /** As told; of requests that did not tell, nothing. */
  readonly observedTokens: number;
  /** Requests that told, and those that told what came from below the GPU. */
  readonly reported: number;
  readonly external?: {
    readonly reported: number;
    readonly tokens: number;
    readonly storageTokens: number;
  };
  /** With a capacity. */
  readonly predictedTokens?: number;
  readonly causes: Readonly<Record<Cause, number>>;
  readonly surplus: Readonly<Record<Surplus, number>>;
  /** ideal - (observed + deficits - surplus), and the same of all tokens: 0, or this ledger is wrong. */
  readonly residualTokens: number;
}

const NO_CAUSES = zeros(CAUSE_NAMES);
const NO_SURPLUS = zeros(SURPLUS_NAMES);

/** One pass: there may be many entries, and many groups of them. */
export function sumsOf(entries: readonly Entry[]): Sums {
  const sums = {
    ...{ inputTokens: 0, idealTokens: 0, observedTokens: 0, reported: 0 },
    ideal: { answers: 0, prompts: 0, shared: 0 },
  };
  const external = { reported: 0, tokens: 0, storageTokens: 0 };
  const causes = { ...NO_CAUSES };
  const surplus = { ...NO_SURPLUS };
  let predictedTokens: number | undefined;
  for (const entry of entries) {
    const { reference, evidence, idealTokens } = entry;
    const { record, ideal } = reference;
    const { cachedTokens, externalCachedTokens, storageCachedTokens = 0 } = record;
    sums.inputTokens += reference.inputTokens;
    sums.idealTokens += idealTokens;
    sums.ideal.answers += ideal.answers;
    sums.ideal.prompts += ideal.prompts;
    sums.ideal.shared += ideal.shared;
    if (cachedTokens !== undefined) {
      sums.reported++;
      sums.observedTokens += cachedTokens;
    }
    if (externalCachedTokens !== undefined) {
      external.reported++;
      external.tokens += externalCachedTokens;
      external.storageTokens += storageCachedTokens;
    }
    if (evidence.predictedTokens !== undefined) {
      predictedTokens = (predictedTokens ?? 0) + evidence.predictedTokens;
    }
    addTo(causes, entry.causes);
    addTo(surplus, entry.surplus);
  }
  return {
    requests: entries.length,
    ...sums,
    ...(external.reported > 0 && { external }),
    ...(predictedTokens !== undefined && { predictedTokens }),
    ...{ causes, surplus },
    residualTokens: residualOf({ ...sums, causes, surplus }),
  };
}

function zeros<Name extends string>(names: readonly Name[]): Record<Name, number> {
  return Object.fromEntries(names.map((name) => [name, 0])) as Record<Name, number>;
}

function addTo<Name extends string>(
  sums: Record<Name, number>,
  tokens: Readonly<Partial<Record<Name, number>>>,
): void {
  for (const name in tokens) sums[name] += tokens[name]!;
}

function residualOf(
  sums: Pick<Sums, 'inputTokens' | 'idealTokens' | 'observedTokens' | 'causes' | 'surplus'>,
): number {
  const { inputTokens, idealTokens, observedTokens, causes, surplus } = sums;
  let outOfReach = 0;
  let lost = 0;
  for (const cause of CAUSE_NAMES) {
    if (isOutOfReach(cause)) outOfReach += causes[cause];
    else lost += causes[cause];
  }
  const beyond = surplusTokens({ surplus });
  const short = idealTokens - (observedTokens - beyond + lost);
  return Math.abs(short) + Math.abs(inputTokens - idealTokens - outOfReach);
}

/** Entries that have something in common, in the order of its numbers; without those that have none. */
export function groupedBy<Key extends number | string>(
  entries: readonly Entry[],
  keyOf: (entry: Entry) => Key | undefined,
): { readonly key: Key; readonly sums: Sums }[] {
  const groups = new Map<Key, Entry[]>();
  for (const entry of entries) {
    const key = keyOf(entry);
    if (key === undefined) continue;
    const group = groups.get(key);
    if (group) group.push(entry);
    else groups.set(key, [entry]);
  }
  return [...groups]
    .sort(([a], [b]) => Number(a) - Number(b))
    .map(([key, group]) => ({ key, sums: sumsOf(group) }));
}

/** Tokens of the ideal that were not found. */
export function lostTokens(sums: Sums): number {
  return deficitNames(sums).reduce((all, cause) => all + sums.causes[cause], 0);
}

/** The causes of them that there are. */
export function deficitNames({ causes }: Sums): Cause[] {
  return CAUSE_NAMES.filter((cause) => !isOutOfReach(cause) && causes[cause] > 0);
}

export function surplusTokens({ surplus }: Pick<Sums, 'surplus'>): number {
  return Object.values(surplus).reduce((all, tokens) => all + tokens, 0);
}

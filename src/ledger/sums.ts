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

export function sumsOf(entries: readonly Entry[]): Sums {
  const sum = (of: (entry: Entry) => number | undefined): number =>
    entries.reduce((all, entry) => all + (of(entry) ?? 0), 0);
  const causes = Object.fromEntries(
    CAUSE_NAMES.map((cause) => [cause, sum(({ causes }) => causes[cause])]),
  ) as Record<Cause, number>;
  const surplus = Object.fromEntries(
    SURPLUS_NAMES.map((name) => [name, sum(({ surplus }) => surplus[name])]),
  ) as Record<Surplus, number>;
  const inputTokens = sum(({ reference }) => reference.inputTokens);
  const idealTokens = sum((entry) => entry.idealTokens);
  const observedTokens = sum(({ reference }) => reference.record.cachedTokens);
  const predicted = entries.filter(({ evidence }) => evidence.predictedTokens !== undefined);
  const external = entries.filter(
    ({ reference }) => reference.record.externalCachedTokens !== undefined,
  );
  const names = CAUSE_NAMES.filter((cause) => causes[cause] > 0);
  const total = (isWanted: (cause: Cause) => boolean) =>
    names.filter(isWanted).reduce((all, cause) => all + causes[cause], 0);
  const beyond = Object.values(surplus).reduce((a, b) => a + b, 0);
  const short = idealTokens - observedTokens + beyond - total((cause) => !isOutOfReach(cause));
  const unreached = inputTokens - idealTokens - total(isOutOfReach);
  return {
    requests: entries.length,
    inputTokens,
    ideal: {
      answers: sum(({ reference }) => reference.ideal.answers),
      prompts: sum(({ reference }) => reference.ideal.prompts),
      shared: sum(({ reference }) => reference.ideal.shared),
    },
    idealTokens,
    observedTokens,
    reported: entries.filter(({ reference }) => reference.record.cachedTokens !== undefined).length,
    ...(external.length && {
      external: {
        reported: external.length,
        tokens: sum(({ reference }) => reference.record.externalCachedTokens),
        storageTokens: sum(({ reference }) => reference.record.storageCachedTokens),
      },
    }),
    ...(predicted.length && { predictedTokens: sum(({ evidence }) => evidence.predictedTokens) }),
    causes,
    surplus,
    residualTokens: Math.abs(short) + Math.abs(unreached),
  };
}

/** Entries that have something in common, in the order of its values. */
export function groupedBy(
  entries: readonly Entry[],
  keyOf: (entry: Entry) => number,
): { readonly key: number; readonly sums: Sums }[] {
  const groups = new Map<number, Entry[]>();
  for (const entry of entries) {
    const key = keyOf(entry);
    const group = groups.get(key);
    if (group) group.push(entry);
    else groups.set(key, [entry]);
  }
  return [...groups]
    .sort(([a], [b]) => a - b)
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

export function surplusTokens({ surplus }: Sums): number {
  return Object.values(surplus).reduce((all, tokens) => all + tokens, 0);
}

/** One look at a block: how far it was from its last use, and whether it was there. */
export interface Look {
  readonly value: number;
  readonly isFound: boolean;
}

/** Found up to a value, lost beyond it: the value that says so of most looks. */
export interface Threshold {
  readonly value: number;
  /** Looks that were otherwise. */
  readonly errors: number;
  /** Looks that were lost, and lie beyond it. */
  readonly explained: number;
}

/** Where a limit is fuzzy, what lies so near it does not speak against it. */
const BAND = 0.1;

/**
 * The limit that tells lost from found with the fewest errors, halfway between the two looks that it falls between;
 * undefined where nothing was lost, or nothing found.
 */
export function thresholdOf(looks: readonly Look[]): Threshold | undefined {
  const sorted = looks.toSorted(
    (a, b) => a.value - b.value || Number(b.isFound) - Number(a.isFound),
  );
  const lost = sorted.filter(({ isFound }) => !isFound).length;
  if (lost === 0 || lost === sorted.length) return undefined;
  let errors = sorted.length - lost;
  let least = errors;
  let after = -1;
  sorted.forEach(({ isFound }, index) => {
    errors += isFound ? -1 : 1;
    if (errors >= least) return;
    least = errors;
    after = index;
  });
  if (after < 0) return undefined;
  const next = sorted[after + 1]?.value ?? sorted[after]!.value;
  const value = (sorted[after]!.value + next) / 2;
  return { ...limitOf(sorted, value), explained: lostBeyond(sorted, value) };
}

/** What a limit that was not found by these looks says of them. */
export function limitOf(looks: readonly Look[], value: number): Threshold {
  const errors = looks.filter((look) => isAgainst(look, value)).length;
  return { value, errors, explained: lostBeyond(looks, value * (1 - BAND)) };
}

function lostBeyond(looks: readonly Look[], value: number): number {
  return looks.filter((look) => !look.isFound && look.value > value).length;
}

function isAgainst({ value, isFound }: Look, limit: number): boolean {
  return isFound ? value > limit * (1 + BAND) : value < limit * (1 - BAND);
}

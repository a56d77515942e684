/** One place where two answers are not the same. */
export interface Difference {
  /** The request, and where in its answer: `POST /v1/completions 41 choices.0.text`. */
  readonly where: string;
  readonly expected: unknown;
  readonly found: unknown;
}

/** Why a difference is none to mend: of what kind of place, and what both have in common all the same. */
export interface Exception {
  readonly where: RegExp;
  readonly isAlike: (expected: unknown, found: unknown) => boolean;
  readonly why: string;
}

/** Where two JSON values differ; objects also in the order of their fields. */
export function differences(expected: unknown, found: unknown, where: string): Difference[] {
  if (isBranch(expected) && isBranch(found) && Array.isArray(expected) === Array.isArray(found)) {
    const [names, others] = [Object.keys(expected), Object.keys(found)];
    const all = [...new Set([...names, ...others])];
    const inside = all.flatMap((name) =>
      name in expected && name in found
        ? differences(expected[name], found[name], `${where} ${name}`)
        : [{ where: `${where} ${name}`, expected: expected[name], found: found[name] }],
    );
    const isOrdered = names.join() === others.join() || inside.some(isMissing);
    return isOrdered
      ? inside
      : [...inside, { where: `${where} order`, expected: names, found: others }];
  }
  return Object.is(expected, found) ? [] : [{ where, expected, found }];
}

function isMissing({ expected, found }: Difference): boolean {
  return expected === undefined || found === undefined;
}

function isBranch(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null;
}

/** What no exception explains, and the exceptions that explain nothing. */
export function unexplained(
  all: readonly Difference[],
  exceptions: readonly Exception[],
): { readonly differences: readonly Difference[]; readonly idle: readonly string[] } {
  const used = new Set<Exception>();
  const left = all.filter(({ where, expected, found }) => {
    const fitting = exceptions.filter(
      (one) => one.where.test(where) && one.isAlike(expected, found),
    );
    for (const one of fitting) used.add(one);
    return fitting.length === 0;
  });
  return {
    differences: left,
    idle: exceptions.filter((one) => !used.has(one)).map(({ why }) => why),
  };
}

export const areNumbers = (a: unknown, b: unknown): boolean =>
  typeof a === 'number' && typeof b === 'number' && a >= 0 && b >= 0;
export const areTexts = (a: unknown, b: unknown): boolean =>
  typeof a === 'string' && typeof b === 'string';
/** Both are of this form. */
export const bothAre =
  (form: RegExp) =>
  (a: unknown, b: unknown): boolean =>
    areTexts(a, b) && form.test(a as string) && form.test(b as string);

/** One thing that a probe knows exactly, beside what was found. */
export interface Check {
  readonly what: string;
  readonly expected: number | string;
  readonly found: number | string;
}

/**
 * What became of a probe. `silent`: it says nothing of this server, and why: what it needs is not there, was refused,
 * or rests on what deviates already.
 */
export type Verdict =
  | { readonly verdict: 'passed'; readonly checks: readonly Check[] }
  | { readonly verdict: 'deviating'; readonly checks: readonly Check[] }
  | { readonly verdict: 'silent'; readonly reason: string };

/** Ends a probe that cannot say anything. */
export class Silent extends Error {}

/** Those of its checks in which the server deviates. */
export function deviations(verdict: Verdict): readonly Check[] {
  if (verdict.verdict !== 'deviating') return [];
  return verdict.checks.filter(({ expected, found }) => expected !== found);
}

export function verdictOf(checks: readonly Check[]): Verdict {
  if (checks.length === 0) return { verdict: 'silent', reason: 'nothing could be compared' };
  const isDeviating = checks.some(({ expected, found }) => expected !== found);
  return { verdict: isDeviating ? 'deviating' : 'passed', checks };
}

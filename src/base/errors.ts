/** Exit codes of the program; the README lists them. */
export const EXIT = {
  ok: 0,
  thresholdFailed: 1,
  usage: 2,
  engineUnreachable: 3,
  bug: 70,
  interrupted: 130,
} as const;

/** What the user got wrong: every problem found, each naming file, line or field, what was found and what is accepted. */
export class UsageError extends Error {
  readonly exitCode: number = EXIT.usage;
  readonly problems: readonly string[];

  constructor(problems: string | readonly string[], source?: string) {
    const list = typeof problems === 'string' ? [problems] : problems;
    const heading = source
      ? [`${source}: ${list.length} problem${list.length === 1 ? '' : 's'}`]
      : [];
    super([...heading, ...list.map((problem) => (source ? `  ${problem}` : problem))].join('\n'));
    this.name = 'UsageError';
    this.problems = list;
  }
}

/** The engine could not be reached at all, before anything was measured. */
export class EngineUnreachable extends Error {
  readonly exitCode: number = EXIT.engineUnreachable;
}

/** A run was measured, and this machine could not make its results. */
export class Unreported extends Error {
  readonly exitCode: number = EXIT.thresholdFailed;
}

/** A signal came before anything was measured. */
export class Interrupted extends Error {
  readonly exitCode: number = EXIT.interrupted;

  constructor() {
    super('interrupted before the run began: nothing was measured, and nothing is written');
  }
}

/** The text of anything that was thrown; some network errors have only a code, or only a cause. */
export function errorText(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const { code, cause } = error as Error & { code?: string };
  const own = error.message || code || error.name;
  return cause ? `${own}: ${errorText(cause)}` : own;
}

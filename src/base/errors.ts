/** Exit codes of the program; the README lists them. */
export const EXIT = {
  ok: 0,
  thresholdFailed: 1,
  usage: 2,
  engineUnreachable: 3,
  bug: 70,
  interrupted: 130,
} as const;

/** A file that is something else altogether has as many problems as lines. */
const PROBLEMS_SHOWN = 50;

/** Of one problem: a name in a file may be a whole file of its own. */
const CHARACTERS_SHOWN = 2000;

/** What the user got wrong: every problem found, each naming file, line or field, what was found and what is accepted. */
export class UsageError extends Error {
  readonly exitCode: number = EXIT.usage;
  readonly problems: readonly string[];

  constructor(problems: string | readonly string[], source?: string) {
    const list = typeof problems === 'string' ? [problems] : problems;
    const heading = source
      ? [`${source}: ${list.length} problem${list.length === 1 ? '' : 's'}`]
      : [];
    const shown = list.slice(0, PROBLEMS_SHOWN).map(cut);
    const more = list.length - shown.length;
    const lines = [...shown, ...(more > 0 ? [`and ${more} more`] : [])];
    super([...heading, ...lines.map((line) => (source ? `  ${line}` : line))].join('\n'));
    this.name = 'UsageError';
    this.problems = list;
  }
}

function cut(problem: string): string {
  return problem.length > CHARACTERS_SHOWN ? `${problem.slice(0, CHARACTERS_SHOWN)}...` : problem;
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

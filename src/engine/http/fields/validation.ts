import { reprOf } from '../../python-text.ts';
import type { EngineError } from '../../request-error.ts';
import type { FieldProblem, Kind } from './kinds.ts';

/** The value, or what is wrong with it in vLLM's words. */
export function validated<T>(
  kind: Kind<T>,
  body: unknown,
): { readonly value: T } | { readonly error: EngineError } {
  const problems: FieldProblem[] = [];
  const value = kind(body, 'body', problems);
  return problems.length === 0 ? { value } : { error: validationError(problems) };
}

const REPORTED_MAX = 10;
const INPUT_CHARS_MAX = 200;
const PROBLEM_CHARS_MAX = 1000;

/** As vLLM says it of what FastAPI and pydantic find: every problem as Python prints it, and `Bad Request`. */
export function validationError(problems: readonly FieldProblem[]): EngineError {
  const count = problems.length;
  const lines = problems.slice(0, REPORTED_MAX).map((problem) => `  ${problemText(problem)}`);
  if (count > REPORTED_MAX) lines.push(`  ...and ${count - REPORTED_MAX} more errors`);
  const label = count === 1 ? 'error' : 'errors';
  const message = [`${count} validation ${label}:`, ...lines].join('\n');
  return { message, type: 'Bad Request', param: problems[0]!.loc, code: 400 };
}

/** Of a request whose body is not said to be JSON. */
export function noJsonError(): EngineError {
  const message =
    "1 validation error:\n  Unsupported Media Type: Only 'application/json' is allowed";
  return { message, type: 'Bad Request', param: null, code: 400 };
}

function problemText({ input, ctx, ...problem }: FieldProblem): string {
  const shown = { ...problem, input: inputText(input), ...(ctx && { ctx }) };
  return cut(reprOf(shown), PROBLEM_CHARS_MAX);
}

function inputText(input: unknown): string {
  if (typeof input === 'string') return cut(input, INPUT_CHARS_MAX);
  if (Array.isArray(input)) return `<list of ${input.length} items>`;
  if (typeof input === 'object' && input) return `<dict of ${Object.keys(input).length} items>`;
  return reprOf(input);
}

function cut(text: string, most: number): string {
  return text.length > most ? `${text.slice(0, most)}...[truncated]` : text;
}

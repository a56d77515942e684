import type { z } from 'zod';
import { errorText, UsageError } from '../../base/errors.ts';
import { readText, type Wanted } from '../../base/read-text.ts';
import { problemsOf } from '../../scenario/problems.ts';

/** @throws UsageError, beginning with `field`, for a file that cannot be read or is not JSON. */
export function readJson(file: string, wanted: Required<Wanted>): unknown {
  const text = readText(file, wanted);
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new UsageError(`${wanted.field}: ${file} is not JSON: ${errorText(error)}`);
  }
}

/** @throws UsageError with every problem, headed by `source`. */
export function parseJson<S extends z.ZodType>(
  value: unknown,
  schema: S,
  source: string,
): z.output<S> {
  const result = schema.safeParse(value, { reportInput: true });
  if (!result.success) throw new UsageError(problemsOf(result.error, schema, value), source);
  return result.data;
}

/** Heads the problems that `act` finds by what they are found in. */
export function withSource<T>(source: string, act: () => T): T {
  try {
    return act();
  } catch (error) {
    throw error instanceof UsageError ? new UsageError(error.problems, source) : error;
  }
}

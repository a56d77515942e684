import type { z } from 'zod';
import { UsageError } from '../../base/errors.ts';
import { notJson, parsedJson } from '../../base/json.ts';
import { elsewhere, type FormatName } from '../../base/known-formats.ts';
import { readText, type Wanted } from '../../base/read-text.ts';
import { problemsOf } from '../../scenario/problems.ts';

/**
 * The JSON of a file that is to be of this format.
 * @throws UsageError, beginning with `field`, for a file that cannot be read, is not JSON, or looks like another's.
 */
export function readJson(
  file: string,
  wanted: Wanted & { readonly field: string },
  format: FormatName,
): unknown {
  const text = readText(file, wanted);
  const value = parsedJson(text);
  const problem = value === undefined ? `not JSON: ${notJson(text)}` : elsewhere(value, format);
  if (problem) throw new UsageError(`${wanted.field}: ${file}: ${problem}`);
  return value;
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

import { readFileSync } from 'node:fs';
import { errorText, UsageError } from './errors.ts';

/** What a file is to its reader, and the setting that named it, where one did. */
export interface Wanted {
  /** As in "cannot read scenario x": scenario, journal, data file. */
  readonly what: string;
  /** Path of a scenario's field, as `conversation.textFile`. */
  readonly field?: string | undefined;
}

/** @throws UsageError naming field, what it is, file and reason. */
export function readText(file: string, wanted: Wanted): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    throw cannotRead(file, wanted, error);
  }
}

/** The error of a file that cannot be read, for those who read it otherwise than whole. */
export function cannotRead(file: string, { what, field }: Wanted, error: unknown): UsageError {
  const where = field === undefined ? '' : `${field}: `;
  return new UsageError(`${where}cannot read ${what} ${file}: ${errorText(error)}`);
}

import { at, withValue } from './paths.ts';

/** What became of a field, or of one value of it. */
export interface Renamed {
  /** The end of the sentence that begins with its old name. */
  readonly says: string;
  /** Where a field is now, or what a value is now; absent: a report of an older run does without it. */
  readonly now?: string;
}

/** By path; a value by `path=value`. */
export const RENAMED: Readonly<Record<string, Renamed>> = {
  'conversation.mooncake': {
    says: 'is now conversation.trace, with source: trace',
    now: 'conversation.trace',
  },
  'conversation.source=mooncake': {
    says: 'is now source: trace, with conversation.trace',
    now: 'trace',
  },
};

/** What is to be said of an unknown field, or of its unknown value; undefined if it never was a known one. */
export function renamedText(path: string, value?: unknown): string | undefined {
  const row = RENAMED[value === undefined ? path : `${path}=${value}`];
  return row && `${path}: ${value === undefined ? '' : `${value} `}${row.says}`;
}

/** The scenario of an older journal in today's words, so that its run can be reported for ever. */
export function inTodaysWords(scenario: unknown): unknown {
  return Object.entries(RENAMED).reduce((words, [name, { now }]) => {
    const [field, value] = name.split('=') as [string, string?];
    const path = field.split('.');
    const found = at(path, words);
    if (found === undefined || (value !== undefined && found !== value)) return words;
    if (value !== undefined) return withValue(words, path, now);
    const without = withValue(words, path, undefined);
    return now === undefined ? without : withValue(without, now.split('.'), found);
  }, scenario);
}

import { found } from '../base/json.ts';
import { at, withValue } from './paths.ts';

/** A field, or a value of one, that scenarios have no more. */
export interface Renamed {
  /** Where it was. */
  readonly path: string;
  /** The value that is accepted no more; absent: the field is not. */
  readonly value?: string;
  /** How the same is said now. */
  readonly now: string;
  /** A scenario that has it, as it is written now: journals of older versions stay readable. */
  upgrade(scenario: unknown): unknown;
}

export const RENAMED: readonly Renamed[] = [
  {
    path: 'output.csv',
    now: 'output.exports: [{format: csv, file: …}]',
    upgrade: (scenario) =>
      withValue(
        withValue(scenario, ['output', 'csv'], undefined),
        ['output', 'exports'],
        [{ format: 'csv', file: at(['output', 'csv'], scenario) }],
      ),
  },
  {
    path: 'conversation.source',
    value: 'mooncake',
    now: 'trace, with conversation.trace',
    upgrade: (scenario) => withValue(scenario, ['conversation', 'source'], 'trace'),
  },
  {
    path: 'conversation.mooncake',
    now: 'conversation.trace, with source: trace',
    upgrade: (scenario) =>
      withValue(
        withValue(scenario, ['conversation', 'mooncake'], undefined),
        ['conversation', 'trace'],
        at(['conversation', 'mooncake'], scenario),
      ),
  },
];

/** What is to be said of an unknown field, or of an unknown value; undefined if it never was a known one. */
export function renamedText(path: string, value: unknown): string | undefined {
  const row = RENAMED.find((one) => one.path === path && isMeant(one, value));
  return row && `${path}: ${found(value)}; it is now ${row.now}`;
}

/** The scenario of a journal, whatever version wrote it, in the fields of this one. */
export function upgraded(scenario: unknown): unknown {
  return RENAMED.reduce((whole, row) => {
    const value = at(row.path.split('.'), whole);
    return value !== undefined && isMeant(row, value) ? row.upgrade(whole) : whole;
  }, scenario);
}

function isMeant(row: Renamed, value: unknown): boolean {
  return row.value === undefined || row.value === value;
}

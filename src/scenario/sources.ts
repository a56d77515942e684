/** What is known of a source of conversations before it is opened. What a row leaves out is not so. */
export interface Traits {
  /** Where in `conversation` its file is named; the scenario is refused without it. */
  readonly file?: readonly string[];
  /** Has recorded answers, which can stand in the history or be compared with. */
  readonly hasAnswers?: boolean;
  /** Has so many conversations and no more: a run plays each once and ends. */
  readonly isCounted?: boolean;
  /** Says what it has as it is: there is no place for what a scenario would put before it. */
  readonly isWhole?: boolean;
  /** Says when each turn is due, or how long its user thinks before it. */
  readonly hasTimes?: boolean;
}

/** Where conversations come from. Rules and error texts are made of this; workload/load.ts opens them. */
export const SOURCES = {
  synthetic: {},
  sharegpt: { file: ['sharegpt', 'file'], hasAnswers: true },
  file: { file: ['file'], hasAnswers: true, isCounted: true, isWhole: true },
  prompts: { file: ['file'], isCounted: true, isWhole: true },
  trace: {
    file: ['trace', 'file'],
    hasAnswers: true,
    isCounted: true,
    isWhole: true,
    hasTimes: true,
  },
  // Of a trace it has times, and so many; drawn ones have neither.
  lengths: { isWhole: true, hasTimes: true },
} satisfies Record<string, Traits>;

export type SourceName = keyof typeof SOURCES;

export const SOURCE_NAMES = Object.keys(SOURCES) as SourceName[];

export function traitsOf(source: SourceName): Traits {
  return SOURCES[source];
}

/** Names of the sources with this trait, for an error: `sharegpt or file`. */
export function sourcesWith(trait: keyof Traits): string {
  return SOURCE_NAMES.filter((name) => traitsOf(name)[trait]).join(' or ');
}

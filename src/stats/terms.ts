/** A word that formulas use. */
interface Term {
  readonly says: string;
  readonly note: string;
}

export const TERMS = {
  intended: {
    says: 'when a turn was due, from when its user waits',
    note: 'the end of the previous answer plus think time, or the previous turn plus the interval',
  },
  sent: {
    says: "when the request's bytes were handed to a connected socket",
    note: 'opening a connection comes before',
  },
} as const satisfies Record<string, Term>;

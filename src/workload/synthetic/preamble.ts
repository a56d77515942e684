import type { Message } from '../message.ts';
import type { Spoken } from '../text/spoken.ts';

/** What comes before a user's first question: the part that all users share, and the user's own history. */
export interface Preamble {
  readonly opening: readonly Message[];
  /** Tokens that all users share: exact for words, `hi` counted as one each. */
  readonly sharedTokens: number;
  /** No two users' first messages are alike, whatever they ask. */
  readonly isEachItsOwn: boolean;
  /** The text of a user's first message, given its first question. */
  firstMessage(userId: number, question: Spoken): Spoken;
}

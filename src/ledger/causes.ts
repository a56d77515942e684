/** Why a token of a prompt was not found in the cache, or could not be. */
export type Cause =
  | 'firstTouch'
  | 'rounding'
  | 'lastToken'
  | 'unreported'
  | 'isolation'
  | 'inFlight'
  | 'reasoning'
  | 'drift'
  | 'chunk'
  | 'notLoaded'
  | 'eviction'
  | 'expiry'
  | 'routing'
  | 'unexplained';

interface CauseRow {
  /** As a row of a table is called. */
  readonly title: string;
  readonly says: string;
  /** It is out of any cache's reach: what it takes is not part of the ideal. */
  readonly isOutOfReach?: true;
}

/** Every token of a prompt was found, or is one cause's. In the order in which a report names them. */
export const CAUSES = {
  firstTouch: {
    title: 'first touch',
    says: 'nobody had sent it before: the new message, and what a conversation begins with',
    isOutOfReach: true,
  },
  rounding: {
    title: 'block rounding',
    says: 'said before, in a block that is not full: only full ones are found again',
    isOutOfReach: true,
  },
  lastToken: {
    title: 'last token',
    says: 'the last token of a prompt is always computed, that of an answer was never fed back',
    isOutOfReach: true,
  },
  inFlight: {
    title: 'in flight',
    says: 'the request that was computing it had not ended: only a later one could find it',
  },
  eviction: {
    title: 'eviction',
    says: 'more blocks were used since than the cache has',
  },
  expiry: {
    title: 'expiry',
    says: 'found if used again soon, lost after a time, however little was used meanwhile',
  },
  notLoaded: {
    title: 'stored, not loaded',
    says: 'gone from the GPU and stored below it, from where nothing was loaded',
  },
  chunk: {
    title: 'chunk rounding',
    says: 'what came from below the GPU ends with a whole chunk, and the rest of the next is missing',
  },
  drift: {
    title: 'template drift',
    says: 'the prefix ends where generated text begins, or a clock stands before it: the history comes back as other tokens',
  },
  reasoning: {
    title: 'reasoning stripped',
    says: 'the answer before had reasoning, and the prefix ends there: it is left out of the history',
  },
  routing: {
    title: 'other replica',
    says: 'used again soon, and gone but for what an earlier request left: another engine has the rest',
  },
  isolation: {
    title: 'salt or isolation',
    says: 'others had put it there under another salt, or mark',
  },
  unreported: {
    title: 'not reported',
    says: 'the engine did not say how much it found',
  },
  unexplained: {
    title: 'unexplained',
    says: 'missing, and no cause above fits what is known',
  },
} satisfies Record<Cause, CauseRow>;

export const CAUSE_NAMES = Object.keys(CAUSES) as Cause[];

export function isOutOfReach(cause: Cause): boolean {
  return 'isOutOfReach' in CAUSES[cause];
}

/** Why more was found than anybody of this run had put there. */
export type Surplus = 'foreign' | 'ownAttempt' | 'order' | 'alike';

/** Each token that is found beyond the ideal is one of these. */
export const SURPLUSES = {
  foreign: {
    title: 'contamination',
    says: 'nobody in this run had sent it: an earlier run had, or somebody else',
  },
  ownAttempt: {
    title: 'own attempt',
    says: 'an attempt that failed had sent it before',
  },
  order: {
    title: 'order',
    says: 'a request that was sent later was scheduled sooner, or at the same time, and had it computed',
  },
  alike: {
    title: 'more alike',
    says: 'texts have more in common than the scenario says: the ideal is too low',
  },
} satisfies Record<Surplus, { readonly title: string; readonly says: string }>;

export const SURPLUS_NAMES = Object.keys(SURPLUSES) as Surplus[];

/** Where a conversation's turn is. */
export type Place =
  | 'ready'
  | 'deciding'
  | 'thinking'
  | 'queueing'
  | 'requesting'
  | 'forking'
  | 'backingOff'
  | Ending;

/** Where the conversation is over. */
export type Ending = 'finished' | 'abandoned' | 'stopped' | 'interrupted';

export type TurnEvent =
  | 'begin'
  /** The timer of the place has run out. */
  | 'due'
  | 'slot.granted'
  | 'request.ended'
  /** All sub-agents that the answer began have ended. */
  | 'forks.ended'
  /** What is waited for is due sooner. */
  | 'time.skipped'
  /** Finish the request in flight, start no other. */
  | 'run.draining'
  /** Stop at once. */
  | 'run.cancelled';

export type Guard =
  | 'isOver'
  | 'isDraining'
  | 'isDueWithRoom'
  | 'isDue'
  | 'hasRoom'
  | 'isOkAndAlone'
  | 'isOk'
  | 'isCancelled'
  | 'mayRetry'
  | 'isSkipping';

export type Action =
  | 'waitUntilDue'
  | 'waitUntilRetry'
  | 'waitNoMore'
  | 'dueSooner'
  | 'retrySooner'
  | 'queue'
  | 'queueNoMore'
  | 'takeSlot'
  | 'leaveSlot'
  | 'countTurn'
  | 'startAttempt'
  | 'startRequest'
  | 'cancelRequest'
  | 'noteOutcome'
  | 'planRetry'
  | 'recordTurn'
  | 'keepAnswer'
  | 'leaveOut'
  | 'beginForks'
  | 'planNextTurn';

/** A way out of a place, or within it; the first whose guard holds is gone. */
export interface Way {
  readonly guard?: Guard;
  /** Absent: it stays, and neither leaves nor enters. */
  readonly to?: Place;
  readonly actions: readonly Action[];
}

interface Row {
  /** The conversation is over. */
  readonly end?: Ending;
  readonly entry?: readonly Action[];
  readonly exit?: readonly Action[];
  /** Gone at once. */
  readonly always?: readonly Way[];
  readonly on?: Readonly<Partial<Record<TurnEvent, readonly Way[]>>>;
}

const SEND: Way = { to: 'requesting', actions: ['takeSlot', 'countTurn', 'startAttempt'] };
const STOP: readonly Way[] = [{ to: 'stopped', actions: [] }];
const GIVE_UP: readonly Way[] = [{ to: 'abandoned', actions: ['recordTurn'] }];
const WHEN_DUE: readonly Way[] = [
  { ...SEND, guard: 'hasRoom' },
  { to: 'queueing', actions: [] },
];

/** What happens every turn: read it as a state chart. `user.ts` has what happens a few times a conversation. */
export const TURN: Readonly<Record<Place, Row>> = {
  ready: { on: { begin: [{ to: 'deciding', actions: [] }] } },
  // Apart from thinking, whose timer would be set and cancelled for every turn that is due at once.
  deciding: {
    always: [
      { guard: 'isOver', to: 'finished', actions: [] },
      { guard: 'isDraining', to: 'stopped', actions: [] },
      { ...SEND, guard: 'isDueWithRoom' },
      { guard: 'isDue', to: 'queueing', actions: [] },
      { to: 'thinking', actions: [] },
    ],
  },
  thinking: {
    entry: ['waitUntilDue'],
    exit: ['waitNoMore'],
    on: {
      due: WHEN_DUE,
      'time.skipped': [{ to: 'deciding', actions: ['dueSooner'] }],
      'run.draining': STOP,
      'run.cancelled': STOP,
    },
  },
  queueing: {
    entry: ['queue'],
    exit: ['queueNoMore'],
    on: {
      'slot.granted': [{ to: 'requesting', actions: ['countTurn', 'startAttempt'] }],
      'run.draining': STOP,
      'run.cancelled': STOP,
    },
  },
  requesting: {
    entry: ['startRequest'],
    exit: ['leaveSlot'],
    on: {
      'request.ended': [
        {
          guard: 'isOkAndAlone',
          to: 'deciding',
          actions: ['noteOutcome', 'recordTurn', 'keepAnswer', 'planNextTurn'],
        },
        { guard: 'isOk', to: 'forking', actions: ['noteOutcome', 'recordTurn', 'keepAnswer'] },
        { guard: 'isCancelled', to: 'interrupted', actions: ['noteOutcome', 'recordTurn'] },
        { guard: 'mayRetry', to: 'backingOff', actions: ['noteOutcome', 'planRetry'] },
        {
          guard: 'isSkipping',
          to: 'deciding',
          actions: ['noteOutcome', 'recordTurn', 'leaveOut', 'planNextTurn'],
        },
        { to: 'abandoned', actions: ['noteOutcome', 'recordTurn'] },
      ],
      'run.cancelled': [{ actions: ['cancelRequest'] }],
    },
  },
  // The answer has begun sub-agents; the next turn waits for their ends.
  forking: {
    entry: ['beginForks'],
    on: { 'forks.ended': [{ to: 'deciding', actions: ['planNextTurn'] }] },
  },
  backingOff: {
    entry: ['waitUntilRetry'],
    exit: ['waitNoMore'],
    on: {
      due: WHEN_DUE,
      'time.skipped': [{ to: 'backingOff', actions: ['retrySooner'] }],
      'run.draining': GIVE_UP,
      'run.cancelled': GIVE_UP,
    },
  },
  finished: { end: 'finished' },
  abandoned: { end: 'abandoned' },
  stopped: { end: 'stopped' },
  interrupted: { end: 'interrupted' },
};

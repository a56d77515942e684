import { UNSENT } from '../record/record.ts';
import { type Attempt, attempt, type Outcome } from './request.ts';
import { keptAnswer } from './session.ts';
import { nextTurn, noteOutcome, retryWaitMs, type UserState } from './state.ts';
import { endedRecord } from './turn-record.ts';
import type { Action, Guard, TurnEvent } from './turn-table.ts';
import { recordForksUnsent } from './unsent.ts';
import type { World } from './world.ts';

interface Heard {
  tell(event: TurnEvent): void;
  onForks(): void;
}

type Steps = Readonly<Record<Guard, boolean>> & Readonly<Record<Action, () => void>>;

/** What the table of a turn asks and does, each a guard or an action by its name. */
export class TurnSteps implements Steps {
  readonly #world: World;
  readonly #state: UserState;
  readonly #heard: Heard;
  readonly #retries: number;
  /** When the last of the sub-agents ended that this turn began. */
  forksMs: number | undefined;
  /** How the attempt ended that has just done so. */
  #ended: Outcome | undefined;
  #attempt: Attempt | undefined;
  #skippedMs = 0;
  #timer: unknown;
  #leaveQueue: (() => void) | undefined;

  constructor(world: World, state: UserState, heard: Heard) {
    const { policy, retries = policy === 'retry' ? 3 : 0 } = world.habits.failure;
    this.#world = world;
    this.#state = state;
    this.#heard = heard;
    this.#retries = retries;
  }

  get isOver(): boolean {
    return this.#state.session.turn(this.#state.turn) === undefined;
  }

  get isDraining(): boolean {
    return this.#world.gate.isClosed;
  }

  get isDueWithRoom(): boolean {
    return this.isDue && this.hasRoom;
  }

  get isDue(): boolean {
    return this.#state.intendedMs <= this.#world.clock.now();
  }

  get hasRoom(): boolean {
    return this.#world.gate.hasRoom;
  }

  get isOk(): boolean {
    return this.#ended?.status === 'ok';
  }

  get isOkAndAlone(): boolean {
    return this.isOk && !this.#state.session.turn(this.#state.turn)?.forks?.length;
  }

  get isCancelled(): boolean {
    return this.#ended?.status === 'cancelled';
  }

  get mayRetry(): boolean {
    return this.#state.attempts <= this.#retries && !this.#world.gate.isClosed;
  }

  get isSkipping(): boolean {
    return this.#world.habits.failure.policy === 'skip';
  }

  waitUntilDue(): void {
    this.#waitUntil(this.#state.intendedMs);
  }

  waitUntilRetry(): void {
    this.#waitUntil(this.#state.retryAtMs);
  }

  waitNoMore(): void {
    this.#world.clock.clearTimeout(this.#timer);
    this.#world.idle?.forget(this);
  }

  dueSooner(): void {
    const state = this.#state;
    state.intendedMs -= this.#skippedMs;
    state.skippedMs = this.#world.idle?.skippedMs ?? 0;
    // Never free after the time for which it is due.
    state.freeMs = Math.min(state.freeMs, this.#world.clock.now());
  }

  retrySooner(): void {
    this.#state.retryAtMs -= this.#skippedMs;
  }

  queue(): void {
    const { session, turn } = this.#state;
    const { userId } = session.conversation;
    const granted = () => this.#heard.tell('slot.granted');
    this.#leaveQueue = this.#world.gate.wait(granted, turn === 0, userId, this.#isCounted);
  }

  queueNoMore(): void {
    this.#leaveQueue?.();
  }

  takeSlot(): void {
    this.#world.gate.take();
  }

  leaveSlot(): void {
    this.#world.gate.leave(this.#ended?.endMs);
  }

  countTurn(): void {
    if (this.#isCounted) this.#world.gate.countRequest();
  }

  /** A turn counts once, however often it is sent. */
  get #isCounted(): boolean {
    const { attempts, intendedMs } = this.#state;
    return attempts === 0 && this.#world.phaseAt(intendedMs) === 'measure';
  }

  startAttempt(): void {
    const { clock, gate } = this.#world;
    const state = this.#state;
    state.readyMs = state.attempts
      ? clock.now()
      : Math.max(state.intendedMs, state.freeMs, gate.openSinceMs);
    state.attempts++;
  }

  /** A plain call: an actor a turn would cost as much as the turn's other transitions. */
  startRequest(): void {
    const { session, turn, attempts } = this.#state;
    this.#ended = undefined;
    this.#attempt = attempt(this.#world, session, turn, attempts, (outcome) => {
      this.#ended = outcome;
      this.#heard.tell('request.ended');
    });
  }

  cancelRequest(): void {
    this.#attempt?.cancel();
  }

  noteOutcome(): void {
    noteOutcome(this.#state, this.#ended!);
    this.#attempt = undefined;
  }

  planRetry(): void {
    this.#state.retryAtMs = this.#world.clock.now() + retryWaitMs(this.#world, this.#state);
  }

  recordTurn(): void {
    const { session, turn, outcome } = this.#state;
    this.#world.record(endedRecord(this.#world, this.#state), () => {
      const { reasoning, content, fields } = outcome!;
      const messages = session.messagesFor(session.turn(turn)!);
      // A server's own count of the output has the reasoning in it, too.
      const tools = fields ? JSON.stringify(fields) : '';
      return { messages, answer: reasoning + content + tools, content };
    });
  }

  keepAnswer(): void {
    const { session, turn: index, outcome } = this.#state;
    const turn = session.turn(index)!;
    session.answered(turn, keptAnswer(this.#world.habits, turn, outcome!));
  }

  leaveOut(): void {
    const { session, turn: index } = this.#state;
    const turn = session.turn(index)!;
    recordForksUnsent(this.#world, turn, UNSENT.notBegun);
    session.failed(turn);
  }

  beginForks(): void {
    this.forksMs = undefined;
    this.#heard.onForks();
  }

  planNextTurn(): void {
    nextTurn(this.#world, this.#state, this.forksMs);
    this.forksMs = undefined;
  }

  #waitUntil(dueMs: number): void {
    const { clock, idle } = this.#world;
    const waitMs = Math.max(0, dueMs - clock.now());
    this.#timer = clock.setTimeout(() => this.#heard.tell('due'), waitMs);
    idle?.waits(this, {
      dueMs,
      sooner: (byMs) => {
        this.#skippedMs = byMs;
        this.#heard.tell('time.skipped');
      },
    });
  }
}

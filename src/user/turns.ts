import type { UserState } from './state.ts';
import { TurnSteps } from './turn-steps.ts';
import { type Ending, type Place, TURN, type TurnEvent, type Way } from './turn-table.ts';
import type { World } from './world.ts';

/** Whom a conversation's turns tell. */
export interface TurnsOwner {
  /** Sub-agents are to begin; `forks.ended` is waited for. */
  onForks(): void;
  /** Called once, with where it ended. */
  onEnd(ending: Ending): void;
  /** An error of ours: whatever an engine does is data. */
  onBug(error: unknown): void;
}

/**
 * Plays the turns of a conversation by the table `TURN`, whose guards and actions are `TurnSteps`. An event that
 * comes while another is dealt with waits for that, as in any state chart.
 */
export class Turns {
  readonly #steps: TurnSteps;
  readonly #owner: TurnsOwner;
  #place: Place = 'ready';
  #isBusy = false;
  #waiting: TurnEvent[] | undefined;

  constructor(world: World, state: UserState, owner: TurnsOwner) {
    this.#owner = owner;
    this.#steps = new TurnSteps(world, state, {
      tell: (event) => this.tell(event),
      onForks: () => owner.onForks(),
    });
  }

  get place(): Place {
    return this.#place;
  }

  start(): void {
    this.tell('begin');
  }

  forksEnded(atMs: number): void {
    this.#steps.forksMs = atMs;
    this.tell('forks.ended');
  }

  tell(event: TurnEvent): void {
    if (this.#isBusy) {
      (this.#waiting ??= []).push(event);
      return;
    }
    this.#isBusy = true;
    try {
      this.#take(event);
      while (this.#waiting?.length) this.#take(this.#waiting.shift()!);
      this.#isBusy = false;
    } catch (error) {
      // Busy for ever: nothing is told to what is broken.
      this.#owner.onBug(error);
    }
  }

  #take(event: TurnEvent): void {
    const ways = TURN[this.#place].on?.[event];
    const way = ways?.find(this.#holds);
    if (way) this.#go(way);
  }

  #go({ to, actions }: Way): void {
    if (to) this.#run(TURN[this.#place].exit);
    this.#run(actions);
    if (!to) return;
    this.#place = to;
    if (to === 'deciding') this.#decide();
    else this.#enter(to);
  }

  #decide(): void {
    this.#go(TURN.deciding.always!.find(this.#holds)!);
  }

  #enter(place: Exclude<Place, 'deciding'>): void {
    const { entry, end } = TURN[place];
    this.#run(entry);
    if (end) this.#owner.onEnd(end);
  }

  #run(actions: Way['actions'] = []): void {
    for (const action of actions) this.#steps[action]();
  }

  readonly #holds = ({ guard }: Way): boolean => guard === undefined || this.#steps[guard];
}

import { openArrivals } from '../population/arrivals.ts';
import type { Crowd } from '../population/crowd.ts';
import { offeredLoad } from '../population/offered-load.ts';
import { shareOf } from '../population/partition.ts';
import { Population } from '../population/population.ts';
import { PROCESSES, processOf } from '../population/processes.ts';
import type { Scenario } from '../scenario/schema.ts';
import type { Session } from '../user/session.ts';
import type { World } from '../user/world.ts';
import type { Conversation } from '../workload/conversation.ts';
import { Message } from '../workload/message.ts';
import { clientsOf } from './clients.ts';

/** Ids of warm-up users start here, so that they share no text with the run's own users. */
const WARMUP_USER_ID = 1_000_000_000;
/** Ids of the single short requests. */
const WARMUP_REQUEST_ID = 2_000_000_000;
const WARMUP_ANSWER_TOKENS = 100;

/** Whether something is played before the load of the run. */
export function hasWarmup({ warmup }: Scenario): boolean {
  return warmup.firstTurns || warmup.requests + warmup.users > 0;
}

/**
 * The users of the warm-up: the first turns of the run's own conversations, whose sessions go into
 * `begun`; or short requests all at once, and whole conversations at their own rate.
 */
export function warmupPopulation(
  world: World,
  scenario: Scenario,
  onEmpty: () => void,
  begun: Map<number, Session>,
): Crowd {
  if (scenario.warmup.firstTurns) return firstTurns(world, scenario, onEmpty, begun);
  const { requests, requestText, users, usersPerSec, rounds, sameUsers } = scenario.warmup;
  const conversation = (userId: number): Conversation => {
    if (userId >= WARMUP_REQUEST_ID) return shortRequest(userId, requestText);
    const whole = world.conversation(userId);
    return rounds === undefined ? whole : cutAfter(whole, rounds);
  };
  const { partition } = scenario.population;
  const firstUserId = sameUsers ? scenario.population.firstUserId : WARMUP_USER_ID;
  const population = { ...scenario.population, rampUp: undefined, users, firstUserId };
  const process = PROCESSES.constant({ process: 'constant', usersPerSec });
  const arrivals = openArrivals({ ...scenario, population }, { process });
  const shares = [
    shareOf(partition, shortArrivals(requests), ({ userId }) => userId - WARMUP_REQUEST_ID),
    shareOf(partition, arrivals, ({ userId }) => userId - firstUserId),
  ];
  return new Population(
    { ...world, conversation },
    {
      load: { loop: 'open', arrivals: chain(...shares) },
      synthesiseHistory: false,
      onEmpty,
    },
  );
}

/** The first turn of every conversation, one at a time on every slot for a request. */
function firstTurns(
  world: World,
  scenario: Scenario,
  onEmpty: () => void,
  begun: Map<number, Session>,
): Crowd {
  const { arrivals, maxInFlight } = scenario.population;
  const conversation = (userId: number) => cutAfter(world.conversation(userId), 1);
  const onGone = (userId: number, session: Session): void => {
    if (session.hasAnswers) begun.set(userId, session);
  };
  const process = processOf(arrivals);
  if (process.loop === 'closed' && process.clients) {
    const clients = { ...process.clients, conversationsEach: 1, leave: 'alone' } as const;
    return clientsOf({ ...world, conversation }, scenario, clients, { onGone, onEmpty });
  }
  const slots = process.loop === 'closed' ? process.slots : (scenario.population.users ?? 1);
  const concurrency = maxInFlight ?? slots;
  const population = {
    ...scenario.population,
    arrivals: { process: 'closed' as const, concurrency, startUp: 'measured' as const },
  };
  return new Population(
    { ...world, conversation },
    {
      load: offeredLoad({ ...scenario, population }),
      synthesiseHistory: false,
      onEmpty,
      onGone,
    },
  );
}

/** Its first turns alone, without what they would begin. */
function cutAfter(whole: Conversation, rounds: number): Conversation {
  const first = whole.turns.slice(0, rounds);
  const turns = first.map((turn) => (turn.forks ? { ...turn, forks: [] } : turn));
  return { ...whole, turns };
}

function* shortArrivals(requests: number) {
  for (let i = 0; i < requests; i++) {
    yield { userId: WARMUP_REQUEST_ID + i, dueMs: 0, startTurn: 0 };
  }
}

function* chain<T>(...parts: Iterable<T>[]): Generator<T> {
  for (const part of parts) yield* part;
}

/** One short request. Its own text begins with its number, so that no other shares its prefix. */
function shortRequest(userId: number, template: string | undefined): Conversation {
  const index = userId - WARMUP_REQUEST_ID;
  const text =
    template?.replaceAll('{number}', String(index)) ??
    `${index + 1} is the number of this warm-up request.${' Please go on.'.repeat(30)}`;
  const message = new Message('user', text);
  const turn = {
    message,
    messageTokens: undefined,
    pauseMs: 0,
    maxTokens: WARMUP_ANSWER_TOKENS,
    minTokens: undefined,
    recordedAnswer: undefined,
  };
  return {
    userId,
    isAnonymous: template !== undefined,
    opening: [],
    sharedTokens: 0,
    turns: [turn],
    standInAnswer: () => new Message('assistant', ''),
  };
}

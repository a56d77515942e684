import { type Rng, stream } from '../../base/random.ts';
import type { Answered } from './request.ts';
import type { ProbeSession } from './session.ts';

/** A request of the traffic: which turn of which conversation it was. */
export interface Passed {
  readonly conversation: number;
  readonly answered: Answered;
}

interface Room {
  /** Longest prompt plus answer. */
  readonly maxModelTokens: number;
  /** Tokens that fit the KV cache of the GPU. */
  readonly kvTokens: number;
  /** What a prompt token takes, and a step. */
  readonly tokenMs: number;
  readonly stepMs: number;
}

interface Conversation {
  readonly number: number;
  text: string;
  turns: number;
}

/** What the traffic may take of the budget, and how long it is at most. */
const SHARE = 0.2;
const MOST_MS = 60_000;
/** Of the time that is left: the fit to it takes some. */
const LEFT_SHARE = 0.6;
/** Requests that are there at a time, were each alone among eight: light, then as much again. */
const LOADS = [0.75, 1.5] as const;
const TURNS = 5;
/** Conversations at a time, and requests that come at once in the middle. */
const CONVERSATIONS = 6;
const BURST = 24;
const FIRST_TOKENS = [64, 2048] as const;
const QUESTION_TOKENS = 40;
const ANSWER_TOKENS = [20, 160] as const;

/**
 * Requests as users send them: conversations whose next prompt begins with the one before, at drawn times, lightly and
 * then heavily, and some at once. What a server's host takes for requests that come while others run shows here alone.
 */
export async function probeTraffic(session: ProbeSession, room: Room): Promise<Passed[]> {
  session.stage('traffic');
  const rng = stream('traffic', session.startMs);
  const mostMs = Math.min(MOST_MS, SHARE * session.budgetMs, session.leftMs * LEFT_SHARE);
  const sent: Promise<Passed>[] = [];
  const going: Conversation[] = [];
  let count = 0;
  const send = (): void => {
    const one = nextOf(session, rng, going, room, () => count++);
    const maxTokens = Math.round(between(rng, ANSWER_TOKENS));
    sent.push(
      session
        .ask('traffic', { text: one.text, maxTokens })
        .then((answered) => ({ conversation: one.number, answered })),
    );
  };
  const arrivals = arrivalsOf(rng, mostMs, requestMs(room));
  await new Promise<void>((resolve) => {
    for (const [index, afterMs] of arrivals.entries()) {
      session.clock.setTimeout(() => {
        send();
        if (index === arrivals.length - 1) resolve();
      }, afterMs);
    }
  });
  const passed = await Promise.all(sent);
  return passed.filter(({ answered }) => answered.failure === undefined);
}

/** When requests come: at random, and in the middle of each stretch of a load some at once. */
function arrivalsOf(rng: Rng, mostMs: number, eachMs: number): number[] {
  const stretchMs = mostMs / LOADS.length;
  return LOADS.flatMap((load, stretch) => {
    const fromMs = stretch * stretchMs;
    const burst = Array.from({ length: BURST }, () => fromMs + stretchMs / 2);
    const alone: number[] = [];
    for (let atMs = fromMs; ; alone.push(atMs)) {
      atMs -= (eachMs / load) * Math.log(1 - rng());
      if (atMs >= fromMs + stretchMs) break;
    }
    return [...alone, ...burst];
  }).sort((a, b) => a - b);
}

/** Its share of the GPU: its new tokens, and its part of steps that a few others are in. */
function requestMs({ tokenMs, stepMs }: Room): number {
  const newTokens = Math.sqrt(FIRST_TOKENS[0] * FIRST_TOKENS[1]) / TURNS + QUESTION_TOKENS;
  const answer = (ANSWER_TOKENS[0] + ANSWER_TOKENS[1]) / 2;
  return newTokens * tokenMs + (answer * stepMs) / 8 + 2 * stepMs;
}

function nextOf(
  session: ProbeSession,
  rng: Rng,
  going: Conversation[],
  { maxModelTokens, kvTokens }: Room,
  number: () => number,
): Conversation {
  const longest = Math.min(FIRST_TOKENS[1], maxModelTokens / 2, kvTokens / (2 * CONVERSATIONS));
  const at = Math.floor(rng() * CONVERSATIONS);
  const known = going[at];
  if (known && known.turns < TURNS) {
    known.text = `${known.text} ${session.prompt(session.overheadTokens + QUESTION_TOKENS)}`;
    known.turns++;
    return { ...known };
  }
  const tokens = Math.exp(between(rng, [Math.log(FIRST_TOKENS[0]), Math.log(longest)]));
  const text = session.prompt(session.overheadTokens + tokens);
  const fresh = { number: number(), text, turns: 1 };
  going[at] = fresh;
  return { ...fresh };
}

function between(rng: Rng, [low, high]: readonly [number, number]): number {
  return low + (high - low) * rng();
}

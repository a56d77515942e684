import { probeBeside, stallsOf } from './mixed.ts';
import type { Answered } from './request.ts';
import type { ProbeSession } from './session.ts';

/** A number that is a setting: what it is, as far as it is known, and within what it lies. */
export interface Limit {
  /** undefined: not known; it is at least `low`. */
  readonly value: number | undefined;
  readonly low: number;
  /** Infinity: nothing was found above. */
  readonly high: number;
  readonly how: 'told' | 'probed';
}

export function toldLimit(value: number): Limit {
  return { value, low: value, high: value, how: 'told' };
}

const TINY_TOKENS = 32;
/** Steps that nobody joins the running while others wait: a limit, and not a server that is slow to take them in. */
const PLATEAU_STEPS = 12;

/**
 * How many requests run at a time: many are sent at once; those that are not among the first to run have their first
 * token when one of these has ended, however long that is.
 */
export async function probeMaxSeqs(session: ProbeSession, most: number): Promise<Limit> {
  session.stage('requests that run at a time');
  const maxTokens = burstTokens(most);
  const texts = Array.from({ length: most }, () => session.prompt(TINY_TOKENS));
  const answers = await Promise.all(texts.map((text) => session.ask('burst', { text, maxTokens })));
  return maxSeqsOf(answers);
}

function burstTokens(streams: number): number {
  return 48 + Math.ceil(streams / 3);
}

/** The most streams of a burst for which there is room. */
export function burstWithin(kvTokens: number): number {
  let streams = 1;
  while ((streams + 1) * (TINY_TOKENS + 16 + burstTokens(streams + 1)) <= kvTokens) streams++;
  return streams;
}

export function maxSeqsOf(answers: readonly Answered[]): Limit {
  const done = answers.filter(
    ({ failure, deltasMs }) => failure === undefined && deltasMs.length > 1,
  );
  const firstEndMs = Math.min(...done.map(({ endMs }) => endMs));
  const early = done.map(({ deltasMs }) => deltasMs[0]!).filter((atMs) => atMs < firstEndMs);
  const running = early.length;
  if (running === done.length)
    return { value: undefined, low: running, high: Infinity, how: 'probed' };
  const fullMs = Math.max(...early);
  const [someone] = done.toSorted((a, b) => a.endMs - b.endMs);
  const stepsFull = someone!.deltasMs.filter((atMs) => atMs > fullMs).length;
  // The last to join may have come in at the very end: then it is not the engine that kept others waiting.
  if (stepsFull < PLATEAU_STEPS)
    return { value: undefined, low: running, high: Infinity, how: 'probed' };
  return { value: running, low: running, high: running, how: 'probed' };
}

const STREAM_TOKENS = 128;
/** Of longer ones attention makes the steps too unlike each other. */
const LONGEST = 16_384;

/** How many tokens a step takes: into how many pieces a long prompt is cut, beside a stream that waits for each. */
export async function probeMaxBatchedTokens(
  session: ProbeSession,
  longest: number,
): Promise<Limit> {
  session.stage('tokens of a step');
  let found: Limit = { value: undefined, low: 1, high: Infinity, how: 'probed' };
  for (const share of [1, 0.83, 0.66]) {
    const length = Math.floor(Math.min(longest, LONGEST) * share);
    // Twice: whatever disturbs a server adds stalls, and takes none away.
    const lengths = [length, length];
    const besides = await probeBeside(session, {
      ...{ rows: 1, promptTokens: TINY_TOKENS, lengths, maxTokens: STREAM_TOKENS },
    });
    if (besides.length === 0) continue;
    const stalls = Math.min(...besides.map(stallsOf));
    found = within(found, budgetOf(besides[0]!.answered.usage?.inputTokens ?? length, stalls));
  }
  return found;
}

/** The last part of a prompt, as a share of a step: at most, unless it is seen, and at least, if it is. */
const UNSEEN = 0.5;
const SEEN = 0.15;

/** One token of the budget is the stream's. The last part may be a stall, or too short for one. */
export function budgetOf(inputTokens: number, stalls: number): Limit {
  const low = Math.max(1, Math.ceil(inputTokens / (Math.max(1, stalls) + UNSEEN)) + 1);
  const high = stalls > 1 ? Math.ceil(inputTokens / (stalls - 1 + SEEN)) + 1 : Infinity;
  return { value: undefined, low, high, how: 'probed' };
}

function within(a: Limit, b: Limit): Limit {
  const low = Math.max(a.low, b.low);
  const high = Math.min(a.high, b.high);
  // They contradict each other: one of them was disturbed, and the wider says less that is wrong.
  return low <= high
    ? { ...a, low, high }
    : { ...a, low: Math.min(a.low, b.low), high: Math.max(a.high, b.high) };
}

/** What people set: powers of two, then their multiples. */
export function likelyBudgets({ low, high }: Limit): number[] {
  const roof = Math.min(high, 262_144);
  const powers = [];
  for (let power = 64; power <= roof; power *= 2) if (power >= low) powers.push(power);
  if (powers.length) return powers.slice(0, 4);
  for (const unit of [1024, 512, 256, 128, 64]) {
    const first = Math.ceil(low / unit) * unit;
    if (first <= roof) return [first];
  }
  return [Math.round(Number.isFinite(high) ? (low + high) / 2 : low)];
}

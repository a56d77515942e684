import { sleep } from '../../base/clock.ts';
import { Refused } from '../refused.ts';
import type { Answered } from './request.ts';
import { median, type ProbeSession, ttftMsOf } from './session.ts';
import { othersOn, type ServerTold, toldBy } from './told.ts';
import { ANSWER_WORDS } from './words.ts';

/** Of a prompt that is little more than its template. */
const TINY_WORDS = 8;
const LONGER_WORDS = 264;
const TINY_COUNT = 9;
const ANSWER_TOKENS = 32;
/** The middle half of alike probes is no wider than this share of their median, or so many milliseconds. */
const SPREAD_MAX = 0.5;
const SPREAD_MS_MAX = 3;

/** What is known of a server before anything of it is measured. */
export interface Checked {
  readonly told: ServerTold;
  /** Times to the first token of tiny prompts. */
  readonly tinyMs: readonly number[];
  /** Milliseconds of a GET /health; undefined: there is none. */
  readonly healthMs: number | undefined;
}

/**
 * Looks whether a server can be measured: idle, even, and computing what it is asked. Finds out how many tokens a
 * word is, and how to have answers of which every token is seen.
 * @throws Refused with every reason not to go on.
 */
export async function checkServer(session: ProbeSession): Promise<Checked> {
  session.stage('looking at the server');
  const first = await session.page();
  const told = toldBy(first);
  await refuseBusy(session, first);
  const tiny = await firstAnswers(session);
  await refuseHidden(session);
  const tinyMs: number[] = [];
  for (let i = 0; i < TINY_COUNT; i++) {
    const answered = answeredOr(await session.fresh('tiny', session.overheadTokens + TINY_WORDS));
    tiny.push(answered);
    tinyMs.push(ttftMsOf(answered) ?? answered.endMs - answered.sentMs);
  }
  const replayed = await replay(session);
  const reasons = [...unevenly(tinyMs), ...cachedAlready(session, tiny), ...replayed];
  if (reasons.length) throw new Refused(reasons);
  const health = [];
  for (let i = 0; i < 5; i++) health.push(await session.target.healthMs());
  const healthMs = health.filter((ms) => ms !== undefined);
  return { told, tinyMs, healthMs: healthMs.length ? median(healthMs) : undefined };
}

async function refuseBusy(session: ProbeSession, first: string | undefined): Promise<void> {
  const busy = async (page: string | undefined) => {
    const others = othersOn(page);
    return others && others.running + others.waiting > 0 ? others : undefined;
  };
  let others = await busy(first);
  // What a client has just given up may still be on the page.
  for (let look = 0; others && look < 3; look++) {
    await sleep(session.clock, 1000);
    others = await busy(await session.page());
  }
  if (!others) return;
  throw new Refused([
    `it is busy: its page of metrics has ${others.running} running and ${others.waiting} waiting requests of others; expected an idle server`,
  ]);
}

/** @throws Refused for a probe that has no answer, or no token counts. */
function answeredOr(answered: Answered): Answered {
  const { failure, usage } = answered;
  if (failure !== undefined) throw new Refused([`a probe was not answered: ${failure}`]);
  if (usage?.inputTokens === undefined || usage.outputTokens === undefined) {
    throw new Refused([
      'it does not tell the tokens of a request (usage), by which probes know what they measure',
    ]);
  }
  return answered;
}

/** Two lengths say what the template has, and how many tokens a word is. */
async function firstAnswers(session: ProbeSession): Promise<Answered[]> {
  const shortest = answeredOr(await session.fresh('first', TINY_WORDS));
  const longer = answeredOr(await session.fresh('first', LONGER_WORDS));
  const [few, many] = [shortest.usage!.inputTokens!, longer.usage!.inputTokens!];
  session.tokensPerWord = Math.max(0.1, (many - few) / (LONGER_WORDS - TINY_WORDS));
  session.overheadTokens = Math.max(0, few - TINY_WORDS * session.tokensPerWord);
  return [shortest, longer];
}

/** Where most tokens have no text of their own, the server is asked to answer with words alone. */
async function refuseHidden(session: ProbeSession): Promise<void> {
  const look = async () => {
    const asked = {
      text: session.prompt(session.overheadTokens + TINY_WORDS),
      maxTokens: ANSWER_TOKENS,
    };
    return answeredOr(await session.ask('answer', asked));
  };
  let seen = await look();
  if (isSeen(seen)) return;
  const ids = new Set<number>();
  for (const word of ANSWER_WORDS) {
    const found = await session.target.tokenIds(word);
    if (found?.length === 1) ids.add(found[0]!);
    else if (!found) break;
  }
  if (ids.size > 1) {
    session.fields = { ...session.fields, allowed_token_ids: [...ids] };
    seen = await look();
    if (isSeen(seen)) return;
  }
  const { outputTokens } = seen.usage!;
  if (outputTokens! < ANSWER_TOKENS) {
    throw new Refused([
      `it ends answers early: found ${outputTokens} of ${ANSWER_TOKENS} tokens asked for with ignore_eos; how long a step takes cannot be seen`,
    ]);
  }
}

const SEEN_SHARE = 0.75;

function isSeen({ deltasMs, usage }: Answered): boolean {
  return usage!.outputTokens === ANSWER_TOKENS && deltasMs.length >= SEEN_SHARE * ANSWER_TOKENS;
}

function unevenly(tinyMs: readonly number[]): string[] {
  const sorted = tinyMs.toSorted((a, b) => a - b);
  const [low, high] = [
    sorted[Math.floor(sorted.length / 4)]!,
    sorted[Math.ceil((sorted.length * 3) / 4) - 1]!,
  ];
  const middle = median(sorted);
  if (high - low <= Math.max(SPREAD_MS_MAX, SPREAD_MAX * middle)) return [];
  return [
    `probes that are alike take ${low.toFixed(1)} to ${high.toFixed(1)} ms (the middle half of ${sorted.length}, median ${middle.toFixed(1)}): it is busy with something else, or the way to it is`,
  ];
}

function cachedAlready(session: ProbeSession, answers: readonly Answered[]): string[] {
  const known = answers.find(({ usage }) => (usage?.cachedTokens ?? 0) > session.overheadTokens);
  if (!known) return [];
  return [
    `it says that ${known.usage!.cachedTokens} of ${known.usage!.inputTokens} tokens of a prompt that nobody can have sent before were cached`,
  ];
}

/** The same request twice: an engine computes its answer twice. */
async function replay(session: ProbeSession): Promise<string[]> {
  const asked = { text: session.prompt(session.overheadTokens + 40), maxTokens: ANSWER_TOKENS };
  const one = answeredOr(await session.ask('replay', asked));
  const two = answeredOr(await session.ask('replay', asked));
  if (one.responseId !== undefined && one.responseId === two.responseId) {
    return [
      `a request sent twice has the same answer twice, both with the id ${one.responseId}: something in front of it answers from a cache`,
    ];
  }
  const [oneMs, twoMs] = [one, two].map(({ deltasMs, endMs }) => endMs - (deltasMs[0] ?? endMs));
  if (one.text === two.text && twoMs! < oneMs! / 4 && oneMs! > 1) {
    return [
      `a request sent twice has the same answer twice, the second within ${twoMs!.toFixed(1)} ms instead of ${oneMs!.toFixed(1)}: something in front of it answers from a cache`,
    ];
  }
  return [];
}

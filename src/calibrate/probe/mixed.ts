import { quantile } from '../../stats/exact.ts';
import type { Answered } from './request.ts';
import type { MixedSeen } from './seen.ts';
import { median, type ProbeSession } from './session.ts';

/** Streams that decode while prompts are computed beside them, one after the other. */
export interface Beside {
  readonly rows: number;
  readonly promptTokens: number;
  /** Prompts, by their tokens. */
  readonly lengths: readonly number[];
  /** Tokens of each stream's answer: it has to outlast them all. */
  readonly maxTokens: number;
}

/** A prompt that was computed beside streams, and those. */
export interface BesideSeen {
  readonly answered: Answered;
  readonly streams: readonly Answered[];
}

/** Sends the prompts once all streams have begun; those that a stream did not outlast are left out. */
export async function probeBeside(session: ProbeSession, beside: Beside): Promise<BesideSeen[]> {
  const { rows, promptTokens, lengths, maxTokens } = beside;
  const what = `streams ${rows} x ${promptTokens}`;
  let begun = 0;
  let ended = 0;
  let start: () => void = () => {};
  const allBegun = new Promise<void>((resolve) => {
    start = resolve;
  });
  const streams = Array.from({ length: rows }, () => {
    let isFirst = true;
    const asked = { text: session.prompt(promptTokens), maxTokens };
    return session
      .ask(what, asked, {
        onDelta() {
          if (!isFirst) return;
          isFirst = false;
          if (++begun === rows) {
            session.clock.hold(Promise.resolve());
            start();
          }
        },
      })
      .then((answered) => {
        ended++;
        start();
        return answered;
      });
  });
  await allBegun;
  const inserted: Answered[] = [];
  for (const length of lengths) {
    if (ended > 0) break;
    inserted.push(await session.fresh(`mixed ${rows} + ${length}`, length));
  }
  const done = await Promise.all(streams);
  if (done.some(({ failure }) => failure !== undefined)) return [];
  return inserted
    .filter(({ failure, deltasMs }) => failure === undefined && deltasMs.length > 0)
    .map((answered) => ({ answered, streams: done }));
}

/** A stretch of a stream: from its last delta before the prompt was sent to the first one after its first token. */
interface Stretch {
  readonly ms: number;
  readonly steps: number;
  readonly contextTokens: number;
  /** From the end of its longest gap to the first token of the prompt. */
  readonly lagMs: number;
}

/** undefined: some stream had ended before, or not begun. */
export function mixedSeen(what: string, { answered, streams }: BesideSeen): MixedSeen | undefined {
  const [firstMs] = answered.deltasMs;
  const { inputTokens, cachedTokens = 0 } = answered.usage ?? {};
  if (firstMs === undefined || inputTokens === undefined) return undefined;
  const stretches = streams.flatMap((stream) => stretchOf(stream, answered.sentMs, firstMs) ?? []);
  if (stretches.length < streams.length) return undefined;
  const steps = Math.round(median(stretches.map((stretch) => stretch.steps)));
  const alike = stretches.filter((stretch) => stretch.steps === steps);
  const ms = alike.reduce((sum, stretch) => sum + stretch.ms, 0) / alike.length;
  const contextTokens = stretches.reduce((sum, stretch) => sum + stretch.contextTokens, 0);
  return {
    kind: 'mixed',
    what,
    ms,
    rows: streams.length,
    contextTokens,
    inputTokens,
    cachedTokens,
    steps,
    lagMs: median(stretches.map((stretch) => stretch.lagMs)),
  };
}

function stretchOf(
  { deltasMs, usage }: Answered,
  fromMs: number,
  toMs: number,
): Stretch | undefined {
  const first = deltasMs.findLastIndex((atMs) => atMs <= fromMs);
  const last = deltasMs.findIndex((atMs) => atMs >= toMs);
  if (first < 0 || last < 0) return undefined;
  const steps = last - first;
  const ends = deltasMs.slice(first + 1, last + 1);
  const longest = ends
    .map((endMs, index) => ({ endMs, ms: endMs - deltasMs[first + index]! }))
    .reduce((a, b) => (b.ms > a.ms ? b : a));
  return {
    ms: deltasMs[last]! - deltasMs[first]!,
    steps,
    lagMs: Math.max(0, toMs - longest.endMs),
    contextTokens: (usage?.inputTokens ?? 0) + first + (steps + 1) / 2,
  };
}

/**
 * Steps that computed a part of a prompt, by a stream beside it: its gaps that are nearer to the longest than to the
 * usual one. The last of them may have had too little to compute to be among them.
 */
export function stallsOf({ answered, streams: [stream] }: BesideSeen): number {
  const { deltasMs } = stream!;
  const [firstMs = answered.endMs] = answered.deltasMs;
  const gaps = deltasMs.slice(1).map((atMs, index) => ({ atMs, ms: atMs - deltasMs[index]! }));
  // Many of all gaps may be stalls: the usual one is among the shorter.
  const usualMs = quantile(Float64Array.from(gaps, ({ ms }) => ms).sort(), 0.25);
  const within = gaps.filter(({ atMs }) => atMs > answered.sentMs && atMs <= firstMs + usualMs / 2);
  const longestMs = Math.max(...within.map(({ ms }) => ms));
  const leastMs = usualMs + STALL_SHARE * (longestMs - usualMs);
  return within.filter(({ ms }) => ms > leastMs).length;
}

/** Less than half: attention makes the last steps of a long prompt longer than the first. */
const STALL_SHARE = 0.3;

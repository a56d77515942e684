import { type Constants, constantsOf } from './constants.ts';
import { type Batch, batchesOf, probeBatch, type Room } from './decode.ts';
import { mixedSeen, probeBeside } from './mixed.ts';
import { prefillLengths, probePrefill } from './prefill.ts';
import type { Seen } from './seen.ts';
import type { ProbeSession } from './session.ts';

/** What is kept of the budget for the cache and what is below it. */
const RESERVED_SHARE = 0.4;
const PASSES = 3;
const PASSES_MAX = 6;
/** More passes make constants that are known so well no better. */
const KNOWN_SHARE = 0.05;
/** A batch that takes more of the budget is probed once. */
const SLOW_SHARE = 0.03;

/**
 * Prefill, decode and both, again and again: three times, and more where that leaves constants uncertain, as far as
 * the budget goes.
 */
export async function probeSteps(
  session: ProbeSession,
  room: Room,
  { streams, longest, seen, budgets }: StepProbes,
): Promise<void> {
  const lengths = prefillLengths(longest);
  const batches = batchesOf(room, streams);
  const slow = new Set<Batch>();
  const isSpent = () => session.leftMs < RESERVED_SHARE * session.budgetMs;
  for (let pass = 0; pass < PASSES_MAX && !(pass > 0 && isSpent()); pass++) {
    if (pass >= PASSES && isKnown(constantsOf(seen, budgets))) return;
    if (pass > 0) seen.push(...(await probePrefill(session, lengths)));
    for (const batch of pass % 2 ? batches.toReversed() : batches) {
      if (slow.has(batch) || isSpent()) continue;
      session.stage(`decode, ${batch.rows} x ${batch.promptTokens} tokens`);
      const startMs = session.clock.now();
      const one = await probeBatch(session, batch, room);
      if (one) seen.push(one);
      if (session.clock.now() - startMs > SLOW_SHARE * session.budgetMs) slow.add(batch);
    }
    seen.push(...(await mixes(session, room, longest)));
  }
}

export interface StepProbes {
  readonly streams: number;
  readonly longest: number;
  readonly seen: Seen[];
  readonly budgets: readonly number[];
}

function isKnown({ estimates: { weightsMs, tokenUs, apiMs } }: Constants): boolean {
  return [weightsMs, tokenUs, apiMs].every(
    (one) => one && one.high - one.low <= 2 * KNOWN_SHARE * one.value,
  );
}

/** Streams beside which prompts are computed, and their context: little, and as much as there is room for. */
const MIXED_ROWS = [1, 8, 32];

async function mixes(session: ProbeSession, room: Room, longest: number): Promise<Seen[]> {
  const seen: Seen[] = [];
  const budget = room.maxBatchedTokens;
  const lengths = [...new Set([32, 128, 256, 512, Math.floor(budget / 2), budget, 3 * budget])]
    .filter((length) => length >= 32 && length <= longest)
    .slice(0, 7);
  const maxTokens = 24 + 16 * lengths.length;
  const most = Math.floor((room.kvTokens * 0.8 - Math.max(...lengths)) / 8) - maxTokens - 8;
  const long = Math.min(
    4096,
    Math.floor(room.promptTokens / 8),
    room.maxModelTokens - maxTokens - 64,
    most,
  );
  const besides = [
    ...MIXED_ROWS.map((rows) => ({ rows, promptTokens: 64 })),
    ...(long >= 512 ? [{ rows: 8, promptTokens: long }] : []),
  ];
  for (const { rows, promptTokens } of besides) {
    const needed = rows * (promptTokens + maxTokens + rows) + Math.max(...lengths);
    if (rows >= room.maxSeqs || needed > room.kvTokens * 0.9) continue;
    session.stage(`prompts beside ${rows} streams`);
    const found = await probeBeside(session, {
      rows,
      promptTokens,
      lengths,
      maxTokens: maxTokens + rows,
    });
    for (const [index, one] of found.entries()) {
      const mixed = mixedSeen(`mixed ${rows} x ${promptTokens} + ${lengths[index]}`, one);
      if (mixed) seen.push(mixed);
    }
  }
  return seen;
}

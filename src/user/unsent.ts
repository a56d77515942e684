import type { Fork, Turn } from '../workload/conversation.ts';
import { Session } from './session.ts';
import { unsentRecord } from './turn-record.ts';
import type { World } from './world.ts';

/**
 * Records the turns from this one on as never sent, and all that the sub-agents that they were to begin would
 * have sent. The first may have been due already.
 */
export function recordUnsentFrom(
  world: World,
  session: Session,
  first: number,
  { reason, intendedMs }: { readonly reason: string; readonly intendedMs?: number | undefined },
): void {
  for (let index = first; ; index++) {
    const turn = session.turn(index);
    if (!turn) return;
    const dueMs = index === first ? intendedMs : undefined;
    world.record(unsentRecord(world, session, index, reason, dueMs));
    recordForksUnsent(world, turn, reason);
  }
}

/** The same of the sub-agents that this turn was to begin. */
export function recordForksUnsent(world: World, { forks = [] }: Turn, reason: string): void {
  for (const { userId } of forks) {
    recordUnsentFrom(world, new Session(world.conversation(userId)), 0, { reason });
  }
}

/** What a conversation will record, from this turn on. */
export function plan(
  { ledger }: World,
  { userId, turns }: { readonly userId: number; readonly turns: readonly Turn[] },
  from: number,
): void {
  const left = turns.slice(from);
  ledger.plan(userId, left.length);
  for (const { forks } of left) for (const fork of forks ?? []) planFork(fork);

  function planFork(fork: Fork): void {
    ledger.plan(fork.userId, fork.turns);
    for (const own of fork.forks) planFork(own);
  }
}

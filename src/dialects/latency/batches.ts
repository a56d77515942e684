import type { Clock } from '../../base/clock.ts';
import { VirtualClock } from '../../base/clock.ts';
import { ask } from '../../transport/ask.ts';
import type { ChatRequest, Transport } from '../../transport/transport.ts';

export interface Batches {
  readonly clock: Clock;
  readonly transport: Transport;
  readonly batch: readonly ChatRequest[];
  readonly warmups: number;
  readonly iterations: number;
  /** Told after each, with how many there are to come. */
  done?(isWarmup: boolean, index: number): void;
}

/**
 * How long each of the measured iterations took, milliseconds: from the first request sent to the last answer.
 * Each begins when the one before has ended. Rejects with NotAnswered at the first request that fails.
 */
export async function timedBatches({ warmups, iterations, ...how }: Batches): Promise<number[]> {
  const took: number[] = [];
  for (let i = 0; i < warmups + iterations; i++) {
    const ms = await timedBatch(how);
    const isWarmup = i < warmups;
    if (!isWarmup) took.push(ms);
    how.done?.(isWarmup, isWarmup ? i : i - warmups);
  }
  return took;
}

async function timedBatch({
  clock,
  transport,
  batch,
}: Pick<Batches, 'clock' | 'transport' | 'batch'>): Promise<number> {
  const startMs = clock.now();
  // All of them: when one has failed, others are still on their way.
  const ended = Promise.allSettled(batch.map((request) => ask(transport, request)));
  if (clock instanceof VirtualClock) await clock.runInSlices();
  const answers = await ended;
  const ends = answers.map((answer) => {
    if (answer.status === 'rejected') throw answer.reason;
    return answer.value.endMs;
  });
  return Math.max(...ends) - startMs;
}

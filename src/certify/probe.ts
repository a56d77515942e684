import type { Cancel, Transport } from '../transport/transport.ts';
import { Message } from '../workload/message.ts';
import { PLAN_HEADER, type ProbePlan, planText, stampsIn } from './probe-plan.ts';

/** What one probe says of the client: measured less true, in milliseconds. */
export interface ProbeError {
  readonly ttftMs: number;
  /** A gap each; of a whole answer none. */
  readonly gapsMs: readonly number[];
  /** From due to sent, without the time that a new connection took. */
  readonly sendLatenessMs: number;
  /** When it was under way, on the client's clock. */
  readonly dueMs: number;
  readonly endMs: number;
}

const MESSAGES = [new Message('user', 'probe')];

/**
 * Sends a request whose true times come with its answer. Both sides measure spans on clocks of their own: from sent to
 * the first chunk here, from come to left there; and from chunk to chunk. The difference is this client's error, with
 * what loopback takes. `onDone` is told undefined if there was no answer.
 * @param transport to the server of probes, and otherwise as the run's own.
 * @param dueMs when it was to be sent, on the clock.
 */
export function sendProbe(
  transport: Transport,
  plan: ProbePlan,
  dueMs: number,
  onDone: (error: ProbeError | undefined) => void,
): Cancel {
  let sentMs = dueMs;
  let sendLatenessMs = 0;
  let firstMs: number | undefined;
  let ttftMs = 0;
  let beforeMs = 0;
  let leftBeforeMs = 0;
  const gapsMs: number[] = [];
  const read = (text: string, atMs: number): void => {
    const stamps = stampsIn(text);
    const leftMs = stamps.at(-1)!;
    if (firstMs === undefined) {
      firstMs = atMs;
      ttftMs = atMs - sentMs - (leftMs - stamps[0]!);
    } else gapsMs.push(atMs - beforeMs - (leftMs - leftBeforeMs));
    beforeMs = atMs;
    leftBeforeMs = leftMs;
  };
  return transport.send(
    {
      userId: 0,
      sessionId: undefined,
      headers: { [PLAN_HEADER]: planText(plan) },
      turn: 0,
      messages: MESSAGES,
      maxTokens: undefined,
      minTokens: undefined,
      cacheSalt: undefined,
    },
    {
      onSent(atMs, connectMs = 0) {
        sentMs = atMs;
        sendLatenessMs = atMs - dueMs - connectMs;
      },
      onReconnect() {},
      onDelta: (_, text, atMs) => read(text, atMs),
      onEnd(_, endMs) {
        const isWhole = firstMs !== undefined;
        onDone(isWhole ? { ttftMs, gapsMs, sendLatenessMs, dueMs, endMs } : undefined);
      },
      onFail: () => onDone(undefined),
    },
  );
}

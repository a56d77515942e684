import type { Clock } from '../../base/clock.ts';
import type { TurnRecord } from '../../record/record.ts';
import type { ChatRequest, Transport, Usage } from '../../transport/transport.ts';
import { Message } from '../../workload/message.ts';

/** What one probe asks for. */
export interface Asked {
  readonly text: string;
  /** Tokens of the answer, all of which are wanted. */
  readonly maxTokens: number;
  readonly fields?: ChatRequest['fields'];
}

/** What came of it; times on the clock, milliseconds. */
export interface Answered {
  readonly id: number;
  readonly asked: Asked;
  readonly sentMs: number;
  readonly connectMs: number | undefined;
  /** When each delta was read. */
  readonly deltasMs: readonly number[];
  readonly endMs: number;
  readonly usage: Usage | undefined;
  readonly text: string;
  readonly responseId: string | undefined;
  readonly finishReason: string | undefined;
  readonly httpStatus: number | undefined;
  /** Why there is no answer; undefined: there is one. */
  readonly failure: string | undefined;
}

/** What is told while a probe is under way. */
export interface Watching {
  onDelta?(atMs: number): void;
}

/**
 * Sends one probe; resolves with whatever comes of it, and never rejects.
 * @param lastMs when it is given up, on the clock
 */
export function sendProbe(
  { transport, clock }: { readonly transport: Transport; readonly clock: Clock },
  id: number,
  asked: Asked,
  lastMs: number,
  watching: Watching = {},
): Promise<Answered> {
  return new Promise((resolve) => {
    let sentMs = clock.now();
    let connectMs: number | undefined;
    let text = '';
    const deltasMs: number[] = [];
    let timer: unknown;
    const done = (
      endMs: number,
      end: Partial<
        Pick<Answered, 'usage' | 'responseId' | 'finishReason' | 'httpStatus' | 'failure'>
      >,
    ): void => {
      clock.clearTimeout(timer);
      // What goes on after the answer does so at this very time, also where time is simulated.
      clock.hold(settled());
      resolve({
        ...{ id, asked, sentMs, connectMs, deltasMs, endMs, text },
        usage: end.usage,
        responseId: end.responseId,
        finishReason: end.finishReason,
        httpStatus: end.httpStatus,
        failure: end.failure,
      });
    };
    const cancel = transport.send(requestOf(id, asked), {
      onSent(atMs, connect) {
        sentMs = atMs;
        connectMs = connect;
      },
      onReconnect() {},
      onDelta(_, piece, atMs) {
        text += piece;
        deltasMs.push(atMs);
        watching.onDelta?.(atMs);
      },
      onEnd: ({ usage, id: responseId, finishReason }, atMs) =>
        done(atMs, {
          usage,
          ...(responseId && { responseId }),
          ...(finishReason && { finishReason }),
        }),
      onFail: ({ message, httpStatus }, atMs) =>
        done(atMs, { failure: message, ...(httpStatus && { httpStatus }) }),
    });
    timer = clock.setTimeout(
      () => {
        cancel();
        done(clock.now(), { failure: 'not answered in time' });
      },
      Math.max(0, lastMs - clock.now()),
    );
  });
}

/** Turns of the event loop's smallest wheel that a chain of awaits takes, and more. */
const SETTLING = 60;

async function settled(): Promise<void> {
  for (let turn = 0; turn < SETTLING; turn++) await undefined;
}

function requestOf(id: number, { text, maxTokens, fields }: Asked): ChatRequest {
  return {
    userId: id,
    sessionId: undefined,
    turn: 0,
    messages: [new Message('user', text)],
    fields,
    maxTokens,
    minTokens: undefined,
    cacheSalt: undefined,
  };
}

/** As any request of a run is journalled. */
export function recordOf(answered: Answered): TurnRecord {
  const { id, asked, sentMs, connectMs, deltasMs, endMs, usage, failure, httpStatus } = answered;
  const [firstTokenMs] = deltasMs;
  const gaps = deltasMs.slice(1).map((atMs, index) => atMs - deltasMs[index]!);
  const known = <T>(name: string, value: T | undefined) =>
    value === undefined ? {} : { [name]: value };
  return {
    ...{ userId: id, turn: 0, turns: 1, phase: 'measure', attempts: 1, reconnects: 0 },
    status: failure === undefined ? 'ok' : httpStatus === undefined ? 'protocol' : 'http',
    ...known('reason', failure),
    ...known('httpStatus', httpStatus),
    ...{ intendedMs: sentMs, readyMs: sentMs, sentMs, endMs, maxTokens: asked.maxTokens },
    ...known('connectMs', connectMs),
    ...known('firstTokenMs', firstTokenMs),
    ...known('firstOutputMs', firstTokenMs),
    ...known('lastTokenMs', deltasMs.at(-1)),
    ...known('inputTokens', usage?.inputTokens),
    ...known('outputTokens', usage?.outputTokens),
    ...known('cachedTokens', usage?.cachedTokens),
    ...known('externalCachedTokens', usage?.externalCachedTokens),
    ...known('engineQueueMs', usage?.queueMs),
    ...known('enginePrefillMs', usage?.prefillMs),
    ...known('finishReason', answered.finishReason),
    ...known('responseId', answered.responseId),
    tokensFrom: 'usage',
    chunks: deltasMs.length,
    ...(gaps.length > 0 && { chunkGapsMs: gaps }),
  } as TurnRecord;
}

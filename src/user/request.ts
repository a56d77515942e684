import type { RecordStatus } from '../record/record.ts';
import type { Cancel, Failure, ResponseEnd } from '../transport/transport.ts';
import type { Turn } from '../workload/conversation.ts';
import { answerMismatch } from './answer-mismatch.ts';
import { Deadline } from './deadline.ts';
import type { Session } from './session.ts';
import { toolFields } from './tool-calls.ts';
import type { World } from './world.ts';

/** How one attempt at a turn ended. Times are milliseconds on the run's clock. */
export interface Outcome {
  readonly status: Exclude<RecordStatus, 'unsent'>;
  readonly failure: Failure | undefined;
  readonly startMs: number;
  readonly endMs: number;
  readonly sentMs: number | undefined;
  readonly connectMs: number | undefined;
  readonly firstTokenMs: number | undefined;
  readonly firstOutputMs: number | undefined;
  readonly lastTokenMs: number | undefined;
  readonly chunks: number;
  readonly chunkGapsMs: readonly number[] | undefined;
  readonly reconnects: number;
  readonly content: string;
  readonly reasoning: string;
  /** What the answer has beside its text: tool calls. */
  readonly fields: Readonly<Record<string, unknown>> | undefined;
  readonly end: ResponseEnd | undefined;
  /** Of the response, those that are kept. */
  readonly headers: Readonly<Record<string, string>> | undefined;
}

export interface Attempt {
  /** `onOutcome` has been called. */
  readonly isOver: boolean;
  /** The run was told to stop at once: ends the attempt as `cancelled`, with what was measured. */
  readonly cancel: Cancel;
}

/**
 * One attempt at one turn. Tokens stay here, in locals; only the end becomes an event of the machine.
 * `onOutcome` is called exactly once, unless the attempt is cancelled with it.
 */
// biome-ignore lint/complexity/noExcessiveLinesPerFunction: one request, whose moments are variables that all callbacks set
export function attempt(
  world: World,
  session: Session,
  turnIndex: number,
  attemptNumber: number,
  onOutcome: (outcome: Outcome) => void,
): Attempt {
  const { clock, transport, habits, outage } = world;
  const turn = session.turn(turnIndex) as Turn;
  const { userId } = session.conversation;
  const startMs = clock.now();
  const gapsMs: number[] | undefined = habits.keepChunkGaps ? [] : undefined;
  let sentMs: number | undefined;
  let connectMs: number | undefined;
  let firstTokenMs: number | undefined;
  let firstOutputMs: number | undefined;
  let lastTokenMs: number | undefined;
  let chunks = 0;
  let reconnects = 0;
  let content = '';
  let reasoning = '';
  let tools: string[] | undefined;
  let headers: Outcome['headers'];
  let isOver = false;

  function finish(
    status: Outcome['status'],
    endMs: number,
    rest: { failure?: Failure; end?: ResponseEnd } = {},
  ): void {
    if (isOver) return;
    isOver = true;
    deadline.stop();
    if (status === 'ok' || status === 'http') outage?.reached();
    else if (status === 'connect' || (status === 'timeout' && sentMs === undefined)) {
      outage?.failed(startMs);
    }
    onOutcome({
      status,
      failure: rest.failure,
      end: rest.end,
      startMs,
      endMs,
      sentMs,
      connectMs,
      firstTokenMs,
      firstOutputMs,
      lastTokenMs,
      chunks,
      chunkGapsMs: gapsMs,
      reconnects,
      content: flat(content),
      reasoning: flat(reasoning),
      fields: tools && toolFields(tools),
      headers,
    });
  }

  const deadline = new Deadline(clock, habits.timeouts, turn.maxTokens, (message) => {
    abort();
    finish('timeout', clock.now(), { failure: { status: 'timeout', message } });
  });

  // The transport may fail synchronously, before it has returned how to abort.
  let abort: Cancel = () => {};
  abort = transport.send(
    {
      userId,
      sessionId: sessionIdOf(session),
      headers: turn.headers,
      turn: turnIndex,
      attempt: attemptNumber,
      agent: session.conversation.agent,
      messages: session.messagesFor(turn),
      conversation: session.key,
      fields: session.conversation.request,
      maxTokens: turn.maxTokens,
      minTokens: turn.minTokens,
      cacheSalt: habits.cacheSalt?.replaceAll('{userId}', String(userId)),
      priority: habits.priorityOf?.(userId, turn),
    },
    {
      onSent(atMs, openedMs) {
        sentMs = atMs;
        connectMs = openedMs;
        // A connection that was there already can be one of a server that is not.
        if (openedMs !== undefined) outage?.reached();
        deadline.sent(atMs);
      },
      onReconnect() {
        reconnects++;
      },
      onHeaders(kept) {
        headers = kept;
      },
      onDelta(kind, text, atMs) {
        chunks++;
        if (lastTokenMs === undefined) firstTokenMs = atMs;
        else gapsMs?.push(atMs - lastTokenMs);
        lastTokenMs = atMs;
        if (kind !== 'reasoning') firstOutputMs ??= atMs;
        if (kind === 'content') content += text;
        else if (kind === 'reasoning') reasoning += text;
        else (tools ??= []).push(text);
        deadline.token(atMs);
      },
      onEnd(end, atMs) {
        const recorded = habits.verify ? turn.recordedAnswer?.text : undefined;
        const mismatch = recorded === undefined ? undefined : answerMismatch(recorded, content);
        if (mismatch === undefined) finish('ok', atMs, { end });
        else finish('protocol', atMs, { end, failure: { status: 'protocol', message: mismatch } });
      },
      onFail: (failure, atMs) => finish(failure.status, atMs, { failure }),
    },
  );

  return {
    get isOver() {
      return isOver;
    },
    cancel() {
      if (isOver) return;
      abort();
      finish('cancelled', clock.now());
    },
  };
}

function sessionIdOf({ conversation }: Session): string | undefined {
  return conversation.isAnonymous ? undefined : (conversation.id ?? String(conversation.userId));
}

/** V8 keeps what += has joined as a tree of its parts, 60 bytes a token, until it is looked into. */
function flat(text: string): string {
  return text.charCodeAt(0) >= 0 ? text : '';
}

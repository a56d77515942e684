import type { Agent } from '../workload/conversation.ts';
import type { Message } from '../workload/message.ts';

/** One request to the engine. What is the same for every request of a run (model, sampling, headers) belongs to the transport. */
export interface ChatRequest {
  readonly userId: number;
  /** What session headers and the body's session field say: the conversation's own name, or the user's id; or nothing. */
  readonly sessionId: string | undefined;
  /** Of this request alone. */
  readonly headers?: Readonly<Record<string, string>> | undefined;
  /** 0-based turn within the conversation. */
  readonly turn: number;
  /** 1-based, counted by the retry policy; default 1. */
  readonly attempt?: number;
  /** Which of a user's agents asks. */
  readonly agent?: Agent;
  readonly messages: readonly Message[];
  /** The same object for all requests of a conversation, of which there is one at a time. */
  readonly conversation?: object;
  /** Fields of the conversation's own, sent as they are: `tools`. */
  readonly fields?: Readonly<Record<string, unknown>> | undefined;
  /** undefined: the field is not sent. */
  readonly maxTokens: number | undefined;
  /** Lower bound on the answer, for engines that know `min_tokens`. */
  readonly minTokens: number | undefined;
  /** Isolates this request's prefix cache entries from those of other salts (vLLM's `cache_salt`). Sent as it is. */
  readonly cacheSalt: string | undefined;
  /** Who is served first, by engines that go by it. */
  readonly priority?: number | undefined;
}

/** What the engine says it used. What it did not send is absent, which is not zero. */
export interface Usage {
  readonly inputTokens?: number;
  readonly outputTokens?: number;
  readonly cachedTokens?: number;
  /** Input tokens that went into the prefix cache for others to find. */
  readonly createdCacheTokens?: number;
  /** Those of the cached tokens that were in the GPU's own cache, and those that came from below it. */
  readonly localCachedTokens?: number;
  readonly externalCachedTokens?: number;
  /** Those of the external ones that came from the host's memory, and from storage. */
  readonly hostCachedTokens?: number;
  readonly storageCachedTokens?: number;
  readonly reasoningTokens?: number;
  /** From queued to scheduled, and from there to the first token, on the engine's own clock. */
  readonly queueMs?: number;
  readonly prefillMs?: number;
  /** From the first token to the last, the mean gap between tokens, and all tokens over the time from scheduled to the last. */
  readonly generationMs?: number;
  readonly meanItlMs?: number;
  readonly tokensPerSec?: number;
  /** Counts and rates of a draft model's guesses, under the server's own names. */
  readonly speculativeDecoding?: Readonly<Record<string, number>>;
}

export interface ResponseEnd {
  readonly usage: Usage | undefined;
  readonly finishReason: string | undefined;
  /** The server's name for the answer, and for the software that made it. */
  readonly id?: string;
  readonly fingerprint?: string;
  /** Reads of the socket that brought the deltas. Fewer than deltas: something on the way held some back. Absent: no socket. */
  readonly reads?: number;
  /** What was odd about the answer, each `what: which`, in one printable line. */
  readonly remarks?: readonly string[];
}

/** `client`: this machine ran out of something, and the server is not to blame. */
export type FailureKind = 'http' | 'timeout' | 'connect' | 'protocol' | 'client';

/** Why a request gave no (full) answer. `message` is one line without secrets. */
export interface Failure {
  readonly status: FailureKind;
  readonly message: string;
  /** Set once a response line was read, also when the stream failed later. */
  readonly httpStatus?: number;
  /** The server asked to be left alone for so long. */
  readonly retryAfterMs?: number;
}

/**
 * Called synchronously as bytes arrive, with the time they were read. Order: onSent (again after each
 * reconnect), onDelta any number of times, then exactly one of onEnd and onFail. Nothing is called
 * after that, nor after the request was cancelled.
 */
export interface ResponseObserver {
  /** The request's bytes were handed to a connected socket. `connectMs` is set if a connection was opened for it. */
  onSent(atMs: number, connectMs?: number): void;
  /** A reused connection died before the first response byte, and the request is being sent again. At most once. */
  onReconnect(): void;
  /**
   * The head of a response came, and had some of the headers that are kept: their names in lower case. Called
   * only where the transport was told to keep any, before the first delta or failure.
   */
  onHeaders?(headers: Readonly<Record<string, string>>): void;
  /** Non-empty text, or a tool-call fragment as its raw JSON text. Role-only and empty chunks are not reported. */
  onDelta(kind: DeltaKind, text: string, atMs: number): void;
  onEnd(end: ResponseEnd, atMs: number): void;
  onFail(failure: Failure, atMs: number): void;
}

export type DeltaKind = 'content' | 'reasoning' | 'tool';

/** Aborts the request. Harmless once it is over. */
export type Cancel = () => void;

/** Where requests that are due when a run begins are made ready before it does. */
export interface Readied {
  /** Requests are made, and not sent, from now until they are released. */
  hold(): void;
  /** Resolves when all that were held can be sent at once, or have failed. */
  allReady(): Promise<void>;
  release(): void;
}

/** The one seam between the simulator and an engine: HTTP in a real run, the engine itself in a simulated one. */
export interface Transport {
  send(request: ChatRequest, observer: ResponseObserver): Cancel;
  /** Absent: nothing has to be made ready. */
  readonly stage?: Readied;
  /** Ends idle connections; requests in flight must be over. */
  close(): Promise<void>;
}

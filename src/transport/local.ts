import type { BreakKind } from '../engine/faults/fault-kinds.ts';
import { FaultInjector } from '../engine/faults/faults.ts';
import { type FaultyObserver, submitWithFaults } from '../engine/faults/faulty-submit.ts';
import { requestMetricsJson, sglExtJson, usageJson } from '../engine/http/told.ts';
import { storageOf } from '../engine/kv/storage.ts';
import type { PromptBuilder } from '../engine/prompt/prompt-builder.ts';
import { reasoningParser, type TokenKind } from '../engine/prompt/thinking.ts';
import type { EngineEnd, EngineRequest, ServingEngine } from '../engine/serving.ts';
import type { EngineOptions } from '../scenario/engine.ts';
import type { Scenario } from '../scenario/schema.ts';
import { readUsage } from './answer/usage.ts';
import { PROMPT_TEXTS } from './prompt-text.ts';
import type {
  Cancel,
  ChatRequest,
  Failure,
  ResponseObserver,
  Transport,
  Usage,
} from './transport.ts';

export interface LocalOptions {
  readonly prompts: PromptBuilder;
  readonly api: Scenario['target']['api'];
  /** Of completions; default: 'roles'. */
  readonly promptForm?: Scenario['target']['promptForm'];
  readonly sampling: Scenario['sampling'];
  /** Tokens that arrive as one delta; default 1. Infinity: the whole answer at its end, as without streaming. */
  readonly tokensPerDelta?: number;
  /** Called with every request as it goes to the engine, and whose it is. */
  readonly onSubmit?: (request: EngineRequest, chat: ChatRequest) => void;
}

/**
 * Sends requests straight to an engine in the same process: no sockets, no JSON, the engine's clock.
 * Observers are called as over HTTP, never from within `send`; what fails reads as it does over HTTP.
 * @throws UsageError for faults of the engine's options that cannot be read.
 */
export function localTransport(engine: ServingEngine, options: LocalOptions): Transport {
  const injector = new FaultInjector(engine.options.faults, engine.options.seed);
  return {
    send: (request, observer) => send(engine, options, injector, request, observer),
    close: async () => {},
  };
}

function send(
  engine: ServingEngine,
  options: LocalOptions,
  injector: FaultInjector,
  request: ChatRequest,
  observer: ResponseObserver,
): Cancel {
  const { clock } = engine;
  let isOver = false;
  let cancelRequest: Cancel = () => {};
  const finish = (): boolean => {
    if (isOver) return false;
    isOver = true;
    clock.clearTimeout(start);
    cancelRequest();
    return true;
  };
  const start = clock.setTimeout(() => {
    observer.onSent(clock.now());
    if (isOver) return;
    const faults = injector.next();
    const withUsage = !faults?.isWithoutUsage;
    const reply = replyTo(engine, { observer, finish, withUsage, ...options });
    const toEngine = engineRequest(request, options);
    options.onSubmit?.(toEngine, request);
    cancelRequest = submitWithFaults(engine, toEngine, faults, options.prompts.remembering(reply));
  }, 0);
  return finish;
}

interface Reply {
  readonly observer: ResponseObserver;
  /** Ends the request; false if it was over before. */
  finish(): boolean;
  readonly withUsage: boolean;
  readonly tokensPerDelta?: number;
  readonly api: LocalOptions['api'];
}

function replyTo(engine: ServingEngine, reply: Reply): FaultyObserver {
  const { observer, finish, withUsage, tokensPerDelta = 1 } = reply;
  // Only chats are parsed: completions have the marks of reasoning in their text.
  const kindOf: (id: number) => TokenKind =
    reply.api === 'chat' ? reasoningParser() : () => 'content';
  let httpStatus: number | undefined;
  const text = { reasoning: '', content: '' };
  let tokens = 0;
  const flushPart = (kind: keyof typeof text, atMs: number): void => {
    const delta = text[kind];
    text[kind] = '';
    if (delta) observer.onDelta(kind, delta, atMs);
  };
  const flush = (atMs: number): void => {
    tokens = 0;
    flushPart('reasoning', atMs);
    flushPart('content', atMs);
  };
  return {
    onQueued() {
      httpStatus = 200;
    },
    onToken(id, word, atMs) {
      const kind = kindOf(id);
      if (kind === 'mark') return;
      text[kind] += word;
      if (++tokens >= tokensPerDelta) flush(atMs);
    },
    onEnd(end, atMs) {
      flush(atMs);
      if (!finish()) return;
      const usage = withUsage ? usageOf(end, engine.options) : undefined;
      observer.onEnd({ usage, finishReason: end.finishReason }, atMs);
    },
    onError({ message, code }, atMs) {
      const failure = {
        status: 'http',
        message: `${message} (code ${code})`,
        httpStatus: code,
      } as const;
      if (finish()) observer.onFail(failure, atMs);
    },
    onBreak(kind, atMs) {
      if (kind === 'stall' || !finish()) return;
      observer.onFail(brokenOff(kind, httpStatus), atMs);
    },
  };
}

const BROKEN_OFF = {
  garbage: 'event is not JSON',
  truncate: 'stream ended without finish_reason or [DONE]',
  'error-event': 'injected fault (code 500)',
};

function brokenOff(kind: Exclude<BreakKind, 'stall'>, httpStatus: number | undefined): Failure {
  if (httpStatus === undefined) {
    return { status: 'protocol', message: 'connection closed before the response' };
  }
  const message =
    kind === 'reset' ? 'connection closed in the middle of the response' : BROKEN_OFF[kind];
  return { status: 'protocol', message, httpStatus };
}

/**
 * As a client reads what the HTTP server sends: one rule for both says what is told. Tiers always are; the
 * times of the answer itself are not, as this client has the very same ones.
 */
function usageOf(end: EngineEnd, options: EngineOptions): Usage | undefined {
  const storage = storageOf(options);
  const { queue_time_ms, time_to_first_token_ms } = requestMetricsJson(end);
  return readUsage({
    usage: usageJson([end], { reportCached: options.reportCached, reportTiers: true }),
    ...(options.reportCached && storage && { sglext: sglExtJson(end, storage) }),
    ...(options.reportRequestMetrics && { metrics: { queue_time_ms, time_to_first_token_ms } }),
  })?.usage;
}

function engineRequest(request: ChatRequest, options: LocalOptions): EngineRequest {
  const { api, promptForm = 'roles', prompts, sampling } = options;
  return {
    promptTokens:
      api === 'chat'
        ? prompts.chat(request.messages, request.conversation)
        : prompts.text(PROMPT_TEXTS[promptForm](request.messages)),
    maxTokens: request.maxTokens,
    minTokens: request.minTokens,
    priority: request.priority,
    ignoreEos: sampling.ignoreEos,
    salt: request.cacheSalt,
    seed: sampling.seed,
    session: request.sessionId,
  };
}

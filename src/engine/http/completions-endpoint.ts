import { createHash, randomUUID } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { UsageError } from '../../base/errors.ts';
import { version } from '../../base/version.ts';
import type { Faults } from '../faults/fault-kinds.ts';
import { FaultInjector } from '../faults/faults.ts';
import { submitWithFaults } from '../faults/faulty-submit.ts';
import { storageOf } from '../kv/storage.ts';
import type { PromptBuilder } from '../prompt/prompt-builder.ts';
import { badRequest, type EngineError } from '../request-error.ts';
import type { EngineEnd, EngineRequest, ServingEngine } from '../serving.ts';
import { type Api, type ApiRequest, readRequest } from './api.ts';
import { logprobsOf } from './logprobs.ts';
import { type ReplyOptions, sendError } from './reply.ts';
import { readJsonBody } from './request-body.ts';
import { type ResponseIdentity, responseFormat } from './response-format.ts';
import { streamReply } from './stream-reply.ts';
import { requestMetricsJson, sglExtJson, type Told, usageJson } from './told.ts';
import { wholeReply } from './whole-reply.ts';

/**
 * Answers chat completions and completions.
 * @throws UsageError for faults of the engine's options that cannot be read.
 */
export function completionsEndpoint(engine: ServingEngine, prompts: PromptBuilder) {
  const { model, seed } = engine.options;
  const apiContext = { prompts, model, lengthLimit: engine.lengthLimit };
  const injector = new FaultInjector(engine.options.faults, seed);
  const fingerprint = fingerprintOf(engine.options);

  return async (api: Api, req: IncomingMessage, res: ServerResponse): Promise<void> => {
    const body = await readJsonBody(req);
    if (!body) return;
    const request = 'error' in body ? body : readRequest(api, body.json, apiContext);
    if ('error' in request) return sendError(res, request.error);
    const faults = faultsOf(injector, request.plantedFault ?? header(req, 'x-confab-fault'));
    if ('error' in faults) return sendError(res, faults.error);
    const id = idOf(api, header(req, 'x-request-id') ?? request.id);
    const identity = { id, created: unixSeconds(engine), model, fingerprint };
    answerRequest(engine, prompts, { request: withSession(request, req), faults, identity, res });
  };
}

interface ServedRequest {
  readonly request: ApiRequest;
  readonly faults: { readonly drawn: Faults | undefined };
  readonly identity: ResponseIdentity;
  readonly res: ServerResponse;
}

function answerRequest(engine: ServingEngine, prompts: PromptBuilder, served: ServedRequest): void {
  const { request, faults, res } = served;
  const { logprobs } = request;
  const cancels: (() => void)[] = [];
  const cancelAll = (): void => {
    for (const cancel of cancels) cancel();
  };
  const options: ReplyOptions = {
    request,
    format: responseFormat(request.api, served.identity),
    logprobOf: logprobs && logprobsOf(logprobs, engine.words, prompts.ids),
    idOf: prompts.ids.toClient,
    textOf: (tokens) => prompts.decode([...tokens]),
    piecesOf: (tokens) => Array.from(tokens, (id) => prompts.decode([id])),
    toldAt: (ends, first) => toldOf(engine, served, ends, first),
    onOver: cancelAll,
  };
  const reply = request.isStreamed ? streamReply(res, options) : wholeReply(res, options);
  for (const [choice, engineRequest] of request.engineRequests.entries()) {
    const observer = prompts.remembering(reply(choice));
    cancels.push(submitWithFaults(engine, engineRequest, faults.drawn, observer));
  }
  // Also when the response is complete, and then it does nothing.
  res.on('close', cancelAll);
}

/** The usage of a chat tells what it wrote to the cache; a completion's does not, as in vLLM. */
function toldOf(
  { options }: ServingEngine,
  { request, faults }: ServedRequest,
  ends: readonly EngineEnd[],
  first: number,
): Told {
  const sendsUsage =
    !faults.drawn?.isWithoutUsage && (!request.isStreamed || request.includesUsage);
  const { blockTokens, prefixCaching, reportCached, reportTiers } = options;
  const createdBlockTokens = request.api === 'chat' && prefixCaching ? blockTokens : undefined;
  const telling = { reportCached, reportTiers, createdBlockTokens };
  const cached = ends[first]!;
  const perPrompt = ends.filter((_, choice) => choice % request.n === 0);
  const hasMetrics = sendsUsage && options.reportRequestMetrics && ends.length === 1;
  return {
    ...(sendsUsage && { usage: usageJson(ends, telling, { prompts: perPrompt, cached }) }),
    ...(hasMetrics && { metrics: requestMetricsJson(cached) }),
    ...(request.returnsCachedDetails && { sglext: sglExtJson(cached, storageOf(options)) }),
  };
}

/** Routers name the session in a header, OpenAI's API the user in the body: the header is nearer. */
function withSession(request: ApiRequest, req: IncomingMessage): ApiRequest {
  const session = header(req, 'x-session-id') ?? header(req, 'x-user-id');
  if (session === undefined) return request;
  const named = (one: EngineRequest): EngineRequest => ({ ...one, session });
  return { ...request, engineRequests: request.engineRequests.map(named) };
}

function faultsOf(
  injector: FaultInjector,
  planted: string | undefined,
): { readonly drawn: Faults | undefined } | { readonly error: EngineError } {
  try {
    return { drawn: injector.next(planted) };
  } catch (error) {
    if (!(error instanceof UsageError)) throw error;
    return { error: badRequest(error.message, 'confab_fault') };
  }
}

function header(req: IncomingMessage, name: string): string | undefined {
  const value = req.headers[name];
  return Array.isArray(value) ? value.join(',') : value;
}

/** The caller's, or one of 16 hexadecimal digits. */
function idOf(api: Api, asked: string | undefined): string {
  return `${api === 'chat' ? 'chatcmpl' : 'cmpl'}-${asked ?? hexDigits()}`;
}

/** Of a UUID those that are all random: unlike random bytes, these are drawn for many at once. */
function hexDigits(): string {
  const uuid = randomUUID();
  return uuid.slice(24) + uuid.slice(0, 4);
}

/** The program, its version, and what the engine's settings come to, where vLLM's says the same of itself. */
function fingerprintOf(options: ServingEngine['options']): string {
  const settings = createHash('sha256').update(JSON.stringify(options)).digest('hex');
  return `confab-${version()}-${settings.slice(0, 8)}`;
}

function unixSeconds({ clock }: ServingEngine): number {
  return Math.floor((clock.originEpochMs + clock.now()) / 1000);
}

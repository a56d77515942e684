import type { IncomingMessage, ServerResponse } from 'node:http';
import { UsageError } from '../../base/errors.ts';
import type { Faults } from '../faults/fault-kinds.ts';
import { FaultInjector } from '../faults/faults.ts';
import { submitWithFaults } from '../faults/faulty-submit.ts';
import type { PromptBuilder } from '../prompt/prompt-builder.ts';
import { badRequest, type EngineError, notFound } from '../request-error.ts';
import type { EngineEnd, ServingEngine } from '../serving.ts';
import { type Api, type ApiRequest, readRequest } from './api.ts';
import { type ReplyOptions, sendError, streamReply, wholeReply } from './reply.ts';
import { readJsonBody } from './request-body.ts';
import { type ResponseIdentity, responseFormat } from './response-format.ts';
import { requestMetricsJson, sglExtJson, storageOf, type Told, usageJson } from './told.ts';

/**
 * Answers chat completions and completions.
 * @throws UsageError for faults of the engine's options that cannot be read.
 */
export function completionsEndpoint(engine: ServingEngine, prompts: PromptBuilder) {
  const { model, seed } = engine.options;
  const apiContext = { prompts, lengthLimit: engine.lengthLimit };
  const injector = new FaultInjector(engine.options.faults, seed);
  let responses = 0;

  return async (api: Api, req: IncomingMessage, res: ServerResponse): Promise<void> => {
    const body = await readJsonBody(req);
    if (!body) return;
    const request = 'error' in body ? body : readRequest(api, body.json, apiContext);
    if ('error' in request) return sendError(res, request.error);
    if ((request.model ?? model) !== model) {
      return sendError(res, notFound(`The model \`${request.model}\` does not exist.`, 'model'));
    }
    const faults = faultsOf(injector, request.plantedFault ?? header(req, 'x-confab-fault'));
    if ('error' in faults) return sendError(res, faults.error);
    const identity = { number: ++responses, created: unixSeconds(engine), model };
    answerRequest(engine, prompts, { request: withSession(request, req), faults, identity, res });
  };
}

interface ServedRequest {
  readonly request: ApiRequest;
  readonly faults: { readonly drawn: Faults | undefined };
  readonly identity: Omit<ResponseIdentity, 'promptTokenIds'>;
  readonly res: ServerResponse;
}

function answerRequest(engine: ServingEngine, prompts: PromptBuilder, served: ServedRequest): void {
  const { request, faults, res } = served;
  const { engineRequest, returnsTokenIds } = request;
  const promptTokenIds = returnsTokenIds ? [...engineRequest.promptTokens] : undefined;
  const options: ReplyOptions = {
    format: responseFormat(request.api, { ...served.identity, promptTokenIds }),
    withTokenIds: returnsTokenIds,
    toldAt: (end) => toldOf(engine, served, end),
  };
  const reply = request.isStreamed ? streamReply(res, options) : wholeReply(res, options);
  const observer = prompts.remembering(reply);
  const cancel = submitWithFaults(engine, engineRequest, faults.drawn, observer);
  // Also when the response is complete, and then it does nothing.
  res.on('close', cancel);
}

function toldOf(
  { options }: ServingEngine,
  { request, faults }: ServedRequest,
  end: EngineEnd,
): Told {
  const sendsUsage =
    !faults.drawn?.isWithoutUsage && (!request.isStreamed || request.includesUsage);
  return {
    ...(sendsUsage && { usage: usageJson(end, options) }),
    ...(sendsUsage && options.reportRequestMetrics && { metrics: requestMetricsJson(end) }),
    ...(request.returnsCachedDetails && { sglext: sglExtJson(end, storageOf(options)) }),
  };
}

/** Routers name the session in a header, OpenAI's API the user in the body: the header is nearer. */
function withSession(request: ApiRequest, req: IncomingMessage): ApiRequest {
  const { engineRequest } = request;
  const session = header(req, 'x-session-id') ?? header(req, 'x-user-id') ?? engineRequest.session;
  return { ...request, engineRequest: { ...engineRequest, session } };
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

function unixSeconds({ clock }: ServingEngine): number {
  return Math.floor((clock.originEpochMs + clock.now()) / 1000);
}

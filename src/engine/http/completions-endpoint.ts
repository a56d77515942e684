import type { IncomingMessage, ServerResponse } from 'node:http';
import { UsageError } from '../../base/errors.ts';
import type { Engine } from '../engine.ts';
import type { Faults } from '../faults/fault-kinds.ts';
import { FaultInjector } from '../faults/faults.ts';
import { submitWithFaults } from '../faults/faulty-submit.ts';
import type { Metrics } from '../metrics/metrics.ts';
import type { PromptBuilder } from '../prompt.ts';
import { badRequest, type EngineError, notFound } from '../request-error.ts';
import { type Api, type ApiRequest, readRequest } from './api.ts';
import { type ReplyOptions, sendError, streamReply, wholeReply } from './reply.ts';
import { responseFormat, usageJson } from './response-format.ts';

const BODY_BYTES_MAX = 256 * 2 ** 20;

export interface CompletionsContext {
  readonly prompts: PromptBuilder;
  readonly metrics: Metrics;
}

/**
 * Answers chat completions and completions.
 * @throws UsageError for faults of the engine's options that cannot be read.
 */
export function completionsEndpoint(engine: Engine, context: CompletionsContext) {
  const { model, seed } = engine.options;
  const injector = new FaultInjector(engine.options.faults, seed);
  let responses = 0;

  return async (api: Api, req: IncomingMessage, res: ServerResponse): Promise<void> => {
    const body = await readBody(req);
    if (body === 'aborted') return;
    if (body === 'too large') return sendError(res, tooLarge());
    const request = readRequest(api, body.toString(), context.prompts);
    if ('error' in request) return sendError(res, request.error);
    if ((request.model ?? model) !== model) {
      return sendError(res, notFound(`The model \`${request.model}\` does not exist.`, 'model'));
    }
    const faults = faultsOf(injector, request.plantedFault ?? header(req, 'x-confab-fault'));
    if ('error' in faults) return sendError(res, faults.error);
    const identity = { number: ++responses, created: unixSeconds(engine), model };
    answerRequest(engine, context, { request, faults, identity, res });
  };
}

interface Exchange {
  readonly request: ApiRequest;
  readonly faults: { readonly drawn: Faults | undefined };
  readonly identity: Parameters<typeof responseFormat>[1];
  readonly res: ServerResponse;
}

function answerRequest(engine: Engine, context: CompletionsContext, exchange: Exchange): void {
  const { request, faults, identity, res } = exchange;
  const sendsUsage =
    !faults.drawn?.isWithoutUsage && (!request.isStreamed || request.includesUsage);
  const options: ReplyOptions = {
    format: responseFormat(request.api, identity),
    usageOf: (end) => (sendsUsage ? usageJson(end, engine.options.reportCached) : undefined),
  };
  const reply = request.isStreamed ? streamReply(res, options) : wholeReply(res, options);
  const observer = context.prompts.remembering(
    context.metrics.measuring(request.engineRequest, reply),
  );
  const cancel = submitWithFaults(engine, request.engineRequest, faults.drawn, observer);
  // Also when the response is complete, and then it does nothing.
  res.on('close', cancel);
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

function unixSeconds({ clock }: Engine): number {
  return Math.floor((clock.originEpochMs + clock.now()) / 1000);
}

function tooLarge(): EngineError {
  const message = `The body is longer than ${BODY_BYTES_MAX} bytes.`;
  return { message, type: 'BadRequestError', param: null, code: 413 };
}

function readBody(req: IncomingMessage): Promise<Buffer | 'aborted' | 'too large'> {
  return new Promise((resolve) => {
    const chunks: Buffer[] = [];
    let bytes = 0;
    req.on('data', (chunk: Buffer) => {
      bytes += chunk.length;
      if (bytes > BODY_BYTES_MAX) resolve('too large');
      else chunks.push(chunk);
    });
    req.on('end', () => resolve(Buffer.concat(chunks)));
    req.on('close', () => resolve('aborted'));
  });
}

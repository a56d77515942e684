import type { IncomingMessage, ServerResponse } from 'node:http';
import { promptError } from '../lengths.ts';
import type { EngineError } from '../request-error.ts';
import { otherModel } from './api.ts';
import type { ApiContext } from './api-context.ts';
import { renderedChat } from './chat-prompt.ts';
import { detokenizeRequest, tokenizeRequest } from './fields/request-fields.ts';
import { validated } from './fields/validation.ts';
import { sendError, sendJson } from './reply.ts';
import { readJsonBody } from './request-body.ts';

type Answered = { readonly json: object } | { readonly error: EngineError };

/** vLLM's POST /tokenize: the ids that a chat or a text has as a prompt. */
export function tokenizeEndpoint(context: ApiContext) {
  const { prompts, lengthLimit } = context;
  return answering(tokenizeRequest, context, (fields) => {
    const read =
      'messages' in fields
        ? renderedChat(fields, context)
        : { tokens: prompts.text(fields.prompt) };
    if ('error' in read) return read;
    const { tokens } = read;
    const error = promptError(tokens, lengthLimit);
    if (error) return { error };
    return {
      json: {
        count: tokens.length,
        max_model_len: lengthLimit,
        tokens: Array.from(tokens, prompts.ids.toClient),
        token_strs: fields.return_token_strs
          ? Array.from(tokens, (id) => prompts.pieceOf(id))
          : null,
      },
    };
  });
}

/** vLLM's POST /detokenize: the text of ids. */
export function detokenizeEndpoint(context: ApiContext) {
  const { prompts } = context;
  return answering(detokenizeRequest, context, ({ tokens }) => {
    const { size, fromClient } = prompts.ids;
    // As vLLM does, ids that are none are passed over.
    const known = tokens.filter((id) => id >= 0 && id < size);
    return { json: { prompt: prompts.decode(known.map(fromClient)) } };
  });
}

function answering<T extends { readonly model: string | undefined }>(
  kind: Parameters<typeof validated<T>>[0],
  { model }: ApiContext,
  answer: (fields: T) => Answered,
) {
  const answered = (json: unknown): Answered => {
    const read = validated(kind, json);
    if ('error' in read) return read;
    const error = otherModel(read.value.model, model);
    return error ? { error } : answer(read.value);
  };
  return async (req: IncomingMessage, res: ServerResponse): Promise<void> => {
    const body = await readJsonBody(req);
    if (!body) return;
    const told = 'error' in body ? body : answered(body.json);
    if ('error' in told) sendError(res, told.error);
    else sendJson(res, 200, JSON.stringify(told.json));
  };
}

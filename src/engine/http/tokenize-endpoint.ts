import type { IncomingMessage, ServerResponse } from 'node:http';
import { z } from 'zod';
import { isObject } from '../../base/json.ts';
import type { EngineError } from '../request-error.ts';
import type { ApiContext } from './api.ts';
import { fieldError, messages, promptMessages, tokenId } from './api-fields.ts';
import { sendError, sendJson } from './reply.ts';
import { readJsonBody } from './request-body.ts';

const common = {
  return_token_strs: z.boolean().nullish(),
};
const chatSchema = z.object({
  ...common,
  messages,
  add_generation_prompt: z.literal(true, { error: 'only true is supported' }).nullish(),
});
const textSchema = z.object({ ...common, prompt: z.string() });
const detokenizeSchema = z.object({ tokens: z.array(tokenId) });

type Answered = { readonly json: object } | { readonly error: EngineError };

/** vLLM's POST /tokenize: the ids that a chat or a text has as a prompt. */
export function tokenizeEndpoint({ prompts, lengthLimit }: ApiContext) {
  return answering((body) => {
    const isChat = isObject(body) && 'messages' in body;
    const { data, error } = isChat ? chatSchema.safeParse(body) : textSchema.safeParse(body);
    if (error) return { error: fieldError(error) };
    const tokens = [
      ...('messages' in data
        ? prompts.chat(promptMessages(data.messages))
        : prompts.text(data.prompt)),
    ];
    const token_strs = data.return_token_strs ? tokens.map((id) => prompts.decode([id])) : null;
    return { json: { count: tokens.length, max_model_len: lengthLimit, tokens, token_strs } };
  });
}

/** vLLM's POST /detokenize: the text of ids. */
export function detokenizeEndpoint({ prompts }: ApiContext) {
  return answering((body) => {
    const { data, error } = detokenizeSchema.safeParse(body);
    if (error) return { error: fieldError(error) };
    return { json: { prompt: prompts.decode(data.tokens) } };
  });
}

function answering(answer: (body: unknown) => Answered) {
  return async (req: IncomingMessage, res: ServerResponse): Promise<void> => {
    const body = await readJsonBody(req);
    if (!body) return;
    const answered = 'error' in body ? body : answer(body.json);
    if ('error' in answered) sendError(res, answered.error);
    else sendJson(res, 200, JSON.stringify(answered.json));
  };
}

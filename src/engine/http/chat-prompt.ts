import { lengthError } from '../lengths.ts';
import type { PromptMessage } from '../prompt/prompt-message.ts';
import { badRequest, type EngineError } from '../request-error.ts';
import type { ApiContext, ApiPrompt } from './api-context.ts';
import { promptMessages } from './fields/messages.ts';
import type { ChatFields } from './fields/request-fields.ts';

type Refused = { readonly error: EngineError };
/** How a chat is rendered; /tokenize has the same. */
type Rendering = Pick<ChatFields, 'messages' | 'add_generation_prompt' | 'continue_final_message'>;

/** The prompt of a chat, or why there is none: what it asks for is not served, or it is too long. */
export function chatPrompt(fields: ChatFields, context: ApiContext): ApiPrompt | Refused {
  const refused = toolError(fields);
  if (refused) return { error: refused };
  const { max_completion_tokens: newer, truncate_prompt_tokens: kept } = fields;
  const maxTokens = newer ?? fields.max_tokens;
  const rendered = renderedChat(fields, context);
  if ('error' in rendered) return rendered;
  const tokens = truncated(rendered.tokens, kept, context.lengthLimit - (maxTokens ?? 0));
  const field = newer === undefined ? 'max_tokens' : 'max_completion_tokens';
  const error = lengthError({ promptTokens: tokens, maxTokens }, context.lengthLimit, { field });
  if (error) return { error };
  const last = rendered.messages.at(-1);
  const isEchoed = fields.echo && last?.role === 'assistant';
  return { tokens, echo: isEchoed ? last.text : undefined };
}

/** The tokens of a chat by its template. */
export function renderedChat(
  { messages, add_generation_prompt: asks, continue_final_message: isOpen }: Rendering,
  { prompts, model }: ApiContext,
): { readonly messages: readonly PromptMessage[]; readonly tokens: Int32Array } | Refused {
  const read = promptMessages(messages, model);
  if ('error' in read) return read;
  if (read.length === 0) return { error: badRequest(NO_MESSAGES) };
  const tokens = asks && !isOpen ? prompts.chat(read) : prompts.chatSoFar(read, isOpen);
  return { messages: read, tokens };
}

const NO_MESSAGES =
  'Cannot apply chat template to an empty conversation. Provide at least one message.';

/** The last so many tokens; -1: as many as there is room for. */
export function truncated(tokens: Int32Array, kept: number | undefined, room: number): Int32Array {
  if (kept === undefined) return tokens;
  const most = kept < 0 ? Math.max(0, room) : kept;
  return most < tokens.length ? tokens.slice(tokens.length - most) : tokens;
}

/** Tools are those of a server that parses no calls. */
function toolError({ tools, tool_choice: choice }: ChatFields): EngineError | undefined {
  if (!tools || choice === 'none' || choice === null) return undefined;
  if (choice === undefined || choice === 'auto') {
    return badRequest(
      '"auto" tool choice requires --enable-auto-tool-choice and --tool-call-parser to be set',
    );
  }
  const named = choice === 'required' ? '"required"' : JSON.stringify(choice);
  return badRequest(`tool_choice=${named} requires --tool-call-parser to be set`);
}

import { parentPort, workerData } from 'node:worker_threads';
import { errorText } from '../../base/errors.ts';
import type { CountReply, CountRequest, TemplateTokens } from './token-counter.ts';
import { loadTokenizer, type Tokenizer } from './tokenizer.ts';

/** The thread of token-counter.ts: one tokenizer, texts in, counts out. */
const port = parentPort!;
const reply = (message: CountReply): void => port.postMessage(message);

try {
  const tokenizer = await loadTokenizer(workerData as string);
  reply({ template: await templateTokens(tokenizer) });
  port.on('message', ({ id, text }: CountRequest) => reply({ id, tokens: tokenizer.count(text) }));
} catch (error) {
  reply({ error: errorText(error) });
}

/**
 * What the chat template adds, from two renderings that differ by one exchange. Exact for templates that
 * dress every message alike.
 */
async function templateTokens(tokenizer: Tokenizer): Promise<TemplateTokens> {
  const { chat } = tokenizer;
  if (!chat) return { perMessage: 0, once: 0 };
  const { Template } = await import('@huggingface/jinja');
  const template = new Template(chat.template);
  const text = 'word';
  const tokensOf = (roles: readonly string[]): number =>
    tokenizer.count(
      template.render({
        messages: roles.map((role) => ({ role, content: text })),
        add_generation_prompt: true,
        bos_token: chat.bosToken,
        eos_token: chat.eosToken,
      }),
    );
  const own = tokenizer.count(text);
  const one = tokensOf(['user']);
  const three = tokensOf(['user', 'assistant', 'user']);
  const perMessage = (three - one) / 2 - own;
  return { perMessage, once: one - own - perMessage };
}

import { UsageError } from '../../base/errors.ts';
import { conversationsIn, recordedIn } from '../chats/chat-file.ts';
import type { Said } from '../chats/recorded.ts';
import { placeOf } from '../files/json-values.ts';
import { type Dropped, droppedLines, Tally } from '../files/tally.ts';
import { refuseInput, writeWhole } from '../files/whole-file.ts';
import { loadTokenizer } from '../tokenizer/tokenizer.ts';
import { textOnly } from './item.ts';

export interface PoolOptions {
  readonly inputs: readonly string[];
  readonly output: string;
  /** As in a scenario: 'gpt2', a folder, a tokenizer.json or a model name. */
  readonly tokenizer: string;
  /** Prompts after which reading stops. */
  readonly promptsMax?: number | undefined;
}

export interface PooledLengths {
  readonly conversations: number;
  readonly inputTokens: readonly number[];
  readonly outputTokens: readonly number[];
  readonly dropped: readonly Dropped[];
}

interface Exchange {
  readonly prompt: string;
  readonly output: string;
}

/**
 * Writes a pool of prompts of ShareGPT's conversations, as pre_shareGPT.py of BurstGPT's example does: a prompt
 * is all that was said up to a question, in one text, and the output is the answer that follows it.
 * @throws UsageError if a file cannot be used, or has no answered question.
 */
export async function writePromptPool(options: PoolOptions): Promise<PooledLengths> {
  const { inputs, output, tokenizer: name, promptsMax = Infinity } = options;
  refuseInput(output, ...inputs);
  const tokenizer = await loadTokenizer(name);
  const tally = new Tally();
  const exchanges: Exchange[] = [];
  const read = { conversations: 0 };
  for (const input of inputs) {
    for await (const raw of conversationsIn(input)) {
      if (exchanges.length >= promptsMax) break;
      read.conversations++;
      const recorded = textOnly(recordedIn(raw));
      const where = `${input}: ${placeOf(raw)}`;
      if ('reason' in recorded) tally.add(recorded.reason, `${where}, ${recorded.detail}`);
      else exchanges.push(...exchangesOf(recorded.said, tally, where));
    }
  }
  const kept = exchanges.slice(0, promptsMax);
  if (!kept.length) {
    const why = droppedLines(tally.dropped);
    throw new UsageError(
      `${inputs.join(', ')}: found no answered question${why.length ? `: ${why.join('; ')}` : ''}`,
    );
  }
  const counts = await tokenizer.countAll(kept.flatMap(({ prompt, output }) => [prompt, output]));
  const inputTokens = kept.map((_, index) => counts[2 * index]!);
  const outputTokens = kept.map((_, index) => counts[2 * index + 1]!);
  await writeWhole(output, lines(kept, inputTokens, outputTokens));
  return { ...read, inputTokens, outputTokens, dropped: tally.dropped };
}

/**
 * Each question that an answer follows at once. One without an answer is a part of what was said before the
 * next; an answer without a question is, too: no pair is made of what does not belong together.
 */
function exchangesOf(said: readonly Said[], tally: Tally, where: string): Exchange[] {
  const exchanges: Exchange[] = [];
  let before = '';
  for (const [index, { message }] of said.entries()) {
    const { role, text } = message;
    const answer = said[index + 1]?.message;
    before += role === 'system' ? '' : text;
    if (role !== 'user') continue;
    if (answer?.role !== 'assistant') tally.add('questions without an answer', where);
    else if (!before.trim() || !answer.text.trim()) tally.add('empty texts', where);
    else exchanges.push({ prompt: before, output: answer.text });
  }
  return exchanges;
}

async function* lines(
  exchanges: readonly Exchange[],
  inputTokens: readonly number[],
  outputTokens: readonly number[],
): AsyncGenerator<string> {
  yield '{';
  for (const [index, { prompt, output }] of exchanges.entries()) {
    const entry = {
      prompt,
      len_prompt: inputTokens[index],
      output,
      len_output: outputTokens[index],
    };
    yield `${index ? ',' : ''}\n${JSON.stringify(String(index))}: ${JSON.stringify(entry)}`;
  }
  yield '\n}\n';
}

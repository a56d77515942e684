import { UsageError } from '../../base/errors.ts';
import { found, isCount, isObject, notJson, parsedJson, shown } from '../../base/json.ts';
import { elsewhere } from '../../base/known-formats.ts';
import type { Scenario } from '../../scenario/schema.ts';
import type { Turn } from '../conversation.ts';
import { contentDigest } from '../files/content-digest.ts';
import { jsonValues, placeOf } from '../files/json-values.ts';
import { itemOfUser } from '../item-of-user.ts';
import { Message } from '../message.ts';
import type { Source } from '../source.ts';
import { commonBeginnings } from '../text/common-beginning.ts';
import type { Texts } from '../text/texts.ts';
import { limitsOf, turnPlanner } from '../turn-plan.ts';

/** A prompt of a list, and how long its answer is to be where the list says. */
export interface Prompt {
  readonly text: string;
  readonly outputTokens: number | undefined;
}

/**
 * A list of prompts, each a conversation of one user message: user `firstUserId + i` says prompt i. A
 * limit is `answer.tokens`, else the prompt's `output_length`; without either none is sent.
 */
export async function openPrompts(
  scenario: Scenario,
  { texts, cacheDir }: { texts: Texts; cacheDir: string },
): Promise<Source> {
  const { file: named, promptPrefix = '' } = scenario.conversation;
  const file = named!;
  const prompts = await readPrompts(file);
  const said = prompts.map(({ text }) => promptPrefix + text);
  const beginnings = commonBeginnings(said);
  const counts = await texts.count([...said, ...beginnings]);
  const itemOf = itemOfUser(scenario, prompts.length);
  const planOf = turnPlanner(scenario);
  return {
    conversations: prompts.length,
    digests: [await contentDigest(file, cacheDir)],
    notes: [`prompts: ${prompts.length} in ${file}`],
    conversation(userId) {
      const index = itemOf(userId);
      const tokens = counts[index]!;
      const maxTokens = planOf(userId).answerTokens() ?? prompts[index]!.outputTokens;
      const turn: Turn = {
        message: new Message('user', said[index]!),
        messageTokens: tokens,
        pauseMs: 0,
        ...limitsOf(scenario.conversation.answer, maxTokens),
        recordedAnswer: undefined,
      };
      return {
        userId,
        opening: [],
        // The first counts whole: it is the sender of what others find.
        sharedTokens: index === 0 ? tokens : counts[prompts.length + index]!,
        turns: [turn],
        standInAnswer: () => new Message('assistant', ''),
      };
    },
  };
}

/**
 * Reads a JSON list or JSON lines of texts, or of `{prompt or input, output_length}`.
 * @throws UsageError naming file and index of what is no prompt.
 */
export async function readPrompts(file: string): Promise<Prompt[]> {
  const prompts: Prompt[] = [];
  for await (const value of jsonValues(file, 'prompts')) {
    const prompt = parsePrompt(value.bytes.toString('utf8'));
    if (typeof prompt === 'string') {
      throw new UsageError(`${file}: ${placeOf(value)}: ${prompt}`);
    }
    prompts.push(prompt);
  }
  return prompts;
}

/** The prompt, or what is wrong with it. */
function parsePrompt(json: string): Prompt | string {
  const value = parsedJson(json);
  if (value === undefined) return notJson(json);
  const fields = typeof value === 'string' ? { prompt: value } : value;
  if (!isObject(fields)) {
    return `found ${shown(json)}; expected a text, or an object with prompt or input`;
  }
  const { prompt, input, output_length: tokens } = fields;
  const text = prompt ?? input;
  const other = text === undefined ? elsewhere(fields, 'prompts') : undefined;
  if (other) return `found no prompt; ${other}`;
  if (typeof text !== 'string' || !text) {
    return `prompt or input: ${found(text)}; expected a text`;
  }
  if (tokens === undefined) return { text, outputTokens: undefined };
  if (!isCount(tokens) || tokens < 1) {
    return `output_length: ${found(tokens)}; expected tokens >= 1`;
  }
  return { text, outputTokens: tokens };
}

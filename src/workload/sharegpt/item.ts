import { isObject } from '../../base/json.ts';
import type { RawItem } from './reader.ts';

/** A question and its recorded answer. Token counts are the file's own, where it has them. */
export interface Exchange {
  readonly question: string;
  readonly answer: string;
  readonly questionTokens: number | undefined;
  readonly answerTokens: number | undefined;
}

/** One recorded conversation, as exchanges. */
export interface Item {
  readonly id: string;
  readonly system: string | undefined;
  readonly exchanges: readonly Exchange[];
  /** Its last message was a question, which is left out: nothing says how long its answer is to be. */
  readonly hasLastQuestion?: true;
  /** Its first message was an answer, which is left out. */
  readonly hadLeadingAnswer: boolean;
}

/** Why an item cannot be used; `detail` says what was found. */
export interface Unusable {
  readonly id: string;
  readonly reason: string;
  readonly detail: string;
}

/**
 * An item of a ShareGPT file (`conversations` of `from` and `value`), of a file prepared for
 * multi-round-qa (the same with `num_tokens`), or of OpenAI messages (`role`, `content`).
 */
export function parseItem(raw: RawItem): Item | Unusable {
  const parsed = parseSaid(raw);
  return 'reason' in parsed ? parsed : inExchanges(parsed.id, parsed.said);
}

/** The messages of such an item as they come, whoever speaks. */
export function parseSaid({ index, value }: RawItem): { id: string; said: Said[] } | Unusable {
  const item = isObject(value) ? value : {};
  const id = String(item['id'] ?? index);
  const list = LIST_KEYS.map((key) => item[key]).find(Array.isArray);
  if (!list)
    return unusable(id, 'malformed', value === undefined ? 'not JSON' : 'no list of messages');
  const said: Said[] = [];
  for (const [i, message] of list.entries()) {
    const one = parseMessage(message);
    if ('reason' in one) return unusable(id, one.reason, `message ${i}: ${one.detail}`);
    said.push(one);
  }
  return { id, said };
}

const LIST_KEYS = ['conversations', 'messages', 'items', 'conversation'];

const ROLES = new Map<unknown, Said['role']>([
  ...['human', 'user'].map((name) => [name, 'human'] as const),
  ...['gpt', 'chatgpt', 'bing', 'bard', 'assistant'].map((name) => [name, 'answer'] as const),
  ['system', 'system'],
]);

export interface Said {
  readonly role: 'human' | 'answer' | 'system';
  readonly text: string;
  readonly tokens: number | undefined;
}

function parseMessage(message: unknown): Said | Omit<Unusable, 'id'> {
  if (!isObject(message)) return { reason: 'malformed', detail: 'not an object' };
  const name = message['from'] ?? message['role'];
  const role = ROLES.get(name);
  if (!role) return { reason: 'unknown role', detail: `role ${JSON.stringify(name)}` };
  const text = textOf(message['value'] ?? message['content'] ?? message['text']);
  if (text === undefined) return { reason: 'malformed', detail: 'no text' };
  const tokens = message['num_tokens'];
  return { role, text, tokens: typeof tokens === 'number' ? tokens : undefined };
}

/** A string, or a list of strings and of parts with `text` or `value`. */
function textOf(content: unknown): string | undefined {
  if (typeof content === 'string') return content;
  if (!Array.isArray(content)) return undefined;
  const texts = content.map((part) => (isObject(part) ? (part['text'] ?? part['value']) : part));
  return texts.every((text) => typeof text === 'string') ? texts.join('') : undefined;
}

function inExchanges(id: string, said: readonly Said[]): Item | Unusable {
  const firstSaid = said.findIndex((one) => one.role !== 'system');
  const systems = firstSaid < 0 ? said.length : firstSaid;
  const system = said.slice(0, systems).map((one) => one.text);
  const hadLeadingAnswer = said[systems]?.role === 'answer';
  const rest = said.slice(hadLeadingAnswer ? systems + 1 : systems);
  const turned = rest.findIndex(({ role }, i) => role !== (i % 2 ? 'answer' : 'human'));
  if (turned >= 0) {
    return unusable(id, 'roles do not alternate', `message ${said.indexOf(rest[turned]!)}`);
  }
  const blank = rest.find(({ role, text }) => role === 'human' && !text.trim());
  if (blank) return unusable(id, 'empty question', `message ${said.indexOf(blank)}`);
  const exchanges = inPairs(rest);
  if (!exchanges.length) return unusable(id, 'no answered question', `${said.length} messages`);
  const hasLastQuestion = rest.length % 2 === 1;
  return {
    id,
    system: system.join('\n\n') || undefined,
    exchanges,
    ...(hasLastQuestion && { hasLastQuestion }),
    hadLeadingAnswer,
  };
}

/** All but a last question. */
function inPairs(said: readonly Said[]): Exchange[] {
  return Array.from({ length: Math.floor(said.length / 2) }, (_, i) => {
    const [question, answer] = [said[2 * i]!, said[2 * i + 1]!];
    return {
      question: question.text,
      answer: answer.text,
      questionTokens: question.tokens,
      answerTokens: answer.tokens,
    };
  });
}

function unusable(id: string, reason: string, detail: string): Unusable {
  return { id, reason, detail };
}

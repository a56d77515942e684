import type { Said, Unusable } from '../chats/recorded.ts';
import type { Message } from '../message.ts';
import { turnedAt } from './item.ts';
import type { Whole } from './parts.ts';

/** Which conversations are converted, and how much of them. Lengths are characters (code points). */
export interface Fit {
  /** Messages that a conversation must have, and those that are kept. */
  readonly minTurns?: number | undefined;
  readonly maxTurns?: number | undefined;
  /** Bounds that every message must keep. */
  readonly minContentLen?: number | undefined;
  readonly maxContentLen?: number | undefined;
  /** Keep conversations of which every message is ASCII, or of which none is. */
  readonly asciiOnly?: boolean | undefined;
  readonly nonAsciiOnly?: boolean | undefined;
  /** A conversation may end with a question that nothing answers. */
  readonly keepLastQuestion?: boolean | undefined;
}

export interface OpenAiMessage {
  readonly role: 'user' | 'assistant';
  readonly content: string;
}

/**
 * The messages to play, or why there are none. A first message that is not the user's is left out, what
 * is too long is cut, and so is a last question without an answer; then users and answers must alternate.
 */
export function fittedMessages(
  { id, said, mayLackAnswers = false, endsAsked = false }: Whole,
  fit: Fit,
): OpenAiMessage[] | Unusable {
  const unusable = (reason: string, detail: string): Unusable => ({ id, reason, detail });
  const begun = said[0]?.message.role === 'user' ? said : said.slice(1);
  const cut = begun.slice(0, fit.maxTurns);
  const keepsLast = fit.keepLastQuestion || mayLackAnswers || endsAsked;
  const kept = keepsLast ? cut : cut.slice(0, 2 * Math.floor(cut.length / 2));
  const turned = mayLackAnswers ? unaskedAt(kept) : turnedAt(kept);
  if (turned >= 0)
    return unusable('roles do not alternate', `message ${said.indexOf(kept[turned]!)}`);
  const turnsMin = Math.max(keepsLast ? 1 : 2, fit.minTurns ?? 0);
  if (kept.length < turnsMin) return unusable(`fewer than ${turnsMin} messages`, `${kept.length}`);
  for (const one of kept) {
    const reason = unfit(one.message, fit);
    if (reason) return unusable(reason, `message ${said.indexOf(one)}`);
  }
  return kept.map(({ message }) => ({
    role: message.role === 'assistant' ? 'assistant' : 'user',
    content: message.text,
  }));
}

/** The first answer that no question is before; -1: none. */
function unaskedAt(said: readonly Said[]): number {
  return said.findIndex(
    ({ message }, i) => message.role !== 'user' && said[i - 1]?.message.role !== 'user',
  );
}

function unfit({ role, text }: Message, fit: Fit): string | undefined {
  const { minContentLen = 0, maxContentLen = Infinity, asciiOnly, nonAsciiOnly } = fit;
  if (role === 'user' && !text.trim()) return 'empty question';
  const length = characters(text);
  if (length < minContentLen) return `a message of under ${minContentLen} characters`;
  if (length > maxContentLen) return `a message of over ${maxContentLen} characters`;
  const isAscii = !NON_ASCII.test(text);
  if (asciiOnly && !isAscii) return 'not all ASCII';
  if (nonAsciiOnly && isAscii) return 'a message that is all ASCII';
  return undefined;
}

const NON_ASCII = /[\u0080-\uffff]/;
const SURROGATE_PAIR = /[\ud800-\udbff][\udc00-\udfff]/g;

/** Code points, which is what Python counts. */
export function characters(text: string): number {
  return text.length - (text.match(SURROGATE_PAIR)?.length ?? 0);
}

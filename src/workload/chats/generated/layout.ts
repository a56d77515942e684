import { UsageError } from '../../../base/errors.ts';
import { BASE_QUESTION, type ConversationPlan, type GeneratorPlan, tagOf } from './plan.ts';
import type { WordText } from './text.ts';

export interface ChatMessage {
  readonly role: 'user' | 'assistant';
  readonly content: string;
}

export interface Layout {
  readonly plan: GeneratorPlan;
  readonly words: WordText;
  readonly count: (text: string) => number;
  /** Told how many tokens a message differs from its planned length, where it does. */
  readonly differs: (tokens: number) => void;
}

/**
 * The conversations' messages. A user message is exactly as long as planned and is: its tag, the base
 * question, and words that no other message has until the text is used up. The first one of a
 * conversation has the common prefix and its own before that, on top of its length. Prefixes are
 * consecutive parts of the text, fillers come from what is after them.
 * @throws UsageError if the text is too short for that.
 */
export function layOut(layout: Layout): ChatMessage[][] {
  const { plan, words } = layout;
  checkEnough(layout);
  const common = commonPrefix(layout);
  let word = common.next;
  const prefixes = plan.conversations.map(({ prefixTokens }, index) => {
    const prefix = ownPrefix(layout, { index, tokens: prefixTokens, word });
    word = prefix.next;
    return prefix;
  });
  const fillers = { from: word, next: word };
  const answerOf = answers(layout);
  return plan.conversations.map((conversation, index) =>
    conversation.inputTokens.map((tokens, i): ChatMessage => {
      if (i % 2) return { role: 'assistant', content: answerOf(conversation.outputTokens[i]!) };
      const prefix = prefixes[index]!;
      const fixed = i
        ? [tagOf(index), BASE_QUESTION]
        : [common.text, tagOf(index), prefix.text, BASE_QUESTION];
      const target = i ? tokens : common.tokens + prefix.tokens + tokens;
      const made = exact(layout, {
        tokens: target,
        fixed: fixed.filter(Boolean),
        word: fillers.next,
      });
      // What is left is too little for a message: the text is used again.
      const isLow = made.next + FILLER_MARGIN_WORDS + longest(plan) > words.words;
      fillers.next = isLow ? fillers.from : made.next;
      return { role: 'user', content: made.text };
    }),
  );
}

/** Words that a message may need beyond its tokens, when it is made again to fit. */
const FILLER_MARGIN_WORDS = 8;

interface Part {
  readonly text: string;
  readonly tokens: number;
  /** The first word of the text that is not in it. */
  readonly next: number;
}

/** The start of the text, ended by a full stop. */
function commonPrefix(layout: Layout): Part {
  const { commonTokens } = layout.plan;
  if (!commonTokens) return { text: '', tokens: 0, next: 0 };
  return exact(layout, { tokens: commonTokens, fixed: [], end: '.', word: 0 });
}

function ownPrefix(
  layout: Layout,
  { index, tokens, word }: { index: number; tokens: number; word: number },
): Part {
  if (!tokens) return { text: '', tokens: 0, next: word };
  return exact(layout, { tokens, fixed: [`${index},`], word });
}

/** Answers to be replaced by the engine's: the start of the text. */
function answers(layout: Layout): (tokens: number) => string {
  const made = new Map<number, string>();
  return (tokens) => {
    let text = made.get(tokens);
    if (text === undefined) {
      made.set(tokens, (text = exact(layout, { tokens, fixed: [], word: 0 }).text));
    }
    return text;
  };
}

interface Wanted {
  readonly tokens: number;
  /** What it begins with, and ends with. */
  readonly fixed: readonly string[];
  readonly end?: string;
  /** Its words are those from here. */
  readonly word: number;
}

/** Corrections after which a length is left as it is. */
const TRIES_MAX = 8;

/** Counted as it will be sent, and corrected until it has its length: tokens need not add up. */
function exact({ words, count, differs }: Layout, wanted: Wanted): Part {
  const { tokens, fixed, end = '', word } = wanted;
  const head = fixed.join(' ');
  let asked = tokens - count(head + end);
  for (let tries = 1; ; tries++) {
    const taken = words.take(word, Math.max(0, asked));
    const filled = words.fill(word, Math.max(0, asked) - taken.tokens);
    const text = [head, taken.text, filled].filter(Boolean).join(' ') + end;
    const difference = tokens - count(text);
    const isShortest = difference < 0 && asked <= 0;
    if (!difference || isShortest || tries === TRIES_MAX) {
      if (difference) differs(Math.abs(difference));
      return { text, tokens: tokens - difference, next: taken.next };
    }
    asked += difference;
  }
}

function checkEnough({ plan, words }: Layout): void {
  const prefixes = plan.conversations.reduce((sum, one) => sum + one.prefixTokens, 0);
  const required = plan.commonTokens + prefixes + longest(plan) + FILLER_MARGIN_WORDS;
  if (words.tokens < required) throw notEnough({ required, available: words.tokens });
}

/** Text in which nothing has to be said twice. */
export function tokensWanted({ commonTokens, conversations }: GeneratorPlan): number {
  const said = ({ prefixTokens, inputTokens }: ConversationPlan) =>
    inputTokens.reduce((sum, tokens) => sum + tokens, prefixTokens);
  return conversations.reduce((sum, one) => sum + said(one), commonTokens);
}

export function notEnough({ required, available }: { required: number; available: number }) {
  return new UsageError(
    `text_files: not enough text: ${required} tokens are required, ${available} are available; expected more text files, fewer conversations or shorter prefixes`,
  );
}

/** Longest user message without prefixes, or answer, in tokens. */
function longest({ conversations }: GeneratorPlan): number {
  const lengths = ({ inputTokens, outputTokens }: ConversationPlan) => [
    ...inputTokens.filter((_, i) => i % 2 === 0),
    ...outputTokens.filter((_, i) => i % 2 === 1),
  ];
  return conversations.reduce((most, one) => Math.max(most, ...lengths(one)), 0);
}

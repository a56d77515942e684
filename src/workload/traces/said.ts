import { stream } from '../../base/random.ts';
import type { Scenario } from '../../scenario/schema.ts';
import type { Turn } from '../conversation.ts';
import { Message, WholePrompt } from '../message.ts';
import { commonBeginnings } from '../text/common-beginning.ts';
import type { Corpus } from '../text/corpus.ts';
import type { Texts } from '../text/texts.ts';
import { userMarks } from '../text/user-mark.ts';
import { blockTexts } from './block-texts.ts';
import { Chains } from './chains.ts';
import type { TraceEntry } from './format.ts';

/** What the entries of a trace say, by their place in it. */
export interface SaidInTrace {
  /** Made when it is asked for. `isAlone`: nothing of its conversation is ever sent with it. */
  turn(index: number, isAlone: boolean): Pick<Turn, 'before' | 'message'>;
  /** Of the message alone; a count that is known before it is made. */
  messageTokens(index: number): number | undefined;
  /** Of the recorded answer, tool calls and all, where nobody says how long it was. */
  answerTokens(index: number): number | undefined;
  /**
   * Tokens at the start of the entry that an earlier one began with, at most. The first counts whole: it
   * is the sender of what others find.
   */
  sharedTokens(index: number): number;
  /** Of all of it, what was said before included. */
  wholeTokens(index: number): number;
  /** The place of the entry that began with them; undefined: none did. */
  sharedWith(index: number): number | undefined;
}

/**
 * Entries with hash ids have a block of words for each, others with a count so many words that no other
 * begins with, and messages are said as they are.
 */
export async function openSaid(
  scenario: Scenario,
  entries: readonly TraceEntry[],
  { texts, blockTokens }: { texts: Texts; blockTokens: number },
): Promise<SaidInTrace> {
  const hasWords = entries.some(({ messages }) => !messages);
  const wordsOf = hasWords ? words(scenario.seed, await texts.corpus(), blockTokens) : undefined;
  const spoken = await countSpoken(entries, texts);
  const answers = await countAnswers(entries, texts);
  const seen = seenBefore(entries, blockTokens);
  return {
    turn(index, isAlone) {
      const { messages } = entries[index]!;
      if (messages) return { before: messages.slice(0, -1), message: messages.at(-1)! };
      const text = wordsOf!(entries[index]!, index);
      return { message: isAlone ? new WholePrompt('user', text) : new Message('user', text) };
    },
    messageTokens: (index) => spoken.tokens[index] ?? entries[index]!.inputTokens,
    answerTokens: (index) => answers[index],
    sharedTokens: (index) => spoken.sharedTokens[index] ?? seen[index]!.tokens,
    wholeTokens: (index) => spoken.wholeTokens[index] ?? entries[index]!.inputTokens ?? 0,
    sharedWith: (index) =>
      entries[index]!.messages ? spoken.sharedWith[index] : seen[index]!.place,
  };
}

/** The text of an entry that has counts alone; what is behind its last named block, no other goes on like. */
function words(seed: string | number, corpus: Corpus, blockTokens: number) {
  const blockOf = blockTexts(seed, corpus, blockTokens);
  const markOf = userMarks(seed, corpus.leadWords);
  return ({ inputTokens = 0, hashIds = [] }: TraceEntry, index: number): string => {
    const rest = inputTokens - hashIds.length * blockTokens;
    const blocks = hashIds.map((id, i) =>
      blockOf(id, Math.min(blockTokens, inputTokens - i * blockTokens)),
    );
    if (rest <= 0) return blocks.join(' ');
    return [...blocks, corpus.cut(stream(seed, 'trace request', index), rest, markOf(index))].join(
      ' ',
    );
  };
}

/** By place in the trace, where there is an answer and no word of its length. */
async function countAnswers(entries: readonly TraceEntry[], texts: Texts): Promise<number[]> {
  const places = [...entries.keys()].filter((index) => {
    const { answer, outputTokens } = entries[index]!;
    return answer && outputTokens === undefined;
  });
  const tokens: number[] = [];
  if (!places.length) return tokens;
  const counts = await texts.count(places.map((index) => wordsOfAnswer(entries[index]!.answer!)));
  for (const [i, index] of places.entries()) tokens[index] = counts[i]!;
  return tokens;
}

function wordsOfAnswer({ text, fields }: Message): string {
  return fields ? `${text}${JSON.stringify(fields)}` : text;
}

/** By place in the trace, where there are messages: tokens of the last, and of what an earlier one began with. */
async function countSpoken(entries: readonly TraceEntry[], texts: Texts) {
  const places = [...entries.keys()].filter((index) => entries[index]!.messages);
  const tokens: number[] = [];
  const wholeTokens: number[] = [];
  const sharedTokens: number[] = [];
  const sharedWith: number[] = [];
  if (!places.length) return { tokens, wholeTokens, sharedTokens, sharedWith };
  const said = places.map((index) => entries[index]!.messages!.map(({ text }) => text));
  const whole = said.map((list) => list.join('\n'));
  const beginnings = commonBeginnings(whole);
  const counted = [
    ...[said.map((list) => list.at(-1)!), whole],
    beginnings.map(({ text }) => text),
  ];
  const counts = await texts.count(counted.flat());
  for (const [i, index] of places.entries()) {
    const [last, all, beginning] = counted.map((_, part) => counts[part * places.length + i]!);
    tokens[index] = last!;
    wholeTokens[index] = all!;
    sharedTokens[index] = index === 0 ? all! : beginning!;
    const { place } = beginnings[i]!;
    if (place !== undefined) sharedWith[index] = places[place]!;
  }
  return { tokens, wholeTokens, sharedTokens, sharedWith };
}

/** Tokens at the start of an entry that an earlier one began with, at most, and the place of that. */
export interface SeenBefore {
  readonly tokens: number;
  readonly place?: number;
}

/** By the names of an entry's blocks. */
export function seenBefore(
  entries: readonly Pick<TraceEntry, 'inputTokens' | 'hashIds'>[],
  blockTokens: number,
): SeenBefore[] {
  const chains = new Chains();
  const seen = new Map<number, { tokens: number; place: number }>();
  return entries.map(({ inputTokens = 0, hashIds = [] }, index) => {
    let shared: SeenBefore = { tokens: 0 };
    let isShared = true;
    for (const [i, name] of chains.namesOf(hashIds).entries()) {
      const tokens = Math.min(blockTokens, inputTokens - i * blockTokens);
      const before = seen.get(name);
      if (isShared && before) {
        const { place } = before;
        shared = { tokens: shared.tokens + Math.min(before.tokens, tokens), place };
      }
      isShared &&= (before?.tokens ?? 0) >= tokens;
      if (tokens > (before?.tokens ?? 0)) seen.set(name, { tokens, place: index });
    }
    return index === 0 && hashIds.length ? { tokens: inputTokens } : shared;
  });
}

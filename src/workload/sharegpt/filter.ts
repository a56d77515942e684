import type { Unusable } from '../chats/recorded.ts';
import type { Exchange, Item } from './item.ts';

/** Which conversations of a file are used. */
export interface Filters {
  /** Exchanges that a conversation must have. */
  readonly minRounds: number;
  /** Exchanges that are kept of it. */
  readonly maxRounds: number;
  /** Longest question and answer, tokens, anywhere in the conversation. */
  readonly maxInputTokens: number | undefined;
  readonly maxOutputTokens: number | undefined;
  /** Reading stops after so many that fit. */
  readonly maxItems: number;
}

export interface CountedExchange extends Exchange {
  readonly questionTokens: number;
  readonly answerTokens: number;
}

export interface CountedItem extends Item {
  readonly exchanges: readonly CountedExchange[];
}

export type Count = (text: string) => number;

/** The item with its tokens counted, cut to the rounds that can be played; or why it does not fit. */
export function fitted(
  item: Item | Unusable,
  filters: Filters,
  count: Count | undefined,
): CountedItem | Unusable {
  if ('reason' in item) return item;
  const { id } = item;
  const { minRounds, maxRounds, maxInputTokens, maxOutputTokens } = filters;
  const rounds = item.exchanges.length;
  if (rounds < minRounds) {
    return { id, reason: `fewer than ${minRounds} rounds`, detail: `${rounds}` };
  }
  const isUnlimited = maxInputTokens === undefined && maxOutputTokens === undefined;
  // What cannot be sent is not tokenized, unless a limit asks how long it is.
  const looked = isUnlimited ? item.exchanges.slice(0, maxRounds) : item.exchanges;
  const exchanges: CountedExchange[] = [];
  for (const exchange of looked) {
    const counted = withCounts(exchange, count);
    if (!isCounted(counted)) return { id, reason: 'malformed', detail: 'no num_tokens' };
    const excess = tooLong(counted, filters);
    if (excess) return { id, ...excess };
    exchanges.push(counted);
  }
  return { ...item, exchanges: exchanges.slice(0, maxRounds) };
}

export function isCounted(exchange: Exchange): exchange is CountedExchange {
  return exchange.questionTokens !== undefined && exchange.answerTokens !== undefined;
}

function withCounts(exchange: Exchange, count: Count | undefined): Exchange {
  return {
    ...exchange,
    questionTokens: exchange.questionTokens ?? count?.(exchange.question),
    answerTokens: exchange.answerTokens ?? count?.(exchange.answer),
  };
}

function tooLong(
  { questionTokens, answerTokens }: CountedExchange,
  { maxInputTokens = Infinity, maxOutputTokens = Infinity }: Filters,
): Omit<Unusable, 'id'> | undefined {
  if (questionTokens > maxInputTokens) {
    return { reason: `a question of over ${maxInputTokens} tokens`, detail: `${questionTokens}` };
  }
  if (answerTokens > maxOutputTokens) {
    return { reason: `an answer of over ${maxOutputTokens} tokens`, detail: `${answerTokens}` };
  }
  return undefined;
}

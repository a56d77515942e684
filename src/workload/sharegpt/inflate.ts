import type { Rng } from '../../base/random.ts';
import type { Scenario } from '../../scenario/schema.ts';
import type { CountedExchange, CountedItem } from './filter.ts';

type Inflation = NonNullable<Scenario['conversation']['sharegpt']>['inflate'];

/** Repeats the text of a drawn share of questions and of answers, and multiplies their tokens. */
export function inflated(
  items: readonly CountedItem[],
  { inputShare, inputFactor, outputShare, outputFactor }: Inflation,
  rng: Rng,
): CountedItem[] {
  const longer = (exchange: CountedExchange): CountedExchange => {
    const questionFactor = rng() < inputShare ? inputFactor : 1;
    const answerFactor = rng() < outputShare ? outputFactor : 1;
    return {
      question: repeated(exchange.question, questionFactor),
      questionTokens: exchange.questionTokens * questionFactor,
      answer: repeated(exchange.answer, answerFactor),
      answerTokens: exchange.answerTokens * answerFactor,
    };
  };
  return items.map((item) => ({ ...item, exchanges: item.exchanges.map(longer) }));
}

function repeated(text: string, times: number): string {
  return Array.from({ length: times }, () => text).join(' ');
}

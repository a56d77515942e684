import type { Scenario } from '../../scenario/schema.ts';
import { RandomState } from '../draw/numpy.ts';
import type { CountedExchange, CountedItem } from './filter.ts';

type Settings = NonNullable<Scenario['conversation']['sharegpt']>;

const SEED = 151;

/**
 * As multi-round-qa's fork makes conversations longer and shuffles them (_load_sharegpt_data): for every message a
 * draw says whether it is repeated, without a space, and a question at most until it has `maxInputTokens`.
 */
export function arrangedAsFork(
  items: readonly CountedItem[],
  { inflate, maxInputTokens = Infinity }: Settings,
): CountedItem[] {
  const state = new RandomState(SEED);
  const longer = (exchange: CountedExchange): CountedExchange => {
    const { question, questionTokens, answer, answerTokens } = exchange;
    const fitting = Math.max(1, Math.floor(maxInputTokens / questionTokens));
    const asked = state.uniform() < inflate.inputShare ? Math.min(inflate.inputFactor, fitting) : 1;
    const answered = state.uniform() < inflate.outputShare ? inflate.outputFactor : 1;
    return {
      question: question.repeat(asked),
      questionTokens: questionTokens * asked,
      answer: answer.repeat(answered),
      answerTokens: answerTokens * answered,
    };
  };
  const all = items.map((item) => {
    const exchanges = item.exchanges.map(longer);
    if (item.hasLastQuestion) state.uniform();
    return { ...item, exchanges };
  });
  return state.shuffled(all);
}

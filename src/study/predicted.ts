import { UsageError } from '../base/errors.ts';
import { standardNormal, stream } from '../base/random.ts';
import type { Scenario } from '../scenario/schema.ts';
import type { Turn, Workload } from '../workload/conversation.ts';

/**
 * The workload with a prediction of each answer's length, `expectedTokens`: its limit with an error of that standard
 * deviation, at least 1. A user's error has the same sign and rank whatever the deviation is, so that what two of
 * them differ by is not chance.
 * @throws UsageError for a turn whose answer has no limit.
 */
export function withPredictions(workload: Workload, { seed }: Scenario, sigma: number): Workload {
  return {
    ...workload,
    conversation(userId) {
      const conversation = workload.conversation(userId);
      const rng = stream(seed, 'user', userId, 'prediction');
      const turns = conversation.turns.map((turn): Turn => {
        const tokens = knownTokens(turn);
        const predicted = tokens + (sigma > 0 ? Math.round(sigma * standardNormal(rng)) : 0);
        return { ...turn, expectedTokens: Math.max(1, predicted) };
      });
      return { ...conversation, turns };
    },
  };
}

function knownTokens({ expectedTokens, maxTokens }: Turn): number {
  const tokens = maxTokens ?? expectedTokens;
  if (tokens !== undefined) return tokens;
  throw new UsageError(
    'conversation.answer.tokens: missing; policies that go by the length of answers need scenarios that say it',
  );
}

import { stream } from '../../src/base/random.ts';
import type { Scenario } from '../../src/scenario/schema.ts';
import type { Workload } from '../../src/workload/conversation.ts';
import { sampler } from '../../src/workload/draw/distribution.ts';
import { Message } from '../../src/workload/message.ts';

/** A workload without texts or tokenizer, for tests of who speaks when: "user 3, turn 1". */
export function smallWorkload(scenario: Scenario): Workload {
  const rounds = sampler(scenario.conversation.rounds);
  const pause = sampler(scenario.pacing.pauseSec);
  return {
    digest: 'small',
    notes: [],
    conversation(userId) {
      const rng = stream(scenario.seed, 'user', userId);
      const count = Math.max(1, Math.round(rounds(rng)));
      const turns = Array.from({ length: count }, (_, turn) => ({
        message: new Message('user', `user ${userId}, turn ${turn}`),
        messageTokens: 4,
        pauseMs: pause(rng) * 1000,
        maxTokens: 3,
        minTokens: undefined,
        recordedAnswer: undefined,
      }));
      return {
        userId,
        opening: [new Message('system', 'be brief')],
        sharedTokens: 2,
        turns,
        standInAnswer: () => new Message('assistant', 'an answer'),
      };
    },
  };
}

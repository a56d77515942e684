import type { MultiTurnSettings } from '../../../src/dialects/multi-turn/statistics.ts';
import type { TurnRecord } from '../../../src/record/record.ts';
import { sampleRecords, turnRecord } from '../../record/sample.ts';

/** The settings of the seed's own example: the shipped generator file with -p 2 -k 6. */
export const SETTINGS: MultiTurnSettings = {
  definition: 'usage',
  model: 'meta-llama/Meta-Llama-3.1-8B-Instruct',
  numClients: 2,
  numConversations: 24,
  activeConversations: 6,
  seed: 0,
  verbose: false,
  warmupShares: [0],
  conversationId: (userId) => `CONV_ID_${userId - 1}`,
  generator: {
    textFiles: ['pg1184.txt'],
    inputNumTurns: { distribution: 'uniform', min: 12, max: 18 },
    inputCommonPrefixNumTokens: { distribution: 'constant', value: 500 },
    inputPrefixNumTokens: { distribution: 'lognormal', average: 1000, max: 5000 },
    inputNumTokens: { distribution: 'uniform', min: 120, max: 160 },
    outputNumTokens: { distribution: 'uniform', min: 80, max: 120 },
  },
};

/** 24 conversations of 8 turns with first chunks of 1 to 3 tokens; some turns fail. */
export function multiTurnRecords(): TurnRecord[] {
  return sampleRecords({ users: 24, rounds: 8 }).map((record) => ({
    ...record,
    messageTokens: 40,
    firstChunkTokens: 1 + (record.userId % 3),
  }));
}

/** A warm-up step of two requests that took 2.5 s. */
export function warmupRecords(): TurnRecord[] {
  return [
    turnRecord({ phase: 'warmup', userId: 1, sentMs: 100, endMs: 1100 }),
    turnRecord({ phase: 'warmup', userId: 2, sentMs: 600, endMs: 2600 }),
  ];
}

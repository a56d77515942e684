import type { MultiRoundFlags } from '../../src/dialects/multi-round-qa/flags.ts';

const DEFAULTS = {
  baseUrl: 'http://localhost:8000/v1',
  model: 'm',
  sharedSystemPrompt: 100,
  userHistoryPrompt: 200,
  initUserId: 0,
  output: 'summary.csv',
  logInterval: 30,
  requestWithUserId: true,
  rampUp: true,
  rampUpHistory: 'synthesised',
  warmup: false,
  text: 'words',
  stream: true,
} as const;

/** Flags of production-stack's script. */
export function gapFlags(
  flags: Partial<MultiRoundFlags> & { numUsers: number; numRounds: number; qps: number },
): MultiRoundFlags {
  return { ...DEFAULTS, answerLen: 100, ...flags };
}

/** Flags of the fork's script. */
export function lagFlags(
  flags: Partial<MultiRoundFlags> & { userLag: number; numRounds: number; qps: number },
): MultiRoundFlags {
  return { ...DEFAULTS, maxInputLen: 4000, maxOutputLen: 100, ...flags };
}

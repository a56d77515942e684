import type { Moments } from './amounts.ts';

/** Lengths and shared parts of prompts as measured of workloads, without the number of prompts. */
export interface PrefixPreset {
  readonly says: string;
  readonly promptTokens: Moments;
  readonly share: Moments;
}

/** Table 1 of Preble (arXiv 2407.00023), as AIBrix's README gives it. */
export const PREFIX_PRESETS = {
  toolbench: {
    says: 'tool use',
    promptTokens: { mean: 1835, std: 742 },
    share: { mean: 0.85, std: 0.13 },
  },
  'embodied-agent': {
    says: 'an embodied agent',
    promptTokens: { mean: 2285, std: 471 },
    share: { mean: 0.97, std: 0.14 },
  },
  programming: {
    says: 'program generation',
    promptTokens: { mean: 3871, std: 1656 },
    share: { mean: 0.97, std: 0.074 },
  },
  'video-qa': {
    says: 'questions on videos',
    promptTokens: { mean: 9865, std: 5976 },
    share: { mean: 0.88, std: 0.32 },
  },
  loogle: {
    says: 'questions on long documents',
    promptTokens: { mean: 23_474, std: 6105 },
    share: { mean: 0.91, std: 0.24 },
  },
} as const satisfies Record<string, PrefixPreset>;

export type PrefixPresetName = keyof typeof PREFIX_PRESETS;

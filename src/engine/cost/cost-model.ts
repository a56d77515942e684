import type { StepLoad } from '../schedule/sequence.ts';
import type { Profile } from './profile.ts';

/** Decode attention and sampler, per sequence. */
const DECODE_ROW_US = 4;
/** Decode attention is slower by this factor in a step that also has a prefill chunk (measured: 1.3 to 1.7). */
const MIXED_STEP_FACTOR = 1.5;

/**
 * Duration of a step in milliseconds:
 *
 *   sqrt(weights^2 + (token * n)^2) + head [if a row is sampled] + launch
 *     + (context * K + row * R) * (1.5 if a prefill chunk is present) + pair * P + host
 *
 * with n tokens, K tokens of context in R decode rows, and P query-key pairs in prefill chunks.
 */
export function stepMs(profile: Profile, load: StepLoad): number {
  const linearMs = Math.hypot(profile.weightsMs, (profile.tokenUs / 1e3) * load.tokens);
  const headMs = load.sampledRows > 0 ? profile.headMs : 0;
  const decodeUs =
    profile.contextTokenUs * load.decodeContextTokens + DECODE_ROW_US * load.decodeRows;
  const decodeMs = (decodeUs / 1e3) * (load.prefillRows > 0 ? MIXED_STEP_FACTOR : 1);
  const prefillMs = (profile.pairNs / 1e6) * load.prefillPairs;
  return linearMs + headMs + profile.attentionLaunchMs + decodeMs + prefillMs + profile.hostMs;
}

/**
 * The bandwidth in GB/s at which loading a token's KV takes as long as computing it in a large batch: a tier that
 * is slower costs time to hit. Attention to the context before it is left out, so for long prompts loading pays
 * from somewhat less.
 */
export function breakEvenGBps(profile: Profile): number {
  // Bytes per microsecond are MB/s.
  return profile.kvBytesPerToken / profile.tokenUs / 1e3;
}

import { UsageError } from '../../base/errors.ts';
import type { StepLoad } from '../sequence.ts';
import { type Profile, profiles } from './profiles.ts';

/** Launching the attention kernels of 32 layers. */
const ATTENTION_LAUNCH_MS = 0.45;
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
  return linearMs + headMs + ATTENTION_LAUNCH_MS + decodeMs + prefillMs + profile.hostMs;
}

/**
 * The profile of that name, with the host time of the options where they have one.
 * @throws UsageError for an unknown name.
 */
export function profileOf(options: {
  readonly gpu: string;
  readonly hostMs?: number | undefined;
}): Profile {
  const profile = Object.hasOwn(profiles, options.gpu) ? profiles[options.gpu] : undefined;
  if (!profile) {
    const known = Object.keys(profiles).join(', ');
    throw new UsageError(`engine.gpu: found '${options.gpu}'; expected one of ${known}`);
  }
  return { ...profile, hostMs: options.hostMs ?? profile.hostMs };
}

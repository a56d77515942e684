import type { StepLoad } from '../schedule/sequence.ts';
import { furtherOf } from './further.ts';
import type { Profile } from './profile.ts';

/** What a step costs: milliseconds of the GPU, and of the host that launches it and reads its result. */
export interface StepCost {
  gpuMs(load: StepLoad): number;
  hostMs(load: StepLoad): number;
  /** Nothing but decode rows, of a batch that CUDA graphs are captured for: launched as one. */
  isGraph(load: StepLoad): boolean;
}

/**
 * The cost model of a profile:
 *
 *   gpu = sqrt((weights + experts (1 - (1 - share)^n))^2 + (token n)^2) + head [if a row is sampled] + launch
 *     + (context * K + row * R) * (mixedFactor if a prefill chunk is present) + padded row * B + pair * P
 *     + allReduce + allReduceToken n
 *   host = host + host row * S
 *
 * with n tokens, K tokens of context in R decode rows, B rows of the captured batch that R is padded to, P query-key
 * pairs in prefill chunks, and S rows in all. (1 - share)^n is the part of the experts that none of n tokens goes to,
 * where each token's are drawn evenly.
 */
export function stepCost(profile: Profile): StepCost {
  const { weightsMs, headMs, attentionLaunchMs, contextTokenUs, hostMs } = profile;
  const further = furtherOf(profile);
  const { decodeRowUs, paddedRowUs, mixedFactor, expertsMs, expertShare, allReduceMs } = further;
  const tokenMs = profile.tokenUs / 1e3;
  const pairMs = profile.pairNs / 1e6;
  const allReduceTokenMs = further.allReduceTokenUs / 1e3;
  const hostRowMs = further.hostRowUs / 1e3;
  const padded = paddedSizes(further.graphSizes);
  const isGraph = ({ prefillRows, decodeRows }: StepLoad): boolean =>
    prefillRows === 0 && decodeRows < padded.length;
  return {
    isGraph,
    gpuMs(load) {
      const { tokens, prefillRows, decodeRows } = load;
      const rows = isGraph(load) ? padded[decodeRows]! : tokens;
      const readMs =
        expertsMs === 0
          ? weightsMs
          : weightsMs + expertsMs * (1 - (1 - expertShare) ** Math.max(rows, tokens));
      const linearMs = Math.hypot(readMs, tokenMs * rows);
      const sampleMs = load.sampledRows > 0 ? headMs : 0;
      const decodeUs = contextTokenUs * load.decodeContextTokens + decodeRowUs * decodeRows;
      const decodeMs = (decodeUs / 1e3) * (prefillRows > 0 ? mixedFactor : 1);
      const paddedMs = prefillRows > 0 ? 0 : (paddedRowUs / 1e3) * rows;
      const prefillMs = pairMs * load.prefillPairs;
      const exchangeMs = allReduceMs + allReduceTokenMs * tokens;
      return linearMs + sampleMs + attentionLaunchMs + decodeMs + prefillMs + paddedMs + exchangeMs;
    },
    hostMs: ({ decodeRows, prefillRows }) => hostMs + hostRowMs * (decodeRows + prefillRows),
  };
}

/** By the rows of a batch, those of the captured one that it is padded to; as long as the largest that is captured. */
function paddedSizes(sizes: readonly number[]): Int32Array {
  const ascending = [...sizes].sort((a, b) => a - b);
  const padded = new Int32Array(ascending.length ? ascending.at(-1)! + 1 : 0);
  for (const [index, size] of ascending.entries()) {
    padded.fill(size, index === 0 ? 1 : ascending[index - 1]! + 1, size + 1);
  }
  return padded;
}

/** Milliseconds of a step where one begins when the one before it has ended. */
export function stepMs(profile: Profile, load: StepLoad): number {
  const cost = stepCost(profile);
  return cost.gpuMs(load) + cost.hostMs(load);
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

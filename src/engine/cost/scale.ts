import { attentionShape, type KvDtype, kvBytesPerToken } from './kv-bytes.ts';
import { PROFILE_BLOCK_TOKENS } from './kv-capacity.ts';
import type { ModelConfig } from './model-config.ts';
import type { Profile } from './profile.ts';
import { weightsOf } from './weights.ts';

/** What the model makes of a step's time: the host's part is the same for all. */
export type StepConstant =
  | 'weightsMs'
  | 'tokenUs'
  | 'headMs'
  | 'attentionLaunchMs'
  | 'contextTokenUs'
  | 'pairNs';

/** In which types the model is served, where that is not its own. */
export interface Types {
  readonly kvDtype?: KvDtype | undefined;
  readonly weightBytesPerParameter?: number | undefined;
}

type Quantity = (model: ModelConfig, types: Types) => number;

/** What each constant is proportional to on one GPU; see the formulas in derive.ts. */
const PROPORTIONAL_TO: Readonly<Record<StepConstant, Quantity>> = {
  weightsMs: (model, types) => weights(model, types).linearBytes,
  tokenUs: (model, types) => weights(model, types).linearParameters,
  headMs: (model, types) => weights(model, types).headBytes,
  attentionLaunchMs: (model) => attentionShape(model).layers,
  contextTokenUs: (model, { kvDtype }) => kvBytesPerToken(model, kvDtype),
  pairNs: (model, types) => weights(model, types).pairFlops,
};

function weights(model: ModelConfig, { weightBytesPerParameter }: Types) {
  return weightsOf(model, weightBytesPerParameter);
}

/**
 * Constants that were measured with one model, as they would be with another on the same GPU.
 * @throws UsageError for a model whose weights cannot be counted.
 */
export function scaled<C extends Partial<Pick<Profile, StepConstant>>>(
  constants: C,
  own: ModelConfig,
  served: ModelConfig,
  types: Types = {},
): C {
  const entries = Object.entries(PROPORTIONAL_TO).flatMap(([name, quantity]) => {
    const value = constants[name as StepConstant];
    return value === undefined
      ? []
      : [[name, value * (quantity(served, types) / quantity(own, types))]];
  });
  return { ...constants, ...Object.fromEntries(entries) };
}

/** KV blocks in the memory that one model's weights and blocks take, beside another's weights; below 0 without room. */
export function blocksBeside(
  { blocks, kvBytesPerToken: ownBytes }: Profile,
  own: ModelConfig,
  served: ModelConfig,
): number {
  const bytes =
    blocks * PROFILE_BLOCK_TOKENS * ownBytes +
    weightsOf(own).totalBytes -
    weightsOf(served).totalBytes;
  return Math.floor(bytes / (PROFILE_BLOCK_TOKENS * kvBytesPerToken(served)));
}

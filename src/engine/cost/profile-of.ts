import { UsageError } from '../../base/errors.ts';
import { withSource } from './json-file.ts';
import { kvBytesPerToken } from './kv-bytes.ts';
import { BLOCKS_MIN } from './kv-capacity.ts';
import { LLAMA_31_8B, readModelConfig } from './model-config.ts';
import type { Profile } from './profile.ts';
import { readProfile, type ServedModel } from './profile-file.ts';
import { profiles } from './profiles.ts';
import { blocksBeside, scaled } from './scale.ts';
import { weightsOf } from './weights.ts';

export interface ProfileOptions {
  /** A shipped profile, or a file whose name ends in .json. */
  readonly gpu: string;
  /** A Hugging Face config.json. */
  readonly modelConfig?: string | undefined;
  readonly hostMs?: number | undefined;
}

/**
 * The profile that the options name, with their model and host time where they have them. Reads files, which are
 * seen from the working folder.
 * @throws UsageError for an unknown name, and for a file that is not what it should be.
 */
export function profileOf({ gpu, modelConfig, hostMs }: ProfileOptions): Profile {
  const served = modelConfig === undefined ? undefined : servedModel(modelConfig);
  const profile = /\.json$/i.test(gpu) ? readProfile(gpu, served) : shippedProfile(gpu, served);
  return { ...profile, hostMs: hostMs ?? profile.hostMs };
}

function servedModel(file: string): ServedModel {
  return { file, config: readModelConfig(file, 'engine.modelConfig') };
}

/** Measured with Llama-3.1-8B: for another model scaled by what is computed, and read, of it in a step. */
function shippedProfile(gpu: string, served: ServedModel | undefined): Profile {
  const profile = Object.hasOwn(profiles, gpu) ? profiles[gpu] : undefined;
  if (!profile) {
    const known = Object.keys(profiles).join(', ');
    throw new UsageError(
      `engine.gpu: found '${gpu}'; expected one of ${known}, or a profile file that ends in .json`,
    );
  }
  return served ? servedBy(profile, served, gpu) : profile;
}

function servedBy(profile: Profile, { file, config }: ServedModel, gpu: string): Profile {
  const weightsGB = uncounted(file, () => weightsOf(config).totalBytes) / 1e9;
  const blocks = uncounted(file, () => blocksBeside(profile, LLAMA_31_8B, config));
  if (blocks < BLOCKS_MIN) {
    throw new UsageError(
      `engine.modelConfig: found ${file}, whose weights of ${weightsGB.toFixed(1)} GB leave no room for a KV cache on one ${gpu}; a profile is of one GPU: for several, ${OWN_PROFILE}`,
    );
  }
  return {
    ...scaled(profile, LLAMA_31_8B, config),
    blocks,
    kvBytesPerToken: kvBytesPerToken(config),
  };
}

/** How to have what is not shipped. */
const OWN_PROFILE =
  'name a profile file with engine.gpu, of constants that were measured, or of the data sheet of one with tensorParallel (confab help engine)';

/** Heads what keeps a model from being counted by its file, and says what to do. */
function uncounted<T>(file: string, act: () => T): T {
  try {
    return withSource(file, act);
  } catch (error) {
    if (!(error instanceof UsageError)) throw error;
    throw new UsageError(
      [...error.problems, `the time of its steps is not known: ${OWN_PROFILE}`],
      file,
    );
  }
}

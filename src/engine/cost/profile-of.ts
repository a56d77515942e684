import { UsageError } from '../../base/errors.ts';
import { withSource } from './json-file.ts';
import { kvBytesPerToken } from './kv-bytes.ts';
import { withKvBytes } from './kv-capacity.ts';
import { readModelConfig } from './model-config.ts';
import type { Profile } from './profile.ts';
import { readProfile, type ServedModel } from './profile-file.ts';
import { profiles } from './profiles.ts';

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

/** Its step constants and its KV memory stay Llama-3.1-8B's; only the KV bytes are the model's. */
function shippedProfile(gpu: string, served: ServedModel | undefined): Profile {
  const profile = Object.hasOwn(profiles, gpu) ? profiles[gpu] : undefined;
  if (!profile) {
    const known = Object.keys(profiles).join(', ');
    throw new UsageError(
      `engine.gpu: found '${gpu}'; expected one of ${known}, or a profile file that ends in .json`,
    );
  }
  if (!served) return profile;
  return withKvBytes(
    profile,
    withSource(served.file, () => kvBytesPerToken(served.config)),
  );
}

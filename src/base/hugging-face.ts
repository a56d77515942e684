import { readFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';

export interface HubAccess {
  /** A mirror of huggingface.co. */
  readonly hubUrl: string | undefined;
  /** For gated models. Secret: never written anywhere. */
  readonly accessToken: string | undefined;
}

/** What the environment says about the Hugging Face Hub: HF_ENDPOINT, HF_TOKEN, and the token of `hf auth login`. */
export function hubAccess(): HubAccess {
  return {
    hubUrl: process.env['HF_ENDPOINT'] || undefined,
    accessToken: process.env['HF_TOKEN'] || storedToken(),
  };
}

function storedToken(): string | undefined {
  const cache = process.env['XDG_CACHE_HOME'] || join(homedir(), '.cache');
  const home = process.env['HF_HOME'] || join(cache, 'huggingface');
  try {
    return readFileSync(join(home, 'token'), 'utf8').trim() || undefined;
  } catch {
    return undefined; // Nobody has logged in: most models need no token.
  }
}

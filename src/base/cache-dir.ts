import { homedir } from 'node:os';
import { join } from 'node:path';

/** Where what was computed from big inputs is kept between runs: `$XDG_CACHE_HOME/confab`, or `~/.cache/confab`. */
export function defaultCacheDir(): string {
  return join(process.env['XDG_CACHE_HOME'] || join(homedir(), '.cache'), 'confab');
}

/** Where is kept what cannot be computed again: `$XDG_STATE_HOME/confab`, or `~/.local/state/confab`. */
export function defaultStateDir(): string {
  return join(process.env['XDG_STATE_HOME'] || join(homedir(), '.local', 'state'), 'confab');
}

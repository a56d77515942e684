import { stream } from '../base/random.ts';
import type { EngineOptions } from '../scenario/engine.ts';
import { contentName } from './kv/chain-hash.ts';
import type { EngineRequest } from './serving.ts';

/**
 * Which prompts the cache is to hold before they are first sent, as if a warm-up or an earlier run had sent
 * them: a share of the sessions, each at its first request; requests that name no session one by one.
 */
export class Primed {
  readonly #share: number;
  readonly #seed: string | number;
  readonly #seen = new Set<string>();

  constructor({ defects, seed }: EngineOptions) {
    this.#share = defects.primed;
    this.#seed = seed;
  }

  includes({ session, promptTokens }: EngineRequest): boolean {
    if (this.#share === 0) return false;
    if (session !== undefined) {
      if (this.#seen.has(session)) return false;
      this.#seen.add(session);
    }
    const name = contentName(promptTokens, promptTokens.length);
    return stream(this.#seed, 'primed', ...name)() < this.#share;
  }
}

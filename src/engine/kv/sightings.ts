import { type ChunkName, nameKey } from './chunk-name.ts';

/** How many names are remembered; as many as vLLM's FilterReusedOffloadingManager tracks. */
const NAMES_MAX = 64_000;

/** How often chunks were asked for, the least recently asked for forgotten first. */
export class Sightings {
  readonly #threshold: number;
  readonly #counts = new Map<number, number>();

  /** A chunk is worth storing from its `threshold`-th sighting on. */
  constructor(threshold: number) {
    this.#threshold = threshold;
  }

  see(name: ChunkName): void {
    const key = nameKey(name);
    const count = this.#counts.get(key) ?? 0;
    this.#counts.delete(key);
    this.#counts.set(key, count + 1);
    if (this.#counts.size <= NAMES_MAX) return;
    for (const oldest of this.#counts.keys()) {
      this.#counts.delete(oldest);
      return;
    }
  }

  isEnough(name: ChunkName): boolean {
    return (this.#counts.get(nameKey(name)) ?? 0) >= this.#threshold;
  }
}

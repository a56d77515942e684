import type { Clock } from '../base/clock.ts';
import { below, type Rng, stream } from '../base/random.ts';
import type { EngineOptions } from '../scenario/engine.ts';
import type { Engine, EngineFleet } from './engine.ts';
import type { Word } from './prompt/vocabulary.ts';
import type { EngineObserver, EngineRequest } from './serving.ts';

/**
 * Engines behind a router that knows nothing of their caches: each request goes to a drawn one, to each in
 * turn, or to the one that its session always goes to. A request that names no session is drawn.
 */
export class Cluster implements EngineFleet {
  readonly engines: readonly Engine[];
  readonly clock: Clock;
  readonly options: EngineOptions;
  readonly lengthLimit: number;
  readonly words: readonly Word[];
  readonly #rng: Rng;
  #requests = 0;

  /** `engines`: at least one, all with the same options. */
  constructor(engines: readonly [Engine, ...Engine[]]) {
    const [first] = engines;
    this.engines = engines;
    this.clock = first.clock;
    this.options = first.options;
    this.lengthLimit = first.lengthLimit;
    this.words = first.words;
    this.#rng = stream(first.options.seed, 'route');
  }

  submit(request: EngineRequest, observer: EngineObserver): () => void {
    return this.routed(request).submit(request, observer);
  }

  routed(request: EngineRequest): Engine {
    return this.engines[this.#route(request)]!;
  }

  #route({ session }: EngineRequest): number {
    const { length } = this.engines;
    const { routing } = this.options.replicas;
    if (routing === 'roundRobin') return this.#requests++ % length;
    if (routing === 'session' && session !== undefined) {
      return below(stream(this.options.seed, 'route', session), length);
    }
    return below(this.#rng, length);
  }
}

/** One engine, or so many behind a router. */
export function engineFleet(create: () => Engine, count: number): EngineFleet {
  const first = create();
  if (count === 1) return first;
  return new Cluster([first, ...Array.from({ length: count - 1 }, create)]);
}

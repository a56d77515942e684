import type { EngineStats } from '../engine.ts';
import type { MeteredEngine } from './metered-engine.ts';
import type { Registry } from './registry.ts';

export type ReadStat = (stats: EngineStats) => number;

/** One value of each of these, apart by a label. */
export interface ReadByLabel {
  readonly label: string;
  readonly reads: Readonly<Record<string, ReadStat>>;
}

/** Metrics that are read from the engine's own counts whenever they are asked for. */
export interface ReadMetrics {
  gauge(name: string, help: string, read: ReadStat | ReadByLabel): void;
  /** `name` is vLLM's, without the `_total` that is exposed. */
  counter(name: string, help: string, read: ReadStat | ReadByLabel): void;
}

export function readMetrics(registry: Registry, engine: MeteredEngine): ReadMetrics {
  return {
    gauge: (name, help, read) =>
      registry.add({ name, help, type: 'gauge', read: () => seriesOf(read, engine.stats) }),
    counter: (name, help, read) =>
      registry.add({
        ...{ name: `${name}_total`, help, type: 'counter' },
        read: () => seriesOf(read, engine.stats),
      }),
  };
}

function seriesOf(read: ReadStat | ReadByLabel, stats: EngineStats) {
  if (typeof read === 'function') return [{ labels: {}, value: read(stats) }];
  const { label, reads } = read;
  return Object.entries(reads).map(([name, one]) => ({
    labels: { [label]: name },
    value: one(stats),
  }));
}

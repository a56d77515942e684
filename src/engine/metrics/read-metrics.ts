import { Counter, Gauge, type Registry } from 'prom-client';
import type { EngineStats } from '../engine.ts';
import type { MeteredEngine } from './metered-engine.ts';

export type ReadStat = (stats: EngineStats) => number;

/** One value of each of these, apart by a label. */
export interface ReadByLabel {
  readonly label: string;
  readonly reads: Readonly<Record<string, ReadStat>>;
}

/** Metrics that are read from the engine's own counts whenever they are asked for. */
export interface ReadMetrics {
  gauge(name: string, help: string, read: ReadStat | ReadByLabel): void;
  /** `name` is vLLM's; prom-client does not add the `_total` that is exposed, and this does. */
  counter(name: string, help: string, read: ReadStat | ReadByLabel): void;
}

export function readMetrics(registry: Registry, engine: MeteredEngine): ReadMetrics {
  const registers = [registry];
  return {
    gauge(name, help, read) {
      new Gauge({
        ...{ name, help, labelNames: labelsOf(read), registers },
        collect() {
          for (const [labels, value] of seriesOf(read, engine.stats)) this.set(labels, value);
        },
      });
    },
    counter(name, help, read) {
      new Counter({
        ...{ name: `${name}_total`, help, labelNames: labelsOf(read), registers },
        collect() {
          this.reset();
          for (const [labels, value] of seriesOf(read, engine.stats)) this.inc(labels, value);
        },
      });
    },
  };
}

function labelsOf(read: ReadStat | ReadByLabel): string[] {
  return typeof read === 'function' ? [] : [read.label];
}

type Series = [labels: Record<string, string>, value: number];

function seriesOf(read: ReadStat | ReadByLabel, stats: EngineStats): Series[] {
  if (typeof read === 'function') return [[{}, read(stats)]];
  return Object.entries(read.reads).map(([value, one]) => [{ [read.label]: value }, one(stats)]);
}

import { engineFleet } from '../cluster.ts';
import type { Engine, EngineFleet } from '../engine.ts';
import type { EngineEvents } from '../events.ts';
import type { ServingEngine } from '../serving.ts';
import { engineMetrics, type Metrics } from './metrics.ts';
import { type MetricsPage, metricsPage } from './page.ts';

/** Engines with their metrics. */
export interface MeteredFleet {
  readonly fleet: EngineFleet;
  /** The same, and what it is asked for and does is on the page. */
  readonly serving: ServingEngine;
  readonly page: MetricsPage;
}

/** So many engines and their metrics, made together: an engine is given its listeners when it is made. */
export function meteredFleet(
  create: (events: readonly EngineEvents[]) => Engine,
  count = 1,
): MeteredFleet {
  const metricsOf = new Map<Engine, Metrics>();
  const fleet = engineFleet(() => {
    const { engine, metrics } = engineMetrics(create, metricsOf.size);
    metricsOf.set(engine, metrics);
    return engine;
  }, count);
  const { clock, options, lengthLimit, words } = fleet;
  const serving: ServingEngine = {
    ...{ clock, options, lengthLimit, words },
    submit(request, observer) {
      const engine = fleet.routed(request);
      return engine.submit(request, metricsOf.get(engine)!.measuring(request, observer));
    },
  };
  return { fleet, serving, page: metricsPage([...metricsOf.values()]) };
}

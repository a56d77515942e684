import type { EngineFleet } from '../engine.ts';
import type { ServingEngine } from '../serving.ts';
import type { MetricsPage } from './page.ts';

/** These engines, and what they are asked for and do is on the page. */
export function metered(fleet: EngineFleet, page: MetricsPage): ServingEngine {
  const { clock, options, lengthLimit } = fleet;
  return {
    ...{ clock, options, lengthLimit },
    submit(request, observer) {
      const engine = fleet.routed(request);
      return engine.submit(request, page.of(engine).measuring(request, observer));
    },
  };
}

import { type Family, pageText } from './family.ts';
import type { Metrics } from './metrics.ts';

/** What /metrics answers for one engine or several behind one address. */
export interface MetricsPage {
  readonly contentType: string;
  /** Between what is told of the process, and of the requests that the server has answered. */
  text(process?: readonly Family[], http?: readonly Family[]): string;
}

/** Each engine has a label of its own, as the ranks of vLLM's data parallelism have. */
export function metricsPage(all: readonly Pick<Metrics, 'registry'>[]): MetricsPage {
  const families = all.flatMap(({ registry }) => registry.families);
  return {
    contentType: 'text/plain; version=0.0.4; charset=utf-8',
    text: (process = [], http = []) => pageText([...process, ...families, ...http]),
  };
}

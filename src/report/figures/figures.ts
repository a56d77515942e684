import type { Run } from '../../record/run-folder.ts';
import {
  latencyFromIntendedMs,
  latencyMs,
  ttftFromIntendedMs,
  ttftMs,
} from '../../stats/latency.ts';
import type { RunSummary } from '../run-summary.ts';
import { cachedShareByRound } from './cached-share.ts';
import { concurrencyOverTime } from './concurrency.ts';
import { distributionFunction } from './distribution-function.ts';
import type { Figure, Plot } from './figure.ts';
import { ratesOverTime } from './rates.ts';
import {
  hitShareOverTime,
  kvUsageOverTime,
  preemptionsOverTime,
  serverRequestsOverTime,
  transfersOverTime,
} from './server.ts';
import { ttftByInputTokens } from './ttft-by-input.ts';
import { ttftOverTime } from './ttft-over-time.ts';

interface FigureRow {
  readonly name: string;
  readonly title: string;
  /** Left out of a run of which nothing of it is known; else it is there, and empty. */
  readonly isOptional?: true;
  /** Pure. `summary` is the run's. A fold over the records: the number of points does not grow with them. */
  readonly make: (run: Run, summary: RunSummary) => Plot;
}

/** All figures of a run, in the order in which they are shown. */
export const FIGURES: readonly FigureRow[] = [
  { name: 'ttft-over-time', title: 'TTFT over time', make: ttftOverTime },
  {
    name: 'ttft-cdf',
    title: 'Distribution of the TTFT',
    make: (run) =>
      distributionFunction(run, 'TTFT', {
        'from sent': ttftMs,
        'from intended': ttftFromIntendedMs,
      }),
  },
  {
    name: 'latency-cdf',
    title: 'Distribution of the latency',
    make: (run) =>
      distributionFunction(run, 'latency', {
        'from sent': latencyMs,
        'from intended': latencyFromIntendedMs,
      }),
  },
  {
    name: 'cached-share-by-round',
    title: 'Cached share by round',
    make: (_run, summary) => cachedShareByRound(summary),
  },
  { name: 'concurrency', title: 'Concurrency over time', make: concurrencyOverTime },
  { name: 'rates', title: 'Arrivals and completions over time', make: ratesOverTime },
  {
    name: 'ttft-by-input-tokens',
    title: 'TTFT by input tokens',
    make: ttftByInputTokens,
  },
  {
    isOptional: true,
    name: 'server-kv-usage',
    title: 'KV cache in use, by the server',
    make: kvUsageOverTime,
  },
  {
    isOptional: true,
    name: 'server-requests',
    title: 'Requests at the server',
    make: serverRequestsOverTime,
  },
  {
    isOptional: true,
    name: 'server-cached-share',
    title: 'Cached share, by the server',
    make: hitShareOverTime,
  },
  {
    isOptional: true,
    name: 'server-transfers',
    title: 'Bytes stored and loaded',
    make: transfersOverTime,
  },
  { isOptional: true, name: 'server-preemptions', title: 'Preemptions', make: preemptionsOverTime },
];

export function figuresOf(run: Run, summary: RunSummary): Figure[] {
  return FIGURES.flatMap(({ name, title, isOptional, make }) => {
    const plot = make(run, summary);
    return isOptional && plot.series.length === 0 ? [] : [{ name, title, ...plot }];
  });
}

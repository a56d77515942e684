import type { Run } from '../../record/run-folder.ts';
import {
  latencyFromIntendedMs,
  latencyMs,
  tpotMs,
  ttftFromIntendedMs,
  ttftMs,
} from '../../stats/latency.ts';
import type { RunSummary } from '../run-summary.ts';
import { cachedShareByRound } from './cached-share.ts';
import { concurrencyOverTime } from './concurrency.ts';
import { distributionFunction } from './distribution-function.ts';
import type { Figure, Plot } from './figure.ts';
import { latenessOverTime } from './lateness.ts';
import { loopDelayOverTime } from './loop-delay.ts';
import { progressOverTime } from './progress.ts';
import { ratesOverTime } from './rates.ts';
import {
  hitShareOverTime,
  kvUsageOverTime,
  preemptionsOverTime,
  serverRequestsOverTime,
  transfersOverTime,
} from './server.ts';
import { promptTokensBySource } from './tokens-by-source.ts';
import { outputTokensOverTime } from './tokens-over-time.ts';
import { ttftByCachedShare } from './ttft-by-cached-share.ts';
import { ttftByInputTokens } from './ttft-by-input.ts';
import { ttftByRound } from './ttft-by-round.ts';
import { ttftOverTime } from './ttft-over-time.ts';

/** What a figure is about: by it a page puts figures together. */
export type FigureTopic = 'time' | 'latency' | 'cache' | 'server' | 'client';

interface FigureRow {
  readonly name: string;
  readonly about: FigureTopic;
  readonly title: string;
  /** Left out of a run of which nothing of it is known; else it is there, and empty. */
  readonly isOptional?: true;
  /** Pure. `summary` is the run's. A fold over the records: the number of points does not grow with them. */
  readonly make: (run: Run, summary: RunSummary) => Plot;
}

/** All figures of a run, in the order in which they are shown. */
export const FIGURES: readonly FigureRow[] = [
  { name: 'ttft-over-time', about: 'time', title: 'TTFT over time', make: ttftOverTime },
  {
    name: 'ttft-cdf',
    about: 'latency',
    title: 'Distribution of the TTFT',
    make: (run) =>
      distributionFunction(run, 'TTFT', {
        'from sent': ttftMs,
        'from intended': ttftFromIntendedMs,
      }),
  },
  {
    name: 'latency-cdf',
    about: 'latency',
    title: 'Distribution of the latency',
    make: (run) =>
      distributionFunction(run, 'latency', {
        'from sent': latencyMs,
        'from intended': latencyFromIntendedMs,
      }),
  },
  {
    name: 'tpot-cdf',
    about: 'latency',
    title: 'Distribution of the TPOT',
    make: (run) => distributionFunction(run, 'TPOT', { TPOT: tpotMs }),
  },
  {
    name: 'ttft-by-round',
    about: 'latency',
    title: 'TTFT by round',
    make: (_run, summary) => ttftByRound(summary),
  },
  {
    name: 'cached-share-by-round',
    about: 'cache',
    title: 'Cached share by round',
    make: (_run, summary) => cachedShareByRound(summary),
  },
  {
    name: 'prompt-tokens-by-source',
    about: 'cache',
    title: 'Prompt tokens by source',
    make: promptTokensBySource,
  },
  {
    name: 'ttft-by-cached-share',
    about: 'cache',
    title: 'TTFT by cached share',
    make: ttftByCachedShare,
  },
  { name: 'progress', about: 'time', title: 'Progress over time', make: progressOverTime },
  { name: 'concurrency', about: 'time', title: 'Concurrency over time', make: concurrencyOverTime },
  {
    name: 'rates',
    about: 'time',
    title: 'Arrivals and completions over time',
    make: ratesOverTime,
  },
  {
    name: 'ttft-by-input-tokens',
    about: 'latency',
    title: 'TTFT by input tokens',
    make: ttftByInputTokens,
  },
  {
    name: 'output-tokens',
    about: 'time',
    title: 'Output tokens over time',
    make: outputTokensOverTime,
  },
  { name: 'lateness', about: 'client', title: 'Lateness over time', make: latenessOverTime },
  {
    isOptional: true,
    about: 'client',
    name: 'event-loop-delay',
    title: "The client's event-loop delay over time",
    make: loopDelayOverTime,
  },
  {
    isOptional: true,
    about: 'server',
    name: 'server-kv-usage',
    title: 'KV cache in use, by the server',
    make: kvUsageOverTime,
  },
  {
    isOptional: true,
    about: 'server',
    name: 'server-requests',
    title: 'Requests at the server',
    make: serverRequestsOverTime,
  },
  {
    isOptional: true,
    about: 'server',
    name: 'server-cached-share',
    title: 'Cached share, by the server',
    make: hitShareOverTime,
  },
  {
    isOptional: true,
    about: 'server',
    name: 'server-transfers',
    title: 'Bytes stored and loaded',
    make: transfersOverTime,
  },
  {
    isOptional: true,
    about: 'server',
    name: 'server-preemptions',
    title: 'Preemptions',
    make: preemptionsOverTime,
  },
];

/** Those about this, or all. */
export function figuresOf(run: Run, summary: RunSummary, topic?: FigureTopic): Figure[] {
  const rows = FIGURES.filter(({ about }) => topic === undefined || about === topic);
  return rows.flatMap(({ name, title, isOptional, make }) => {
    const plot = make(run, summary);
    return isOptional && plot.series.length === 0 ? [] : [{ name, title, ...plot }];
  });
}

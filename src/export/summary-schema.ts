import { z } from 'zod';
import type { Host } from '../record/record.ts';
import type { StartSummary } from '../report/common-start.ts';
import type { RunIdentity } from '../report/identity.ts';
import type { PartSummary, TimeSummary } from '../report/run-summary.ts';
import type { ThresholdVerdict } from '../report/thresholds.ts';
import type { Partition } from '../scenario/population.ts';
import type { ConversationsSummary } from '../stats/conversations.ts';
import type { CountsSummary, Ending, FailedByKind } from '../stats/counts.ts';
import type { DeliverySummary } from '../stats/delivery.ts';
import type { GoodputSummary } from '../stats/goodput.ts';
import * as metrics from '../stats/metrics.ts';
import { ROUND_METRICS, type RoundSummary } from '../stats/rounds.ts';
import type { Rates, StartUpSummary } from '../stats/summary.ts';
import type { ConcurrencySummary } from '../stats/time/concurrency.ts';
import { BURST_METRICS } from '../stats/time/start-up.ts';
import { STEADY_METRICS, type SteadySummary } from '../stats/time/steady.ts';
import type { CacheTotals, ExternalTotals } from '../stats/tokens.ts';
import { TOTALS } from '../stats/totals.ts';
import { client } from './client-schema.ts';
import { contamination } from './contamination-schema.ts';
import { evictions } from './evictions-schema.ts';
import { server } from './server-schema.ts';
import {
  count,
  interval95,
  measured,
  named,
  number,
  object,
  share,
  text,
} from './summary-fields.ts';
import type { SummaryJson } from './summary-json.ts';

const host = object<Host>({
  name: text(),
  os: text('operating system, its release, architecture'),
  cpu: text(),
  cores: count('those that the client may use'),
  memoryBytes: count('of the machine, or of the share of it that the client is given'),
});

const run = object<RunIdentity>({
  name: text(),
  confab: text('version that ran it'),
  node: text('version of Node; absent in virtual time').optional(),
  commandLine: text('as it was typed, without secrets; absent in virtual time').optional(),
  host: host.optional().describe('of the client; absent in virtual time'),
  clock: z.enum(['system', 'virtual']),
  seed: z.union([z.string(), z.number()]).optional(),
  engine: text('URL').optional(),
  model: text().optional(),
  api: z.enum(['chat', 'completions']).optional(),
  isStreamed: z.boolean().optional(),
  loop: z
    .enum(['open', 'closed'])
    .optional()
    .describe('open: conversations arrive on their own schedule; closed: they wait for others'),
  arrivals: text('in words').optional(),
  configuredUsersPerSec: number('arrival rate of conversations').optional(),
  pacing: text('in words').optional(),
  workloadDigest: text('alike: the same conversations'),
  notes: z.array(z.string()),
});

const partition = object<Partition>({ index: count(), of: count() });

const time = object<TimeSummary>({
  measuredMs: number('of all parts together, drain included'),
  offeringMs: number('its part before the drain, when turns could fall due'),
  start: object<StartSummary>({
    at: text('ISO 8601, by the clock of rank 0'),
    skewLeastMs: number('the least that any clock may be ahead of that of rank 0').optional(),
    skewMostMs: number('the most').optional(),
    putRight: object<NonNullable<StartSummary['putRight']>>({
      partition: count(),
      byMs: number(),
    }).optional(),
    lateMs: number('the most that one of them began after it was to'),
  }).optional(),
  parts: z.array(
    object<PartSummary>({
      number: count('0 for the run itself, counted up by every resume'),
      startedAt: text('absent in virtual time').optional(),
      measuredMs: number(),
      partition: partition.optional(),
      stoppedBy: z
        .enum([
          'users',
          'exhausted',
          'duration',
          'requests',
          'interrupt',
          'unreachable',
          'lost',
          'unwritable',
        ])
        .optional()
        .describe('absent if the part did not end in order'),
    }),
  ),
});

const counts = object<CountsSummary>({
  planned: count(TOTALS['counts.planned'].says),
  playedAgain: count('records of turns that have one already; absent: none').optional(),
  completed: count(),
  failed: count(),
  failedByKind: object<FailedByKind>({
    http: count(),
    timeout: count(),
    connect: count(),
    protocol: count(),
    client: count('this machine ran out of something; absent: of nothing').optional(),
  }),
  cancelled: count('cut off by the end of the run'),
  unsent: count(),
  errorRate: share(TOTALS['counts.errorRate'].says).optional(),
  endings: z
    .array(object<Ending>({ kind: text(), count: count(), example: text().optional() }))
    .describe('what went wrong, most frequent first'),
  finishReasons: z
    .record(z.string(), z.int().positive())
    .optional()
    .describe('completed requests by why the server ended the answer'),
  remarks: z
    .array(object<Ending>({ kind: text(), count: count(), example: text().optional() }))
    .optional()
    .describe('what was odd about answers of completed requests, most frequent first'),
  retried: count('requests that the retry policy sent more than once'),
  retries: count('how many times more'),
  reconnects: count('times a request was sent again because its reused connection had died'),
  countedLocally: count("completed requests whose tokens the workload's tokenizer counted"),
  warmup: count('requests of the warm-up, in no other number'),
  warmupFailed: count(),
});

const rates = object<Rates>({
  offeredPerSec: number(TOTALS['rates.offeredPerSec'].says).optional(),
  conversationsPerSec: number(TOTALS['rates.conversationsPerSec'].says).optional(),
  achievedPerSec: number(TOTALS['rates.achievedPerSec'].says).optional(),
  inputTokensPerSec: number(TOTALS['rates.inputTokensPerSec'].says).optional(),
  outputTokensPerSec: number(TOTALS['rates.outputTokensPerSec'].says).optional(),
});

const goodput = object<GoodputSummary>({
  good: count('requests that met every limit of the slo'),
  judged: count('completed and failed requests'),
  share: share(TOTALS['goodput.share'].says).optional(),
  shareInterval95: interval95.optional(),
  perSec: number(TOTALS['goodput.perSec'].says).optional(),
  missed: z
    .strictObject(named(metrics.REQUEST_METRICS, () => count().optional()))
    .describe('completed requests that did not meet the limit of a metric'),
});

const cache = object<CacheTotals>({
  reported: count('requests whose usage named cached tokens'),
  inputTokens: count('of those requests'),
  cachedTokens: count(),
  share: share(TOTALS['cache.share'].says).optional(),
  external: object<ExternalTotals>({
    reported: count('requests that told how many of their cached tokens came from below the GPU'),
    cachedTokens: count(),
    externalTokens: count(),
    share: share(TOTALS['cache.external.share'].says).optional(),
  }).optional(),
});

const delivery = object<DeliverySummary>({
  answers: count('completed, with enough chunks to tell'),
  batched: count('of those, whose chunks came several in one read'),
  chunksPerRead: number('of the batched ones'),
});

const steadyState = object<SteadySummary>({
  rule: z.discriminatedUnion('name', [
    z.strictObject({
      name: z.literal('full').describe('closed loop: so many conversations were under way'),
      conversations: count('at least so many'),
      cap: count('of so many'),
    }),
    z.strictObject({
      name: z.literal('mser5').describe("open loop: from MSER-5's cut to the last arrival"),
      by: z.enum(metrics.REQUEST_METRICS).describe('the series that was cut'),
    }),
  ]),
  fromMs: number('since measuring began'),
  toMs: number(),
  completed: count('of the requests that fell due in it'),
  failed: count(),
  achievedPerSec: number('requests that were completed in it, per second'),
  inputTokensPerSec: number(),
  outputTokensPerSec: number(),
  goodput: goodput.optional().describe('of the requests that fell due in it'),
  distributions: z.strictObject(named(STEADY_METRICS, measured)),
});

const rounds = object<RoundSummary>({
  fromRound: count('the first turn of a conversation is round 1'),
  toRound: count(),
  completed: count(),
  failed: count(),
  meanInputTokens: number().optional(),
  meanCachedTokens: number('of the requests that reported cached tokens').optional(),
  cachedShare: share('of their input tokens').optional(),
  idealShare: share('what a cache that never forgets would have held').optional(),
  ...named(ROUND_METRICS, measured),
});

const threshold = object<ThresholdVerdict>({
  name: text('maxErrorRate, a metric and a statistic of it, as ttftMs.p95, or a number of the run'),
  min: number('accepted from here on').optional(),
  max: number('accepted up to here').optional(),
  found: number('absent: not measured').optional(),
  lacks: text('why there is nothing found').optional(),
  isKept: z.boolean().describe('what was not measured is not kept'),
});

const summary = object<SummaryJson>({
  format: z.literal('confab-summary'),
  version: z.literal(1),
  run,
  client,
  time,
  counts,
  rates,
  goodput: goodput.optional().describe('absent without an slo'),
  cache,
  delivery: delivery.optional().describe('absent: no chunks came together'),
  concurrency: object<ConcurrencySummary>({
    mean: number(TOTALS['concurrency.mean'].says).optional(),
    peak: count(),
  }),
  conversations: object<ConversationsSummary>({
    seen: count('with a measured turn'),
    finished: count('their last turn was completed'),
    turnsDone: measured('turnsDone'),
  }),
  arrivalGapCv: number(TOTALS.arrivalGapCv.says).optional(),
  hasReasoning: z.boolean(),
  contamination: contamination.optional(),
  evictions: evictions.optional().describe("what the engine's caches lost, where it tells"),
  server: server.optional().describe("what the server's own pages of metrics tell"),
  distributions: z.strictObject(named(metrics.REQUEST_METRICS, measured)),
  startUp: object<StartUpSummary>({
    requests: count('of the burst of a closed loop, whose times are not in the distributions'),
    whole: z
      .strictObject(named(BURST_METRICS, measured))
      .describe('the distributions with the burst'),
  })
    .optional()
    .describe('absent: the distributions are of the whole run'),
  steadyState: steadyState.optional().describe('the run without its start-up and its end'),
  noSteadyState: text('why there is none').optional(),
  idealCachedShare: share(TOTALS.idealCachedShare.says).optional(),
  idealBlockTokens: count('block size that the ideal was computed for'),
  rounds: z.array(rounds),
  thresholds: z.array(threshold).describe('the limits of the scenario'),
  warnings: z.array(z.string()),
});

/** JSON Schema of summary.json. A key that is not required is absent where it is unknown. */
export function summaryJsonSchema(): unknown {
  return z.toJSONSchema(summary);
}

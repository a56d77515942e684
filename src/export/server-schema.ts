import { z } from 'zod';
import type { BucketSummary } from '../server/buckets.ts';
import type { GaugeSummary } from '../server/gauge.ts';
import {
  type CounterName,
  type GaugeName,
  type HistogramName,
  namesOf,
  QUANTITIES,
} from '../server/quantities.ts';
import { RECONCILED, type Reconciled, type ReconciledName } from '../server/reconcile.ts';
import type { Restart, ServerSummary } from '../server/server.ts';
import type { CounterSummary } from '../server/told-by.ts';
import { count, named, number, object, text } from './summary-fields.ts';

const bucket = z
  .tuple([z.number(), z.number()])
  .describe('the bucket that it lies in: above the first, at most the second');

/** Percentiles of values of which only buckets are known. */
export const bucketed = (says: string) =>
  object<BucketSummary>({
    count: count(),
    mean: number().optional(),
    p50: number("as good as the engine's buckets").optional(),
    p99: number().optional(),
    p50Within: bucket.optional(),
    p99Within: bucket.optional(),
  })
    .optional()
    .describe(says);

const says = (name: keyof typeof QUANTITIES) => `${QUANTITIES[name].unit} ${QUANTITIES[name].says}`;
const by = z.record(z.string(), number()).optional();

const counter = (name: CounterName) =>
  object<CounterSummary>({
    total: number('by how much it rose'),
    by: by.describe('of each that is kept apart'),
  })
    .optional()
    .describe(says(name));

const gauge = (name: GaugeName) =>
  object<GaugeSummary>({
    last: number('by the page after the run'),
    min: number('over the pages in between; absent without any').optional(),
    mean: number().optional(),
    max: number().optional(),
    pages: number('so many they are; absent without any').optional(),
    by: by.describe('by the last page, of each that is kept apart'),
  })
    .optional()
    .describe(says(name));

const times = (name: HistogramName) => bucketed(QUANTITIES[name].says);

/** What the server's own pages tell. */
export const server = object<ServerSummary>({
  engines: z.array(z.string()).describe('who speaks on the pages'),
  pages: count(),
  sources: z.array(z.string()).optional().describe("pages besides the target's own"),
  watchedSec: number('between the first page and the last'),
  isWhole: z.boolean().describe('each part of the run has a page before and after it'),
  restarts: z
    .array(
      object<Restart>({
        afterMs: number('the last page before it'),
        beforeMs: number('the first page after it'),
      }),
    )
    .describe('the server was started again: sums lack what was counted after the page before'),
  counters: z.strictObject(named(namesOf('counter'), counter)),
  gauges: z.strictObject(named(namesOf('gauge'), gauge)),
  times: z.strictObject(named(namesOf('histogram'), times)),
  reconciled: z
    .array(
      object<Reconciled>({
        name: z.enum(Object.keys(RECONCILED) as [ReconciledName, ...ReconciledName[]]),
        records: number('sum over completed requests, those of the warm-up too'),
        server: number('by how much the counter rose'),
        residual: number('server - records'),
        explanation: text('absent: nothing in the run explains it').optional(),
      }),
    )
    .describe('records beside counters'),
});

import { z } from 'zod';
import { count, distribution, number, object, share, text } from '../export/summary-fields.ts';
import type { Band, Mark, Windows } from '../figures/panel.ts';
import type { Axis, Figure, Series } from '../report/figures/figure.ts';
import type { ArrivalsSummary } from './arrivals.ts';
import type { BlocksSummary } from './blocks.ts';
import type {
  CapacityPoint,
  Inspection,
  LruSummary,
  NeededCapacity,
  RecognisedFormat,
  ReuseSummary,
  TtlPoint,
  TtlSummary,
  UnlimitedShares,
} from './inspection.ts';
import type { SessionsSummary } from './requests.ts';
import type { SaidSummary } from './said.ts';

interface InspectionJson extends Inspection {
  readonly format: 'confab-inspection';
  readonly version: 1;
}

/** What `confab trace inspect --json` writes. */
export function inspectionJson(inspection: Inspection): string {
  const json: InspectionJson = { format: 'confab-inspection', version: 1, ...inspection };
  return `${JSON.stringify(json, undefined, 2)}\n`;
}

const arrivals = object<ArrivalsSummary>({
  count: count('those that have a time'),
  spanMs: number('from the first to the last'),
  perSec: number('1 / mean gap; absent if all come at once').optional(),
  gapCv: number('coefficient of variation of the gaps').optional(),
  peakPerSec: count('most in a second, counted from the first on'),
  peakPerMin: count('most in a minute, likewise'),
  stepMs: number('all are whole multiples of it after the first').optional(),
}).meta({ id: 'arrivals' });

const counts = z.record(z.string(), z.number());
const distributed = (says: string) => distribution.optional().describe(says);

const sessions = object<SessionsSummary>({
  sessions: count(),
  requestsWithout: count('requests that belong to none'),
  children: count('those that a turn of another one began'),
  turns: distribution.describe('requests of a session'),
  turnGapSec: distributed('from a request to the next of its session'),
  arrivals: arrivals.optional().describe('of their first requests'),
});

const blocks = object<BlocksSummary>({
  blockTokens: count('that an id stands for'),
  rounding: z
    .enum(['ceil', 'floor', 'mixed'])
    .optional()
    .describe('whether a last, partial block has an id; absent: no input tells'),
  references: count('ids of all requests'),
  distinct: count('beginnings that end with a block, each once'),
  parentConflicts: count('references to an id behind another than where it was first'),
  beyondDouble: count('references to ids beyond 2^53'),
  beyondDoubleRound: count('those of them that are a double exactly'),
});

const unlimited = object<UnlimitedShares>({
  foundTokens: count(),
  foundBlocks: count(),
  token: share('of the input tokens'),
  block: share('of the blocks, a partial one as much as a full one'),
  requestMean: share('mean over the requests of the token share of each'),
  any: share('of the requests: those that find a block at all'),
  full: share('of the requests: those that find all of theirs'),
  engine: share("of the input tokens, in the engine's whole blocks, never the last of a prompt"),
  engineBlockTokens: count(),
});

const capacity = {
  blocks: count(),
  tokens: count('that fit'),
  bytes: number('absent without --bytes-per-token').optional(),
};

const lru = object<LruSummary>({
  points: z.array(
    object<CapacityPoint>({
      ...capacity,
      foundTokens: count(),
      share: share('of the input tokens'),
      blockShare: share('of the blocks'),
      boundTokens: count('of a cache that knows the future: no policy finds more').optional(),
      boundShare: share('absent: there are too many references').optional(),
    }),
  ),
  needed: z.array(
    object<NeededCapacity>({
      ...capacity,
      shareOfUnlimited: share('of what a cache that never forgets finds'),
    }),
  ),
});

const ttl = object<TtlSummary>({
  points: z.array(
    object<TtlPoint>({
      ttlSec: number('refreshed by a hit; a block of this age is gone'),
      foundTokens: count(),
      share: share('of the input tokens'),
      blockShare: share('of the blocks'),
    }),
  ),
});

const reuse = object<ReuseSummary>({
  warmupRequests: count('came first, and only filled the caches'),
  requests: count('measured, as all that follows'),
  inputTokens: count(),
  blocks: count(),
  unlimited: unlimited.describe('what a cache that never forgets finds, by definition'),
  sessionShares: distributed('the token share of each session, likewise'),
  lru: lru.describe('least recently used first out, exact'),
  ttl: ttl.optional().describe('absent where times are not known'),
});

const said = object<SaidSummary>({
  requests: count(),
  messages: count('of all prompts, their history too'),
  characters: count(),
  foundMessages: count('whole messages behind the same beginning'),
  foundCharacters: count(),
  share: share('of the characters'),
  requestMean: share('mean over the requests of the share of each'),
  any: share('of the requests: those that find a message at all'),
  full: share('of the requests: those that find all of theirs'),
});

const axis = object<Axis>({
  label: text(),
  unit: z.enum(['s', 'ms', 'tokens', 'blocks', 'GB', '/s', 'GB/s', 'share', 'count']),
  scale: z.literal('log').optional(),
  step: number().optional(),
  over: z.tuple([z.number(), z.number()]).optional(),
  isNumbering: z.literal(true).optional(),
  names: z.array(z.string()).optional(),
});

const figure = object<Figure>({
  name: text(),
  title: text(),
  kind: z.enum(['step', 'line', 'scatter', 'bar']),
  isStacked: z.literal(true).optional(),
  hasDots: z.literal(true).optional(),
  x: axis,
  y: axis,
  series: z.array(
    object<Series>({
      name: text(),
      points: z.array(z.tuple([z.number(), z.number()])),
      isDashed: z.literal(true).optional(),
    }),
  ),
  bands: z
    .array(
      object<Band>({
        name: text(),
        of: text().optional(),
        points: z.array(z.tuple([z.number(), z.number(), z.number()])),
      }),
    )
    .optional(),
  marks: z
    .array(object<Mark>({ name: text(), at: z.number(), axis: z.enum(['x', 'y']).optional() }))
    .optional(),
  windows: z
    .array(object<Windows>({ name: text(), spans: z.array(z.tuple([z.number(), z.number()])) }))
    .optional(),
  notes: z.array(z.string()),
});

const inspection = object<InspectionJson>({
  format: z.literal('confab-inspection'),
  version: z.literal(1),
  file: text(),
  traceFormat: object<RecognisedFormat>({
    name: text(),
    says: text('what a file of it has in it'),
    by: z.enum(['content', 'name']).describe('how it was recognised'),
    alsoFits: z.array(z.string()).describe('others that the file could have been'),
  }),
  timeUnit: z.enum(['ms', 's', 'ns', 'wall clock']).optional().describe('absent: it has no times'),
  timeOrigin: z.enum(['trace', 'session']).describe('what times count from'),
  context: z
    .enum(['cumulative', 'delta', 'mixed', 'alone'])
    .describe('cumulative: inputs repeat what their session said before; delta: they do not'),
  isInOrder: z.boolean().describe('whether the file has its requests in the order of time'),
  digest: text('sha256 of what is asked for, alike in any format'),
  warnings: z.array(z.string()),
  requests: count(),
  spoken: count('those that have messages, and no count of tokens'),
  failed: count('those that failed when they were recorded'),
  inputTokens: distributed('absent: not told, as for all that follow'),
  inputCharacters: distributed('of messages'),
  outputTokens: distributed('as recorded'),
  thinkSec: distributed('from the end of an answer to the next request of its session'),
  apiSec: distributed('from asking to the end of the answer, as recorded'),
  arrivals: arrivals.optional(),
  models: counts.describe('requests by model'),
  kinds: counts.describe("requests by the trace's own word for their kind"),
  sessions: sessions.optional(),
  blocks: blocks.optional(),
  reuse: reuse.optional().describe('absent where prompts are not known as blocks'),
  said: said.optional().describe('of requests that have messages'),
  figures: z.array(figure),
});

/** Its JSON Schema. A key that is not required is absent where it is unknown. */
export function inspectionJsonSchema(): unknown {
  return z.toJSONSchema(inspection);
}

import { UsageError } from '../base/errors.ts';
import { headOf } from '../workload/files/head.ts';
import { type Fold, foldInOrder } from '../workload/traces/fold-in-order.ts';
import type { TraceEntry, TraceFacts, TraceFormat } from '../workload/traces/format.ts';
import {
  checkTimeUnit,
  factsOf,
  formatOf,
  TRACE_FORMATS,
} from '../workload/traces/formats/formats.ts';
import type { Reading } from '../workload/traces/rewrite/open-trace.ts';
import { traceFiles } from '../workload/traces/trace-files.ts';
import { Blocks, type BlocksOptions } from './blocks.ts';
import { Content } from './content.ts';
import { reuseFigures } from './figures.ts';
import type { Inspection, RecognisedFormat } from './inspection.ts';
import { loadFigures } from './load-figures.ts';
import { known, Requests, type RequestsSummary } from './requests.ts';
import { reuseOf } from './reuse.ts';
import { SaidReuse } from './said.ts';
import { SessionContents } from './session-contents.ts';
import { warningsOf } from './warnings.ts';

export interface InspectOptions extends Reading {
  readonly engineBlockTokens: number;
  /** Share of the requests that only fill the caches. */
  readonly warmupShare: number;
  readonly bytesPerToken?: number | undefined;
  readonly capacities?: readonly number[] | undefined;
  readonly ttlsSec?: readonly number[] | undefined;
  readonly formats?: readonly TraceFormat[];
}

/** References to blocks that are kept for the upper bound: 16 MB, and some seconds for its figure. */
const REFERENCES_MAX = 2_000_000;

/**
 * Reads a trace once (again if its requests are not in the order of time, or some are to warm up), and
 * keeps no more of it than its block ids and sessions need.
 * @throws UsageError if no format fits, or if it has no requests or a wrong one.
 */
export async function inspectTrace(file: string, options: InspectOptions): Promise<Inspection> {
  const { formats = TRACE_FORMATS, engineBlockTokens, timeUnit } = options;
  const format = await formatOf(file, options.format ?? 'auto', formats, '--format');
  checkTimeUnit(format, timeUnit, '--time-unit');
  const facts = await factsOf(format, file);
  const blockTokens = options.blockTokens ?? facts.blockTokens ?? 1;
  const told = new Set<string>();
  const warn = (warning: string) => void told.add(warning);
  const read = () => format.read(file, { blockTokens, timeUnit, warn });
  const warmup = await warmupOf(read, options.warmupShare);
  const settings = { blockTokens, engineBlockTokens, referencesMax: REFERENCES_MAX, warmup };
  const { fold, isInOrder } = await foldInOrder(read, () => new Inspected(settings, facts));
  const summary = fold.requests.close();
  if (!summary.requests) throw new UsageError(`${file}: found no request; expected ${format.says}`);
  const blocks = fold.blocks.close();
  const played = fold.blocks.reuse();
  const { load } = fold.requests;
  const spanMs = summary.arrivals?.spanMs ?? 0;
  const reuse =
    played && reuseOf(played, fold.blocks.sessionShares(), { ...options, ...settings, spanMs });
  return known({
    ...(isOverlaid(summary, facts) ? withoutArrivals(summary) : summary),
    file,
    traceFormat: recognised(format, file, options),
    timeUnit: timeUnit ?? facts.timeUnit,
    timeOrigin: facts.timeOrigin ?? 'trace',
    context: contextOf(fold, facts),
    isInOrder,
    digest: fold.content.close(),
    warnings: [...told, ...warningsOf(blocks, isOverlaid(summary, facts))],
    blocks,
    reuse,
    said: fold.said.close(),
    figures: [
      ...(played && reuse ? reuseFigures(played, reuse, { blockTokens, spanMs }) : []),
      ...loadFigures(isOverlaid(summary, facts) ? { ...load, rates: undefined } : load),
    ],
  });
}

/** All that is made of the requests of a trace, one after the other. */
class Inspected implements Fold {
  readonly requests = new Requests();
  readonly blocks: Blocks;
  readonly content: Content | SessionContents;
  readonly said = new SaidReuse();
  wholeTurns = 0;
  addedTurns = 0;

  constructor(settings: BlocksOptions, { timeOrigin }: TraceFacts) {
    this.blocks = new Blocks(settings);
    const { blockTokens } = settings;
    this.content =
      timeOrigin === 'session' ? new SessionContents(blockTokens) : new Content(blockTokens);
  }

  add(entry: TraceEntry): void {
    this.requests.add(entry);
    this.said.add(entry);
    this.content.add(entry, this.blocks.add(entry));
    if (entry.session === undefined) return;
    if (entry.isCumulative) this.wholeTurns++;
    else this.addedTurns++;
  }
}

async function warmupOf(read: () => AsyncIterable<TraceEntry>, share: number): Promise<number> {
  if (share === 0) return 0;
  let requests = 0;
  for await (const _ of read()) requests++;
  return Math.floor(share * requests);
}

/** Times of sessions that count from their own beginnings say nothing of when one comes after another. */
function isOverlaid({ sessions }: RequestsSummary, { timeOrigin }: TraceFacts): boolean {
  return timeOrigin === 'session' && !!sessions && sessions.sessions - sessions.children > 1;
}

function withoutArrivals({ arrivals: _, sessions, ...summary }: RequestsSummary): RequestsSummary {
  if (!sessions) return summary;
  const { arrivals: __, ...rest } = sessions;
  return { ...summary, sessions: rest };
}

function recognised(
  format: TraceFormat,
  file: string,
  { format: asked, formats = TRACE_FORMATS }: InspectOptions,
): RecognisedFormat {
  const head = headOf(traceFiles(file)[0]);
  const others = formats.filter((one) => one !== format && one.sniff(head));
  return {
    name: format.name,
    says: format.says,
    by: asked === undefined || asked === 'auto' ? 'content' : 'name',
    alsoFits: others.map(({ name }) => name),
  };
}

function contextOf(
  { wholeTurns, addedTurns }: Inspected,
  { context }: TraceFacts,
): Inspection['context'] {
  if (wholeTurns > 0 && addedTurns > 0) return 'mixed';
  if (wholeTurns > 0) return 'cumulative';
  return addedTurns > 0 ? 'delta' : (context ?? 'alone');
}

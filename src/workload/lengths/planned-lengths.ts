import { counted } from '../../base/counted.ts';
import { UsageError } from '../../base/errors.ts';
import { below } from '../../base/random.ts';
import { MOST } from '../../scenario/bounds.ts';
import type { Distribution } from '../../scenario/distribution.ts';
import type { Scenario } from '../../scenario/schema.ts';
import { countSampler } from '../draw/distribution.ts';
import { type Draws, userDraws, userStream } from '../draw/draws.ts';
import { contentDigest } from '../files/content-digest.ts';
import { droppedLines, Tally } from '../files/tally.ts';
import { itemOfUser } from '../item-of-user.ts';
import type { TraceEntry, TraceFormat } from '../traces/format.ts';
import {
  checkTimeUnit,
  factsOf,
  formatOf,
  isSorted,
  TRACE_FORMATS,
} from '../traces/formats/formats.ts';
import { select, selectionOf } from '../traces/select.ts';
import { traceFiles } from '../traces/trace-files.ts';
import { unansweredNotes } from '../traces/unanswered.ts';
import { nearestIn, type PoolPrompt, readPool } from './pool.ts';
import { windowLengths } from './window-lengths.ts';

/** How long a request is to be, before there is a text for it. */
interface Length {
  readonly inputTokens: number;
  /** undefined: not known. */
  readonly outputTokens: number | undefined;
}

export interface PlannedLength extends Length {
  /** What is said; absent: words of this length. */
  readonly pooled?: { readonly place: number; readonly prompt: PoolPrompt };
}

/** The requests of a scenario whose source is lengths. */
export interface PlannedLengths {
  of(userId: number): PlannedLength;
  readonly pool: readonly PoolPrompt[];
  /** How many there are, and when each is due, where a trace says so. */
  readonly conversations?: number;
  readonly arrivalsMs?: readonly number[];
  readonly digests: readonly string[];
  readonly notes: readonly string[];
}

export interface LengthsOptions {
  readonly cacheDir: string;
  /** Default: all that are known. */
  readonly traceFormats?: readonly TraceFormat[] | undefined;
}

/**
 * Lengths of a trace's requests, each by itself whatever session it was of; or drawn from `question.tokens`
 * and `answer.tokens`. Longer ones are cut to `lengths.max…Tokens`; an answer whose length a trace does not say is
 * as long as it will be, up to that.
 * @throws UsageError for a trace or a pool that cannot be read.
 */
export async function planLengths(
  scenario: Scenario,
  { cacheDir, traceFormats = TRACE_FORMATS }: LengthsOptions,
): Promise<PlannedLengths> {
  const { file, trace } = scenario.conversation;
  const lengths = trace ? await recorded(scenario, cacheDir, traceFormats) : drawn(scenario);
  const pool = file === undefined ? [] : readPool(file);
  const { of, digests, notes, ...rest } = lengths;
  return {
    ...rest,
    of: pool.length ? fromPool(scenario, of, pool) : of,
    pool,
    digests: [...digests, ...(file === undefined ? [] : [await contentDigest(file, cacheDir)])],
    notes: [...notes, ...(pool.length ? [`pool: ${pool.length} prompts in ${file}`] : [])],
  };
}

type Lengths = Omit<PlannedLengths, 'of' | 'pool'> & { of(userId: number): Length };

/** Of those that are alike in their lengths any, drawn for the user. */
function fromPool({ seed }: Scenario, of: Lengths['of'], pool: readonly PoolPrompt[]) {
  const nearest = nearestIn(pool);
  return (userId: number): PlannedLength => {
    const length = of(userId);
    const places = nearest(length.inputTokens, length.outputTokens);
    const place = places[below(userStream(seed, userId, 'pool'), places.length)]!;
    return { ...length, pooled: { place, prompt: pool[place]! } };
  };
}

function drawn(scenario: Scenario): Lengths {
  const { question, answer, lengths } = scenario.conversation;
  const inputOf = drawer(scenario, 'question', question.tokens);
  const outputOf = drawer(scenario, 'answer', answer.tokens!);
  const cut = cutter(lengths);
  return {
    of: (userId) => cut.cut({ inputTokens: inputOf(userId), outputTokens: outputOf(userId) }),
    digests: [],
    notes: [],
  };
}

/** One draw a user; of what its window says, where arrivals have windows that do. */
function drawer(scenario: Scenario, purpose: string, tokens: Distribution) {
  const inWindow = windowLengths(scenario);
  const samplers = new Map<string, Draws>();
  return (userId: number): number => {
    const of = inWindow ? inWindow(userId, tokens) : tokens;
    const key = inWindow ? JSON.stringify(of) : '';
    let draws = samplers.get(key);
    if (!draws) {
      draws = userDraws(scenario.seed, purpose, countSampler(of, 1, MOST.tokens));
      samplers.set(key, draws);
    }
    return draws(userId)();
  };
}

async function recorded(
  scenario: Scenario,
  cacheDir: string,
  formats: readonly TraceFormat[],
): Promise<Lengths> {
  const { conversation, seed } = scenario;
  const { file, timeUnit, fieldNames, datasetFile, ...settings } = conversation.trace!;
  const format = await formatOf(file, settings.format, formats);
  checkTimeUnit(format, timeUnit);
  const blockTokens = settings.blockTokens ?? (await factsOf(format, file)).blockTokens ?? 1;
  const options = { blockTokens, timeUnit, fieldNames, datasetFile, seed };
  const dropped = new Tally();
  const selection = selectionOf(settings);
  const cut = cutter(conversation.lengths);
  const requests: (Length & { readonly atMs: number | undefined })[] = [];
  let unanswered = 0;
  const selecting = { file, selection, dropped, isSorted: isSorted(format, file) };
  for await (const entry of select(() => format.read(file, options), selecting)) {
    if (entry.outputTokens === 0) unanswered++;
    requests.push({ atMs: entry.atMs, ...cut.cut(lengthOf(entry, file, requests.length)) });
  }
  const leftOut = droppedLines(dropped.dropped);
  if (!requests.length) {
    const why = leftOut.length ? leftOut.join('; ') : `expected ${format.says}`;
    throw new UsageError(`${file}: found no request; ${why}`);
  }
  requests.sort((a, b) => (a.atMs ?? 0) - (b.atMs ?? 0));
  const itemOf = itemOfUser(scenario, requests.length);
  const arrivalsMs = requests.flatMap(({ atMs }) => (atMs === undefined ? [] : [atMs]));
  const files = [...traceFiles(file), ...(format.alsoReads?.(file, options) ?? [])];
  const digests = await Promise.all(files.map((one) => contentDigest(one, cacheDir)));
  return {
    of: (userId) => requests[itemOf(userId)]!,
    conversations: requests.length,
    ...(arrivalsMs.length === requests.length && { arrivalsMs }),
    digests: [...digests, format.name],
    notes: [
      `trace: ${counted(requests.length, 'request')} in ${file}`,
      ...leftOut,
      ...unansweredNotes(unanswered),
      ...cut.notes(),
    ],
  };
}

function lengthOf({ inputTokens, outputTokens }: TraceEntry, file: string, index: number): Length {
  if (inputTokens !== undefined) {
    // Nothing cannot be sent, nor asked for.
    return {
      inputTokens: Math.max(1, inputTokens),
      outputTokens: outputTokens === undefined ? undefined : Math.max(1, outputTokens),
    };
  }
  throw new UsageError(
    `${file}: request ${index + 1}: found messages; expected lengths, with source: lengths (source: trace says messages)`,
  );
}

/** Cuts lengths, and counts how many were too long. */
function cutter(most: Scenario['conversation']['lengths'] = {}) {
  const { maxInputTokens = Infinity, maxOutputTokens = Infinity } = most;
  let inputs = 0;
  let outputs = 0;
  return {
    cut({ inputTokens, outputTokens }: Length): Length {
      if (inputTokens > maxInputTokens) inputs++;
      if (outputTokens !== undefined && outputTokens > maxOutputTokens) outputs++;
      return {
        inputTokens: Math.min(inputTokens, maxInputTokens),
        outputTokens: outputTokens && Math.min(outputTokens, maxOutputTokens),
      };
    },
    notes: () => [
      ...(inputs
        ? [`clamped: ${counted(inputs, 'input')} of more than ${maxInputTokens} tokens`]
        : []),
      ...(outputs
        ? [`clamped: ${counted(outputs, 'output')} of more than ${maxOutputTokens} tokens`]
        : []),
    ],
  };
}

import { BlockPool } from '../../engine/kv/block-pool.ts';
import { Scheduler } from '../../engine/schedule/scheduler.ts';
import { newSequence, type Sequence } from '../../engine/schedule/sequence.ts';
import type { RunReference } from '../../ledger/run-references.ts';
import type { TurnRecord } from '../../record/record.ts';
import type { EngineOptions } from '../../scenario/engine.ts';
import type { Served } from './steps.ts';

interface Row extends Sequence {
  readonly served: Served;
}

/**
 * What the cache of an engine finds if its requests enter and leave its steps as those of a run did: scheduler and
 * blocks are the engine's own, the order is the run's, and no cost model is asked.
 * @param blocks KV blocks, the null block included
 * @returns cached tokens; requests that do not fit the cache are not there
 */
export function foundInOrder(
  all: readonly Served[],
  options: EngineOptions,
  blocks: number,
): Map<TurnRecord, number> {
  const { blockTokens } = options;
  const pool = new BlockPool(blocks);
  // Whoever came first in the run comes first here, whatever the policy was.
  const scheduler = new Scheduler<Row>({ pool }, { ...options, policy: 'fcfs' });
  const fitting = all.filter(
    ({ reference }) => tokensOf(reference) <= pool.usableBlocks * blockTokens,
  );
  const caches = [...new Set(fitting.map(({ reference }) => reference.cacheKey))];
  const rows = fitting.map((served) =>
    rowOf(served, blockTokens, caches.indexOf(served.reference.cacheKey)),
  );
  const arriving = byStep(rows, ({ admitted }) => admitted);
  const leaving = byStep(rows, ({ freed }) => freed - 1);
  const steps = fitting.reduce((most, { freed }) => Math.max(most, freed), 0);
  for (let step = 0; step < steps; step++) {
    for (const row of arriving.get(step) ?? []) scheduler.enqueue(row);
    compute(scheduler, step);
    for (const row of leaving.get(step) ?? []) leave(scheduler, row);
  }
  return new Map(
    rows.flatMap(({ served, cachedTokens }) =>
      cachedTokens === undefined ? [] : [[served.reference.record, cachedTokens] as const],
    ),
  );
}

/** A step of those that are under way. How far each has got is the run's, whatever it took. */
function compute(scheduler: Scheduler<Row>, step: number): void {
  for (const row of scheduler.schedule().rows) {
    row.computedTokens += row.scheduledTokens;
    if (row.computedTokens < row.promptTokens) continue;
    row.knownTokens = Math.max(row.knownTokens, row.promptTokens + tokensAfter(row.served, step));
  }
}

/**
 * Tokens of its answer after a step: one more with each. Where it had fewer steps than tokens, as some chunks have
 * several, or more, they are spread evenly.
 */
function tokensAfter({ first, last, reference }: Served, step: number): number {
  const steps = last - first - 1;
  const share = steps > 0 ? Math.min(1, (step - first) / steps) : Number(step >= first);
  return 1 + Math.floor((reference.outputTokens - 2) * Math.max(0, share) + ROUNDING);
}

const ROUNDING = 1e-9;

/** Its blocks are free after the last step; all but the last token of its answer are in them by then. */
function leave(scheduler: Scheduler<Row>, row: Row): void {
  const tokens = tokensOf(row.served.reference) - 1;
  if (row.place === 'running' && row.computedTokens < tokens) {
    row.knownTokens = tokens;
    for (const one of scheduler.schedule().rows) one.computedTokens += one.scheduledTokens;
  }
  scheduler.remove(row);
}

function tokensOf({ inputTokens, outputTokens }: RunReference): number {
  return inputTokens + outputTokens;
}

function rowOf(served: Served, blockTokens: number, cache: number): Row {
  const { reference } = served;
  const { inputTokens: promptTokens } = reference;
  const tokens = new Int32Array(tokensOf(reference));
  const names = new Int32Array(2 * reference.names.length);
  for (const [block, name] of reference.names.entries()) {
    names[2 * block] = name;
    names[2 * block + 1] = cache;
  }
  return { ...newSequence({ tokens, promptTokens, names, blockTokens }), served };
}

/** In the order of sending. */
function byStep(rows: readonly Row[], stepOf: (served: Served) => number): Map<number, Row[]> {
  const steps = new Map<number, Row[]>();
  for (const row of [...rows].sort((a, b) => sentMs(a) - sentMs(b))) {
    const step = stepOf(row.served);
    const same = steps.get(step);
    if (same) same.push(row);
    else steps.set(step, [row]);
  }
  return steps;
}

function sentMs({ served }: Row): number {
  return served.reference.sentMs;
}

import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { BlockPool } from '../../../src/engine/kv/block-pool.ts';
import { Scheduler, type SchedulerOptions } from '../../../src/engine/schedule/scheduler.ts';
import { newSequence, type Sequence } from '../../../src/engine/schedule/sequence.ts';

/** What a real vLLM's scheduler did: vllm/README.md has how it was recorded. */
interface Trace {
  readonly engine: {
    readonly blocks: number;
    readonly blockTokens: number;
    readonly maxBatchedTokens: number;
  };
  readonly requests: readonly (readonly [prompt: number, output: number, names: number[]])[];
  readonly events: readonly Event[];
}

type Event =
  | readonly ['add', request: number]
  | readonly ['step', rows: Pairs, admitted: Pairs, free: number]
  | readonly ['end', request: number, free: number];
/** Of requests: tokens in a step, or cached tokens. */
type Pairs = readonly (readonly [request: number, tokens: number])[];

interface Row extends Sequence {
  readonly request: number;
}

const OPTIONS: Omit<SchedulerOptions, 'blockTokens' | 'maxBatchedTokens'> = {
  maxSeqs: 16,
  prefixCaching: true,
  policy: 'fcfs',
  priorityOrder: 'lowestFirst',
  stepsBeforePreemption: Infinity,
};

function traceIn(file: string): Trace {
  const text = readFileSync(new URL(`vllm/${file}`, import.meta.url), 'utf8');
  const [engine, ...lines] = text
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line));
  return {
    engine,
    requests: lines.flatMap((line) => (line.request ? [line.request] : [])),
    events: lines.filter((line) => !line.request),
  };
}

/** The same requests enter and leave the steps of this scheduler; what it does in each, in vLLM's form. */
function replayed({ engine, requests, events }: Trace): Event[] {
  const pool = new BlockPool(engine.blocks);
  const scheduler = new Scheduler<Row>({ pool }, { ...OPTIONS, ...engine });
  const rows = requests.map(([promptTokens, output, chain], request): Row => {
    const tokens = new Int32Array(promptTokens + output);
    const names = Int32Array.from(chain.flatMap((name) => [name, 0]));
    const { blockTokens } = engine;
    return { ...newSequence({ tokens, promptTokens, names, blockTokens }), request };
  });
  return events.map((event): Event => {
    if (event[0] === 'add') {
      scheduler.enqueue(rows[event[1]]!);
      return event;
    }
    if (event[0] === 'end') {
      scheduler.remove(rows[event[1]]!);
      return ['end', event[1], pool.freeBlocks];
    }
    const waiting = rows.filter(({ cachedTokens }) => cachedTokens === undefined);
    const step = [...scheduler.schedule().rows];
    const admitted = waiting.filter(({ cachedTokens }) => cachedTokens !== undefined);
    const did: Event = [
      'step',
      step.map(({ request, scheduledTokens }) => [request, scheduledTokens]),
      admitted.map(({ request, cachedTokens }) => [request, cachedTokens!]),
      pool.freeBlocks,
    ];
    for (const row of step) {
      row.computedTokens += row.scheduledTokens;
      if (row.computedTokens === row.knownTokens) row.knownTokens++;
    }
    return did;
  });
}

const sorted = (event: Event) =>
  event[0] === 'step'
    ? [event[0], ...event.slice(1, 3).map((p) => [...(p as Pairs)].sort(byRequest)), event[3]]
    : event;
const byRequest = (a: Pairs[number], b: Pairs[number]) => a[0] - b[0];

test.each([
  ['three in flight, whose prompts hardly fit together', 'three.ndjson'],
  ['twelve in flight, prompts in chunks, preempted again and again', 'crowd.ndjson'],
])(
  '%s: every row of every step, cached tokens and free blocks are those of vLLM 0.32',
  (_, file) => {
    const trace = traceIn(file);
    expect(trace.events.length).toBeGreaterThan(600);
    expect(replayed(trace).map(sorted)).toEqual(trace.events.map(sorted));
  },
);

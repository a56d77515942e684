import { expect, test } from 'vitest';
import { VirtualClock } from '../../src/base/clock.ts';
import { type EngineEvents, tellerOf } from '../../src/engine/events.ts';
import { FixedEngine } from '../../src/engine/fixed-engine.ts';
import { chainNames } from '../../src/engine/kv/chain-hash.ts';
import type { EngineRequest } from '../../src/engine/serving.ts';
import type { EngineOptions } from '../../src/scenario/engine.ts';
import { offloadSchema } from '../../src/scenario/offload.ts';
import { Bench, optionsOf, privateTokens, words } from '../support/engine-rig.ts';
import { Heard } from './heard.ts';

const BLOCK = 4;
const USABLE = 10;
/** One token more than four blocks: what a request leaves behind. */
const KEPT = 4;
const INPUT = KEPT * BLOCK + 1;

function asking(session: string | undefined, owner: number, input = INPUT): EngineRequest {
  const promptTokens = Int32Array.from(privateTokens(owner, input));
  return { promptTokens, maxTokens: 1, ignoreEos: true, session };
}

function benchOf(events: readonly EngineEvents[], options: Partial<EngineOptions> = {}): Bench {
  const small = { apiMs: 0, gpu: 'rtxpro6000', blocks: USABLE + 1, blockTokens: BLOCK };
  return new Bench({ ...small, ...options }, events);
}

/** Private prompts one after the other, two seconds apart; each of a session of its own. */
function oneByOne(bench: Bench, owners: readonly number[]): number[] {
  return owners.map((owner) => {
    const { end } = bench.ask(asking(`s${owner}`, owner));
    bench.clock.run(bench.clock.now() + 2000);
    return end!.times.lastTokenMs;
  });
}

test('evictions are what was stored beyond the capacity: one block less than the pool has', () => {
  for (let requests = 1; requests <= 12; requests++) {
    const heard = new Heard();
    oneByOne(benchOf([heard]), [...Array(requests).keys()]);
    expect(heard.storedCount).toBe(KEPT * requests);
    expect(heard.evictions).toHaveLength(Math.max(0, KEPT * requests - (USABLE - 1)));
    expect(heard.names('gpu')).toHaveLength(heard.storedCount - heard.evictions.length);
  }
});

test('an eviction says what was lost, of whom and for whom, and since when it was there and in use', () => {
  const heard = new Heard();
  const bench = benchOf([heard]);
  const [first] = oneByOne(bench, [1, 2]);
  const atMs = bench.clock.now();
  bench.ask(asking('s3', 3));
  // The first request's last three: the tail goes first.
  const names = chainNames(asking('s1', 1).promptTokens, BLOCK, undefined);
  expect(heard.evictions.map(({ low, high }) => [low, high])).toEqual(
    [3, 2, 1].map((block) => [names[2 * block], names[2 * block + 1]]),
  );
  for (const eviction of heard.evictions) {
    expect(eviction).toMatchObject({
      ...{ tier: 'gpu', blocks: 1, isLast: true, storedMs: 0, usedMs: first, atMs },
      ...{ owner: { request: 0, session: 's1' }, by: { request: 2, session: 's3' }, foundMs: [] },
    });
  }
});

test('the last four times that a block was found are told, and who used it last', () => {
  const heard = new Heard();
  const bench = benchOf([heard]);
  const foundMs: number[] = [];
  bench.ask(asking('a', 1));
  for (const session of ['b', 'c', 'd', 'e', 'f']) {
    bench.clock.run(bench.clock.now() + 1000);
    foundMs.push(bench.clock.now());
    bench.ask(asking(session, 1));
  }
  bench.ask(asking('g', 2, USABLE * BLOCK - 1));
  expect(heard.evictions).toHaveLength(KEPT);
  for (const eviction of heard.evictions) {
    expect(eviction).toMatchObject({ storedMs: 0, foundMs: foundMs.slice(-4) });
    expect(eviction.owner!.session).toBe('f');
  }
});

test('content of which there is another copy is told as that', () => {
  const heard = new Heard();
  const bench = benchOf([heard], { maxBatchedTokens: 8 });
  // Side by side: neither finds what the other has not yet begun with.
  for (const session of ['a', 'b']) bench.submit(asking(session, 1, 8));
  bench.clock.run();
  const copies = heard.names('gpu').length - new Set(heard.names('gpu')).size;
  expect(copies).toBeGreaterThan(0);
  bench.ask(asking('c', 2, USABLE * BLOCK - 1));
  expect(heard.evictions.filter(({ isLast }) => !isLast)).toHaveLength(copies);
});

test('listeners hear the same, in their order, and none takes the place of another', () => {
  const order: string[] = [];
  const listener = (name: string): EngineEvents => ({
    step: (tokens) => void order.push(`${name} ${tokens}`),
  });
  const all = [new Heard(), new Heard()];
  oneByOne(benchOf([listener('first'), ...all, listener('second')]), [1, 2, 3, 4]);
  expect(all[0]!.evictions.length).toBeGreaterThan(0);
  expect(all[1]!.evictions).toEqual(all[0]!.evictions);
  const told = order.filter((line) => line.startsWith('first'));
  expect(order).toEqual(told.flatMap((line) => [line, line.replace('first', 'second')]));
});

test('nobody to tell is nothing to call, and one is called without another in between', () => {
  const step = (): void => {};
  expect(tellerOf([], 'step')).toBeUndefined();
  expect(tellerOf([{ step }], 'evicted')).toBeUndefined();
  expect(tellerOf([{ step }], 'step')!.name).toBe('bound step');
});

test('the same submissions tell the same at the same times', () => {
  const played = () => {
    const heard = new Heard();
    oneByOne(benchOf([heard]), [1, 2, 3, 1, 4, 2, 1]);
    return heard.evictions;
  };
  expect(played()).toEqual(played());
});

/** What is told of requests, in order. */
function requestLog(names: ReadonlyMap<EngineRequest, string>) {
  const log: string[] = [];
  const tell = (event: string, request: EngineRequest, ...what: unknown[]): void =>
    void log.push([event, names.get(request), ...what].join(' '));
  const events: EngineEvents = {
    accepted: (request, tokens, { request: number, session }) =>
      tell('accepted', request, tokens.length, number, session),
    admitted: (request, gpu, external) => tell('admitted', request, gpu, external),
    loaded: (request, host, storage) => tell('loaded', request, host, storage),
    ended: (request, end) => tell('ended', request, end?.outputTokens ?? 'cancelled'),
  };
  return { log, events };
}

const FAST = { readGBps: 1e6, writeGBps: 1e6, latencyMs: 0 };

test('a request is told from its arrival to its end, with where its prompt was found', () => {
  const [first, other, again] = [asking('a', 1), asking('b', 2, 37), asking('a', 1)];
  const { log, events } = requestLog(
    new Map([first, other, again].map((one, i) => [one, `r${i}`])),
  );
  const offload = offloadSchema.parse({ preset: 'vllm', cpu: { blocks: 40, ...FAST } });
  const bench = benchOf([events], { offload });
  for (const request of [first, other, again]) bench.ask(request);
  expect(log).toEqual([
    ...['accepted r0 18 0 a', 'admitted r0 0 0', 'ended r0 1'],
    ...['accepted r1 38 1 b', 'admitted r1 0 0', 'ended r1 1'],
    ...['accepted r2 18 2 a', 'admitted r2 0 16', 'loaded r2 4 0', 'ended r2 1'],
  ]);
});

test('a request that is cancelled has ended too, and one that was refused never came', () => {
  const [cancelled, refused, early] = [asking('a', 1), asking('b', 2, 999), asking('c', 3)];
  const { log, events } = requestLog(
    new Map([cancelled, refused, early].map((one, i) => [one, `r${i}`])),
  );
  const bench = benchOf([events]);
  const { cancel } = bench.submit({ ...cancelled, maxTokens: 9 });
  bench.submit(refused);
  bench.submit(early).cancel();
  bench.clock.run(1);
  cancel();
  cancel();
  bench.clock.run();
  expect(log).toEqual(['accepted  26 0 a', 'admitted  0 0', 'ended  cancelled']);
});

test('an engine of fixed latency tells of its requests as any other does', () => {
  const [one, cancelled, refused] = [asking('a', 1), asking('b', 2), asking('c', 3, 0)];
  const { log, events } = requestLog(new Map([one, cancelled].map((asked, i) => [asked, `r${i}`])));
  const clock = new VirtualClock();
  const latency = { ttftMs: 100, tpotMs: 10, perInputTokenMs: 0 };
  const engine = new FixedEngine(clock, optionsOf(), latency, words, [events]);
  const observer = { onToken: () => {}, onEnd: () => {}, onError: () => {} };
  const cancels = [one, cancelled, refused].map((asked) => engine.submit(asked, observer));
  clock.run(50);
  cancels[1]!();
  clock.run();
  for (const cancel of cancels) cancel();
  expect(log).toEqual([
    'accepted r0 18 0 a',
    'accepted r1 18 1 b',
    'ended r1 cancelled',
    'ended r0 1',
  ]);
});

test('exclusive tiers: what moves down keeps its owner, and what leaves the last memory is told there', () => {
  const heard = new Heard({ isWhole: false });
  const offload = offloadSchema.parse({
    ...{ preset: 'vllm', inclusive: false },
    cpu: { blocks: 12, ...FAST },
  });
  oneByOne(benchOf([heard], { offload }), [1, 2, 3, 4, 5, 6, 7]);
  const [gpu, cpu] = [heard.of('gpu'), heard.of('cpu')];
  expect(gpu).toHaveLength(7 * KEPT - (USABLE - 1));
  expect(cpu).toHaveLength(gpu.length - 12);
  // First in, first out, and last used when the GPU last used them.
  for (const [i, { low, high, owner, usedMs, storedMs, atMs, by }] of cpu.entries()) {
    expect({ low, high, owner, usedMs }).toEqual({
      ...{ low: gpu[i]!.low, high: gpu[i]!.high, owner: gpu[i]!.owner, usedMs: gpu[i]!.usedMs },
    });
    expect(storedMs).toBe(gpu[i]!.atMs);
    expect(by).toBe(gpu.find((eviction) => eviction.atMs === atMs)!.by);
  }
  expect(heard.names('cpu')).toHaveLength(12);
});

test('inclusive tiers: chunks are told in blocks, of the session that used them last', () => {
  const heard = new Heard();
  const offload = offloadSchema.parse({
    ...{ preset: 'vllm', chunkTokens: 2 * BLOCK },
    cpu: { blocks: 12, ...FAST },
  });
  oneByOne(benchOf([heard], { offload }), [1, 2, 3, 4, 5]);
  // Each leaves two chunks of two blocks, and there is room for six.
  const cpu = heard.of('cpu');
  expect(cpu.map(({ blocks, owner }) => [blocks, owner!.session])).toEqual([
    ...[
      [2, 's1'],
      [2, 's1'],
      [2, 's2'],
      [2, 's2'],
    ],
  ]);
  expect(cpu.map(({ by }) => by!.session)).toEqual(['s4', 's4', 's5', 's5']);
  expect(heard.names('cpu')).toHaveLength(6);
});

test('what has grown too old is forgotten, not evicted', () => {
  const heard = new Heard({ isWhole: false });
  const defects = { ...optionsOf().defects, expirySec: 1 };
  const bench = benchOf([heard], { defects });
  oneByOne(bench, [1, 2, 3, 4, 5]);
  expect(heard.evictions).toEqual([]);
  // As fast as they come, nothing is too old.
  for (const owner of [6, 7, 8]) bench.ask(asking('s', owner));
  expect(heard.evictions.length).toBeGreaterThan(0);
});

test('a prompt that was cached beforehand is of the session that it is for', () => {
  const heard = new Heard();
  const bench = benchOf([heard], { defects: { ...optionsOf().defects, primed: 1 } });
  expect(bench.ask(asking('a', 1)).end!.cachedTokens).toBe(KEPT * BLOCK);
  bench.ask(asking('b', 2, USABLE * BLOCK - 1));
  expect(new Set(heard.evictions.map(({ owner }) => owner!.session))).toEqual(new Set(['a']));
});

test('a reset forgets what is cached without a word', () => {
  const heard = new Heard({ isWhole: false });
  const bench = benchOf([heard]);
  bench.ask(asking('a', 1));
  bench.engine.resetPrefixCache();
  oneByOne(bench, [2, 3]);
  expect(heard.evictions).toEqual([]);
});

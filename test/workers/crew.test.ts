import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { rounded } from '../../src/record/journal.ts';
import { type TurnRecord, UNSENT } from '../../src/record/record.ts';
import type { ScenarioInput } from '../../src/scenario/schema.ts';
import { type CrewOptions, playByCrew } from '../support/crew-in-process.ts';
import { assertOneRecordEach, playVirtual } from '../support/play-virtual.ts';
import { ScriptedTransport } from '../support/scripted-transport.ts';
import { tries } from '../support/tries.ts';

/** What they begin with is later by the lead; nothing else is. */
const LEAD_MS = 20;

const scripted = (request: { userId: number; turn: number }) => ({
  ttftMs: 40 + ((request.userId * 7 + request.turn * 3) % 11) * 9,
  tokens: 3 + (request.userId % 4),
});

function crew(
  input: ScenarioInput,
  options: Omit<CrewOptions, 'transport'>,
): ReturnType<typeof playByCrew> & { transport: ScriptedTransport } {
  let transport: ScriptedTransport | undefined;
  const played = playByCrew(input, {
    ...options,
    transport: (clock) => (transport = new ScriptedTransport(clock, scripted)),
  });
  assertOneRecordEach(played.records);
  expect(played.account).toEqual({ planned: played.records.length, defect: undefined });
  return { ...played, transport: transport! };
}

function linesOf(records: readonly TurnRecord[], byMs = 0): string[] {
  const earlier = (ms: number | undefined) => (ms === undefined ? undefined : ms - byMs);
  return records
    .map(
      ({ intendedMs, readyMs, sentMs, firstTokenMs, firstOutputMs, lastTokenMs, endMs, ...rest }) =>
        JSON.stringify(
          rounded({
            ...rest,
            intendedMs: earlier(intendedMs),
            readyMs: earlier(readyMs),
            sentMs: earlier(sentMs),
            firstTokenMs: earlier(firstTokenMs),
            firstOutputMs: earlier(firstOutputMs),
            lastTokenMs: earlier(lastTokenMs),
            endMs: earlier(endMs),
          } as TurnRecord),
        ),
    )
    .sort();
}

/** All that was asked, and by whom. */
function requestsOf({ sent }: ScriptedTransport): string[] {
  return sent
    .map(({ userId, turn, messages }) => `${userId}/${turn}: ${messages.map(({ text }) => text)}`)
    .sort();
}

const workers = fc.integer({ min: 1, max: 5 });
const users = fc.integer({ min: 1, max: 20 });
const arrivals = fc.constantFrom<NonNullable<ScenarioInput['population']>['arrivals']>(
  { process: 'allAtOnce' },
  { process: 'poisson', usersPerSec: 8 },
  { process: 'constant', usersPerSec: 3 },
);
const rounds = fc.constantFrom(1, 3);
const pauseSec = fc.constantFrom(0, 0.2);
const seed = fc.integer({ min: 0, max: 1e6 });
/** Microseconds to some milliseconds, as a message takes between two busy processes. */
const delays = fc.infiniteStream(fc.constantFrom(0.02, 0.05, 0.3, 4));
const delayOf = (stream: Iterator<number>) => () => stream.next().value as number;

describe('workers play together what one process plays', () => {
  test('byte for byte, where nothing holds for all of them', () => {
    const closed = fc.integer({ min: 1, max: 6 }).map((concurrency) => ({
      process: 'closed' as const,
      concurrency,
    }));
    const input = fc.record({
      seed,
      conversation: fc.record({ rounds }),
      pacing: fc.record({ pauseSec }),
      population: fc.record({ users, arrivals: fc.oneof(arrivals, closed) }),
      stop: fc.constantFrom({}, { afterSec: 1.5 }),
      warmup: fc.constantFrom({}, { durationSec: 0.4 }),
    });
    fc.assert(
      fc.property(input, workers, delays, (scenario, count, stream) => {
        const whole = playVirtual(scenario, scripted);
        const played = crew(scenario, { workers: count, delayMs: delayOf(stream) });
        const { records, end, transport } = played;
        expect(linesOf(records, LEAD_MS)).toEqual(linesOf(whole.records));
        expect(requestsOf(transport)).toEqual(requestsOf(whole.transport));
        expect(end.stoppedBy).toBe(whole.end.stoppedBy);
        // Unless it was over before: then nobody knows that it would have begun.
        if (whole.end.measureStartMs < whole.end.measureEndMs) {
          expect(end.measureStartMs - LEAD_MS).toBeCloseTo(whole.end.measureStartMs, 6);
        }
        expect(end.drainStartMs - LEAD_MS).toBeCloseTo(whole.end.drainStartMs, 6);
      }),
      { numRuns: tries(24), seed: 1 },
    );
  });
});

describe('bounds hold for all of them together', () => {
  test('requests in flight, conversations at a time and requests in all: exactly', () => {
    const input = fc.record({
      seed,
      conversation: fc.record({ rounds }),
      pacing: fc.record({ pauseSec }),
      population: fc.record({
        users,
        arrivals,
        maxInFlight: fc.option(fc.integer({ min: 1, max: 14 }), { nil: undefined }),
        maxActive: fc.option(fc.integer({ min: 1, max: 6 }), { nil: undefined }),
        turnOrder: fc.constantFrom('fair' as const, 'random' as const, 'newestFirst' as const),
      }),
      stop: fc.record({
        afterRequests: fc.option(fc.integer({ min: 1, max: 25 }), { nil: undefined }),
      }),
    });
    fc.assert(
      fc.property(input, workers, delays, (scenario, count, stream) => {
        const { maxInFlight = Infinity, maxActive = Infinity } = scenario.population;
        const { afterRequests = Infinity } = scenario.stop;
        const whole = playVirtual(scenario, scripted);
        const played = crew(scenario, { workers: count, delayMs: delayOf(stream) });
        const { transport, records, end } = played;
        expect(transport.inFlightMax).toBeLessThanOrEqual(Math.min(maxInFlight, maxActive));
        expect(transport.sent.length).toBe(Math.min(whole.transport.sent.length, afterRequests));
        expect(end.stoppedBy).toBe(whole.end.stoppedBy);
        if (afterRequests === Infinity) expect(records.length).toBe(whole.records.length);
        expect(mostLive(records)).toBeLessThanOrEqual(maxActive);
      }),
      { numRuns: tries(32), seed: 2 },
    );
  });

  test('the pace of all, whoever asks', () => {
    const played = crew(
      {
        population: {
          users: 12,
          arrivals: { process: 'allAtOnce' },
          pace: { mode: 'rate', gapSec: 0.1 },
        },
        conversation: { rounds: 1 },
      },
      { workers: 3, delayMs: () => 0.05 },
    );
    const sentMs = played.transport.sent.map(({ atMs }) => atMs).sort((a, b) => a - b);
    const gaps = sentMs.slice(1).map((ms, index) => ms - sentMs[index]!);
    expect(sentMs).toHaveLength(12);
    for (const gap of gaps) expect(gap).toBeCloseTo(100, 6);
  });

  test('nothing is asked where no bound holds for all, and nothing ever at a token', () => {
    const population = { users: 10, arrivals: { process: 'allAtOnce' as const } };
    const conversation = { rounds: 2 };
    const free = crew({ population, conversation }, { workers: 2 });
    expect(Object.fromEntries(free.messages)).toEqual({ start: 2, records: 20, done: 2 });
    const capped = crew(
      { population: { ...population, maxInFlight: 3 }, conversation },
      { workers: 2 },
    );
    expect(Object.fromEntries(capped.messages)).toEqual({
      ...{ start: 2, records: 20, done: 2 },
      ...{ ask: 20, granted: 20, leave: 20 },
    });
  });

  test('where a cap leaves room, few ask; where it does not, what they have to spare is recalled', () => {
    const conversation = { rounds: 4 };
    const population = { users: 10, arrivals: { process: 'poisson' as const, usersPerSec: 20 } };
    const wide = crew(
      { population: { ...population, maxInFlight: 80 }, conversation, pacing: { pauseSec: 0 } },
      { workers: 2, delayMs: () => 0.05 },
    );
    expect(wide.messages.get('records')).toBe(40);
    expect(wide.messages.get('ask')).toBe(2);
    expect(wide.messages.get('leave')).toBeUndefined();
    const narrow = crew(
      { population: { ...population, maxInFlight: 5 }, conversation, pacing: { pauseSec: 0 } },
      { workers: 2, delayMs: () => 0.05 },
    );
    expect(narrow.transport.inFlightMax).toBe(5);
    expect(narrow.messages.get('recall')).toBeGreaterThan(0);
    expect(narrow.records.every(({ status }) => status === 'ok')).toBe(true);
  });

  test('measuring begins for all when the warm-up of the last is over', () => {
    const { records, end } = crew(
      {
        population: { users: 6, arrivals: { process: 'allAtOnce' }, maxInFlight: 2 },
        conversation: { rounds: 1 },
        warmup: { requests: 7 },
      },
      { workers: 3, delayMs: () => 1 },
    );
    const warm = records.filter(({ phase }) => phase === 'warmup');
    const lastMs = Math.max(...warm.map(({ endMs }) => endMs!));
    expect(warm).toHaveLength(7);
    expect(end.measureStartMs).toBeGreaterThan(lastMs);
    const due = records.flatMap((one) => (one.phase === 'measure' ? [one.intendedMs] : []));
    expect(new Set(due)).toEqual(new Set([end.measureStartMs]));
  });

  test('a closed loop whose slot is exhausted stops all', () => {
    const input: ScenarioInput = {
      conversation: { rounds: 2 },
      population: {
        ...{ users: 9, stopWhenExhausted: true },
        arrivals: { process: 'closed', concurrency: 4 },
      },
    };
    const { end, records } = crew(input, { workers: 2, delayMs: () => 0.05 });
    expect(end.stoppedBy).toBe('exhausted');
    expect(records.some(({ status }) => status === 'unsent')).toBe(true);
  });
});

/** Conversations at a time, from when each was let in until its last answer. */
function mostLive(records: readonly TurnRecord[]): number {
  const spans = new Map<number, { from: number; to: number }>();
  for (const { userId, sentMs, endMs } of records) {
    if (sentMs === undefined || endMs === undefined) continue;
    const span = spans.get(userId) ?? { from: sentMs, to: endMs };
    spans.set(userId, { from: Math.min(span.from, sentMs), to: Math.max(span.to, endMs) });
  }
  const all = [...spans.values()];
  return Math.max(
    0,
    ...all.map(({ from }) => all.filter((one) => one.from <= from && from < one.to).length),
  );
}

describe('one that dies', () => {
  const dying = fc.record({
    seed,
    conversation: fc.record({ rounds: fc.constantFrom(1, 3) }),
    pacing: fc.record({ pauseSec }),
    population: fc.record({
      users,
      arrivals: fc.oneof(arrivals, fc.constantFrom({ process: 'closed' as const, concurrency: 4 })),
      maxInFlight: fc.option(fc.integer({ min: 1, max: 12 }), { nil: undefined }),
    }),
    stop: fc.constantFrom({}, { afterSec: 1.5 }),
  });

  test('leaves nothing taken, and every planned turn recorded, whenever that is', () => {
    fc.assert(
      fc.property(
        dying,
        fc.integer({ min: 0, max: 2500 }),
        fc.nat({ max: 2 }),
        (scenario, atMs, which) => {
          const whole = playVirtual(scenario, scripted);
          const played = crew(scenario, {
            workers: 3,
            delayMs: () => 0.05,
            meanwhile: (clock, _, kill) => void clock.setTimeout(() => kill(which), atMs),
          });
          const { maxInFlight = Infinity } = scenario.population;
          expect(played.transport.inFlightMax).toBeLessThanOrEqual(maxInFlight);
          const gone = played.records.filter(({ reason }) => reason === UNSENT.lost);
          // What the others play is what they would have played, and all of the run is there.
          if (!('afterSec' in scenario.stop)) {
            const keys = (records: readonly TurnRecord[]) =>
              records.map(({ userId, turn }) => `${userId}/${turn}`).sort();
            expect(keys(played.records)).toEqual(keys(whole.records));
          }
          for (const { userId, status } of gone) {
            expect(status).toBe('unsent');
            const { process } = scenario.population.arrivals!;
            const slots = process === 'closed' ? 4 : 1;
            expect(((userId - 1) % (process === 'closed' ? slots : Infinity)) % 3).toBe(which);
          }
        },
      ),
      { numRuns: tries(32), seed: 3 },
    );
  });

  test('is named, and the others go on', () => {
    const { lost, records, end } = crew(
      {
        conversation: { rounds: 4 },
        pacing: { pauseSec: 0.5 },
        population: { users: 9, arrivals: { process: 'allAtOnce' } },
      },
      {
        workers: 3,
        meanwhile: (clock, _, kill) => void clock.setTimeout(() => kill(1), 700),
      },
    );
    expect(lost).toEqual(['1 killed']);
    expect(end.stoppedBy).toBe('users');
    const counts = [0, 1, 2].map((worker) => {
      const own = records.filter(({ userId }) => (userId - 1) % 3 === worker);
      return own.map(({ status }) => status);
    });
    expect(counts[0]).toEqual(Array(12).fill('ok'));
    expect(counts[2]).toEqual(Array(12).fill('ok'));
    expect(counts[1]).toHaveLength(12);
    expect(counts[1]!.filter((status) => status === 'unsent').length).toBeGreaterThan(5);
  });
});

test('while the engine is gone each tries by itself, within the cap of all; then all go on', () => {
  let transport: ScriptedTransport | undefined;
  const { records, account, end } = playByCrew(
    {
      conversation: { rounds: 2 },
      pacing: { pauseSec: 0.1 },
      population: { users: 12, arrivals: { process: 'constant', usersPerSec: 10 }, maxInFlight: 4 },
      failure: { policy: 'retry', retries: 9 },
    },
    {
      workers: 3,
      delayMs: () => 0.05,
      transport: (clock) =>
        (transport = new ScriptedTransport(clock, (request) =>
          clock.now() > 400 && clock.now() < 5000
            ? { ttftMs: 5, fail: { status: 'connect', message: 'refused' } }
            : scripted(request),
        )),
    },
  );
  expect(account).toEqual({ planned: 24, defect: undefined });
  expect(records.map(({ status }) => status)).toEqual(Array(24).fill('ok'));
  expect(end.stoppedBy).toBe('users');
  expect(transport!.inFlightMax).toBeLessThanOrEqual(4);
  const tries = transport!.sent.filter(({ atMs }) => atMs > 1000 && atMs < 5000);
  expect(tries.length).toBeGreaterThan(2);
  expect(tries.length).toBeLessThan(15);
});

test('an engine that stays gone stops all of them', () => {
  const { records, end } = playByCrew(
    {
      conversation: { rounds: 2 },
      population: { users: 12, arrivals: { process: 'constant', usersPerSec: 10 }, maxInFlight: 4 },
      stop: { afterUnreachableSec: 3 },
    },
    {
      workers: 3,
      delayMs: () => 0.05,
      transport: (clock) =>
        new ScriptedTransport(clock, () => ({
          ttftMs: 5,
          fail: { status: 'connect', message: 'refused' },
        })),
    },
  );
  expect(end.stoppedBy).toBe('unreachable');
  expect(end.measureEndMs).toBeLessThan(3500);
  assertOneRecordEach(records);
});

test('an interrupt lets requests in flight end; an abort ends them', () => {
  const input: ScenarioInput = {
    conversation: { rounds: 3 },
    population: { users: 8, arrivals: { process: 'allAtOnce' } },
  };
  const drained = crew(input, {
    workers: 2,
    meanwhile: (clock, run) => void clock.setTimeout(() => run.interrupt(), 30),
  });
  expect(drained.end.stoppedBy).toBe('interrupt');
  expect(drained.records.filter(({ status }) => status === 'ok')).toHaveLength(8);
  expect(drained.records).toHaveLength(24);
  const aborted = crew(input, {
    workers: 2,
    meanwhile: (clock, run) => void clock.setTimeout(() => run.abort(), 30),
  });
  expect(aborted.end.stoppedBy).toBe('interrupt');
  expect(aborted.records.filter(({ status }) => status === 'cancelled')).toHaveLength(8);
});

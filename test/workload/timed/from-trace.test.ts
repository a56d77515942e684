import { describe, expect, test } from 'vitest';
import { Message } from '../../../src/workload/message.ts';
import { type TracePlan, tracePlan } from '../../../src/workload/timed/from-trace.ts';
import type { Planned } from '../../../src/workload/timed/planned.ts';
import type { TraceEntry, TraceFormat } from '../../../src/workload/traces/format.ts';

function formatOf(entries: readonly TraceEntry[]): TraceFormat {
  return {
    name: 'test',
    says: 'entries',
    sniff: () => true,
    async *read() {
      yield* entries;
    },
  };
}

async function planned(entries: readonly TraceEntry[], rest: Partial<TracePlan> = {}) {
  const plan: Planned[] = [];
  const options = {
    ...{ file: 'trace.csv', format: formatOf(entries), blockTokens: undefined },
    ...{ durationMs: 60_000, groupMs: 0, factors: { rate: 1, input: 1, output: 1 } },
    ...rest,
  };
  for await (const one of tracePlan(options)) plan.push(one);
  return plan;
}

const entry = (atMs: number, rest: object = {}): TraceEntry => ({ atMs, inputTokens: 10, ...rest });
const times = async (...args: Parameters<typeof planned>) =>
  (await planned(...args)).map(({ atMs }) => atMs);

describe('the requests of a trace', () => {
  test('come at its times, counted from the first, up to the duration and that moment itself', async () => {
    const entries = [entry(5000), entry(5000.7), entry(65_000), entry(65_001), entry(70_000)];
    expect(await times(entries)).toEqual([0, 0, 60_000]);
  });

  test('come in groups, or faster', async () => {
    const entries = [0, 999, 1000, 5999].map((atMs) => entry(atMs));
    expect(await times(entries, { groupMs: 1000 })).toEqual([0, 0, 1000, 5000]);
    expect(await times(entries, { factors: { rate: 2, input: 1, output: 1 } })).toEqual([
      0, 499, 500, 2999,
    ]);
  });

  test('have its lengths, at least 1, and an unknown one stays unknown', async () => {
    const entries = [entry(0, { outputTokens: 0 }), entry(1), entry(2, { outputTokens: 7 })];
    const lengths = (plan: Planned[]) => plan.map((one) => [one.inputTokens, one.outputTokens]);
    expect(lengths(await planned(entries))).toEqual([
      [10, 1],
      [10, undefined],
      [10, 7],
    ]);
    const factors = { rate: 1, input: 0.5, output: 3 };
    expect(lengths(await planned(entries, { factors }))[2]).toEqual([5, 21]);
  });

  test('belong to their sessions, unless they repeat all that was said before', async () => {
    const entries = [entry(0, { session: 'a' }), entry(1, { session: 'a', isCumulative: true })];
    expect((await planned(entries)).map(({ session }) => session)).toEqual(['a', undefined]);
  });

  test.each([
    [[], 'trace.csv: found no request; expected entries'],
    [[{ inputTokens: 3 }], 'trace.csv: request 1: found no time'],
    [[entry(5), entry(3)], 'trace.csv: request 2: found it 2 ms before the one before it'],
    [
      [{ atMs: 0, messages: [new Message('user', 'hi')] }],
      'trace.csv: request 1: found messages; expected lengths',
    ],
  ] as [TraceEntry[], string][])('%# are refused', async (entries, message) => {
    await expect(planned(entries)).rejects.toThrow(message);
  });
});

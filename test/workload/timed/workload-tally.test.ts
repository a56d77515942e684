import { describe, expect, test } from 'vitest';
import { stream } from '../../../src/base/random.ts';
import { LengthCounts } from '../../../src/workload/timed/length-counts.ts';
import { WorkloadTally } from '../../../src/workload/timed/workload-tally.ts';

const request = (input: number, output: number | null, session?: number) => ({
  prompt: '',
  prompt_length: input,
  output_length: output,
  ...(session === undefined ? {} : { session_id: session }),
});

test('lengths have the statistics of the sorted list', () => {
  const rng = stream(1, 'test');
  const values = Array.from({ length: 757 }, () => Math.floor(1000 * rng() ** 3));
  const counts = new LengthCounts();
  for (const value of values) counts.add(value);
  const sorted = values.toSorted((a, b) => a - b);
  const quantile = (share: number) => {
    const at = share * (sorted.length - 1);
    const low = sorted[Math.floor(at)]!;
    return low + (sorted[Math.ceil(at)]! - low) * (at - Math.floor(at));
  };
  const sum = values.reduce((total, value) => total + value, 0);
  const expected = { p50: quantile(0.5), p90: quantile(0.9), p99: quantile(0.99) };
  const { p50, p90, p99, ...rest } = counts.summary()!;
  for (const [name, value] of Object.entries({ p50, p90, p99 })) {
    expect(value).toBeCloseTo(expected[name as keyof typeof expected], 9);
  }
  expect(rest).toEqual({ count: 757, sum, mean: sum / 757, min: sorted[0], max: sorted.at(-1) });
  expect(new LengthCounts().summary()).toBeUndefined();
});

describe('what a workload is', () => {
  test('of one request, and of none', () => {
    const tally = new WorkloadTally();
    expect(tally.summary).toMatchObject({ entries: 0, requests: 0, firstMs: undefined });
    tally.add({ timestamp: 700, requests: [request(5, null)] });
    const { overTime, outputTokens, ...rest } = tally.summary;
    expect(rest).toMatchObject({ entries: 1, requests: 1, firstMs: 700, lastMs: 700 });
    expect(outputTokens).toBeUndefined();
    expect(overTime).toEqual({
      widthMs: 1000,
      bins: [
        {
          requests: 1,
          inputTokens: 5,
          inputMax: 5,
          outputRequests: 0,
          outputTokens: 0,
          outputMax: 0,
        },
      ],
    });
  });

  test('of many has no more bins or cells for that, and no request is lost', () => {
    const tally = new WorkloadTally();
    for (let i = 0; i < 50_000; i++) {
      tally.add({ timestamp: i * 400, requests: [request(3, 2, Math.floor(i / 20))] });
    }
    const { overTime, sessions, requests } = tally.summary;
    expect(requests).toBe(50_000);
    expect(overTime.bins.length).toBeLessThanOrEqual(600);
    expect(overTime.bins.length).toBeGreaterThan(300);
    const all = overTime.bins.reduce((sum, bin) => sum + bin.requests, 0);
    expect(all).toBe(50_000);
    expect(overTime.widthMs * overTime.bins.length).toBeGreaterThanOrEqual(49_999 * 400);
    expect(sessions.sessions).toBe(2500);
    expect(sessions.cells.length).toBeLessThanOrEqual(400 * 200);
    // Sessions follow each other: a diagonal, with at most the neighbours of a cell.
    for (const [atMs, session] of sessions.cells) {
      const begunMs = session * 20 * 400;
      expect(atMs + sessions.widthMs).toBeGreaterThanOrEqual(begunMs);
      expect(atMs).toBeLessThanOrEqual(begunMs + sessions.sessionsPerRow * 20 * 400);
    }
  });

  test('counts events by their kind, and entries without requests', () => {
    const tally = new WorkloadTally();
    const events = ['tool', 'tool', 'join'].map((node_type) => ({ node_type }));
    tally.add({ timestamp: 1, requests: [], events });
    expect(tally.summary).toMatchObject({
      entries: 1,
      requests: 0,
      events: { tool: 2, join: 1 },
      lastMs: undefined,
    });
  });
});

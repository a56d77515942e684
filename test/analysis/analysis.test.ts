import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { readAibrixRecords } from '../../src/analysis/aibrix-records.ts';
import { analyse } from '../../src/analysis/analysis.ts';
import type { AnalysedRequest } from '../../src/analysis/request.ts';
import { analysisText } from '../../src/analysis/text.ts';
import { absent, titled } from '../support/needs.ts';
import { captureFile } from '../support/upstream.ts';

const ok: AnalysedRequest = {
  ...{ status: 'success', startSec: 100, endSec: 102, latencySec: 2 },
  ...{ ttftSec: 0.5, tpotSec: 0.1, promptTokens: 30, outputTokens: 10, totalTokens: 40 },
};
const failed: AnalysedRequest = { status: 'error', error: 'timeout', startSec: 101, endSec: 110 };

describe('001-39: an analysis', () => {
  test('has total, mean, median and 99th percentile of each metric', () => {
    const requests = [1, 2, 3, 4].map((latencySec) => ({ ...ok, latencySec }));
    const { metrics } = analyse(['a'], requests);
    // numpy.percentile([1, 2, 3, 4], 99) is 3.97.
    expect(metrics.latencySec).toEqual({
      ...{ count: 4, total: 10, mean: 2.5, median: 2.5 },
      p99: expect.closeTo(3.97, 12),
    });
    expect(metrics.outputTokensPerSec?.total).toBeCloseTo(10 * (1 + 1 / 2 + 1 / 3 + 1 / 4), 9);
    expect(metrics.tokensPerSec?.total).toBeCloseTo(40 * (1 + 1 / 2 + 1 / 3 + 1 / 4), 9);
    expect(metrics.totalTokens?.total).toBe(160);
  });

  test('has rates over the time from the first start to the last end, failures included', () => {
    const { durationSec, throughput } = analyse(['a'], [ok, failed]);
    expect(durationSec).toBe(10);
    expect(throughput).toEqual({ requestsPerSec: 0.1, tokensPerSec: 4, outputTokensPerSec: 1 });
  });

  test('counts failed requests as errors, and in no other metric', () => {
    const { errors, metrics, requests } = analyse(['a'], [ok, failed, ok, failed]);
    expect(errors).toEqual({ total: 2, share: 0.5, byType: { timeout: 2 } });
    expect(metrics.errors).toMatchObject({ count: 4, total: 2, mean: 0.5 });
    expect(metrics.latencySec?.count).toBe(2);
    expect(requests).toMatchObject({ total: 4, completed: 2, failed: 2 });
  });

  test('counts what was cut off or never sent, and does not judge it', () => {
    const cut: AnalysedRequest[] = [{ status: 'cancelled', startSec: 0 }, { status: 'unsent' }];
    const { requests, errors, durationSec } = analyse(['a'], [ok, ...cut]);
    expect(requests).toMatchObject({ total: 3, completed: 1, cancelled: 1, unsent: 1 });
    expect(errors.share).toBe(0);
    expect(durationSec).toBe(2);
  });

  test('leaves out what is unknown, instead of taking it for 0', () => {
    const { ttftSec: _, tpotSec: __, totalTokens: ___, ...whole } = ok;
    const { metrics, throughput } = analyse(['a'], [whole, { ...ok, latencySec: 0 }]);
    expect(metrics.ttftSec?.count).toBe(1);
    expect(metrics.outputTokensPerSec?.count).toBe(1);
    expect(throughput.tokensPerSec).toBe(20);
    const nothing = analyse(['a'], [{ status: 'unsent' }]);
    expect(nothing).toMatchObject({ metrics: {}, throughput: {} });
    expect(nothing).not.toHaveProperty('durationSec');
    expect(nothing).not.toHaveProperty('goodput');
  });
});

/** What their records have, all of which completed. */
type Line = Readonly<
  Record<
    | 'latency'
    | 'throughput'
    | 'prompt_tokens'
    | 'output_tokens'
    | 'total_tokens'
    | 'ttft'
    | 'tpot'
    | 'start_time'
    | 'end_time',
    number
  >
>;

/** As AIBrix's analyze.py does it, with sums of its own. */
function independent(values: number[]) {
  const sorted = values.toSorted((a, b) => a - b);
  const at = (share: number) => {
    const place = share * (sorted.length - 1);
    const low = sorted[Math.floor(place)]!;
    return low + (sorted[Math.ceil(place)]! - low) * (place - Math.floor(place));
  };
  let total = 0;
  for (const value of values) total += value;
  return { total, mean: total / values.length, median: at(0.5), p99: at(0.99) };
}

const FILES = ['client-c1-records.jsonl', 'client-c2-records.jsonl'];
const missing = absent(captureFile(`aibrix/${FILES[0]}`));

describe.skipIf(missing)(titled("001-39: of records of AIBrix's own client", missing), () => {
  test.each(FILES)('%s: all numbers are those that its records have', async (name) => {
    const file = captureFile(`aibrix/${name}`);
    const lines = readFileSync(file, 'utf8').trim().split('\n');
    const records = lines.map((line): Line => JSON.parse(line));
    const { metrics, durationSec, throughput, requests } = analyse(
      [file],
      await readAibrixRecords(file),
    );
    expect(requests).toMatchObject({ total: records.length, completed: records.length });
    const fields = {
      latencySec: (one) => one.latency,
      outputTokensPerSec: (one) => one.throughput,
      tokensPerSec: (one) => one.total_tokens / one.latency,
      promptTokens: (one) => one.prompt_tokens,
      outputTokens: (one) => one.output_tokens,
      totalTokens: (one) => one.total_tokens,
      ttftSec: (one) => one.ttft,
      tpotSec: (one) => one.tpot,
      errors: () => 0,
    } satisfies Record<string, (record: Line) => number>;
    for (const [metric, of] of Object.entries(fields)) {
      const expected = independent(records.map(of));
      const { count, ...measured } = metrics[metric as keyof typeof fields]!;
      for (const [statistic, value] of Object.entries(measured)) {
        expect(value, `${metric} ${statistic}`).toBeCloseTo(
          expected[statistic as keyof typeof expected],
          9,
        );
      }
      expect(count).toBe(records.length);
    }
    const starts = records.map((one) => one.start_time);
    const ends = records.map((one) => one.end_time);
    const spanSec = Math.max(...ends) - Math.min(...starts);
    expect(durationSec).toBeCloseTo(spanSec, 9);
    const tokens = records.map((one) => one.total_tokens);
    expect(throughput.tokensPerSec).toBeCloseTo(independent(tokens).total / spanSec, 9);
  });
});

test('as text: what came, a line a metric, and goodput where there is a target', () => {
  const targets = [
    { metric: 'e2e', maxSec: 5 },
    { metric: 'tpot', maxSec: 0.05 },
  ] as const;
  const text = analysisText(analyse(['a.jsonl'], [ok, ok, failed], targets));
  expect(text).toMatchInlineSnapshot(`
    "Analysis of a.jsonl
      Requests        3: 2 completed, 1 failed
      Duration        10.00 s
      Throughput      0.200 requests/s
                      8.000 tokens/s, prompts and answers
                      2.000 tokens/s, answers
      Errors          1 (33.3 %): timeout 1

    Of completed requests
                                    count  total   mean  median    p99
      Latency (ms)                      2   4000   2000    2000   2000
      Output tokens/s of a request      2     10      5       5      5
      Tokens/s of a request             2     40     20      20     20
      Prompt tokens                     2     60     30      30     30
      Output tokens                     2     20     10      10     10
      Total tokens                      2     80     40      40     40
      TTFT (ms)                         2   1000    500     500    500
      TPOT (ms)                         2    200    100     100    100
      Errors                            3      1  0.333       0  0.980

      Errors are 1 for a failed request, and of failed ones too.

    Goodput
      e2e <= 5 s: 2 of 3, 66.7 %
      tpot <= 0.05 s: 0 of 3, 0.0 %
      0 of 3 requests were good: 0.0 %, 0 requests/s"
  `);
});

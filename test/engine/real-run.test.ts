import { readFileSync } from 'node:fs';
import { beforeAll, describe, expect, test } from 'vitest';
import { quantile } from '../../src/stats/exact.ts';
import { Bench, type Outcome, privateTokens } from '../support/engine-rig.ts';
import { absent, sharedFile, titled } from '../support/needs.ts';

/**
 * A real vLLM 0.19 run: 300 ShareGPT requests against Llama-3.1-8B on an RTX 4090, deep in overload. The
 * kernels' constants come from elsewhere; the profile's host time of 1 ms was chosen on this run, so the
 * test guards a fit and predicts nothing. Without it the means are 5 % short.
 */
const FILE = sharedFile('data/traces/vllm019_rtx4090_llama31_8b_requests.jsonl');
const NO_FILE = absent(FILE);

interface RealRequest {
  readonly input_toks: number;
  readonly output_toks: number;
  /** Seconds on one clock. */
  readonly queued_ts: number;
  readonly first_token_ts: number;
  readonly last_token_ts: number;
}

/** One request's times from when the engine queued it, seconds; TPOT over the tokens after the first. */
interface Times {
  readonly ttft: number;
  readonly tpot: number;
  readonly e2e: number;
}

function timesOf(firstSec: number, lastSec: number, { output_toks }: RealRequest): Times {
  return { ttft: firstSec, tpot: (lastSec - firstSec) / (output_toks - 1), e2e: lastSec };
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

/** Percentiles are interpolated linearly, as in every table. */
const STATISTICS = {
  mean,
  p50: (values: readonly number[]) => quantile(Float64Array.from(values).sort(), 0.5),
  p90: (values: readonly number[]) => quantile(Float64Array.from(values).sort(), 0.9),
  p99: (values: readonly number[]) => quantile(Float64Array.from(values).sort(), 0.99),
};

describe.skipIf(NO_FILE)(titled('a real vLLM run on an RTX 4090, played again', NO_FILE), () => {
  const measured: Times[] = [];
  const simulated: Times[] = [];
  let preemptions = 0;

  beforeAll(() => {
    const lines = readFileSync(FILE, 'utf8').trim().split('\n');
    const real = lines.map((line) => JSON.parse(line) as RealRequest);
    const startSec = Math.min(...real.map((request) => request.queued_ts));
    // The times are from when the engine had queued a request: what the API takes before that is not in them.
    const bench = new Bench({ gpu: 'rtx4090', apiMs: 0, maxModelTokens: 32_768 });
    const outcomes: Outcome[] = [];
    for (const [user, request] of real.entries()) {
      const promptTokens = Int32Array.from(privateTokens(user, request.input_toks));
      bench.clock.run((request.queued_ts - startSec) * 1000);
      outcomes.push(
        bench.submit({ promptTokens, maxTokens: request.output_toks, ignoreEos: true }),
      );
    }
    bench.clock.run();
    preemptions = bench.engine.stats.preemptions;
    for (const [index, request] of real.entries()) {
      const { queued_ts, first_token_ts, last_token_ts } = request;
      measured.push(timesOf(first_token_ts - queued_ts, last_token_ts - queued_ts, request));
      const { atMs } = outcomes[index]!;
      const [firstSec, lastSec] = [atMs[0]!, atMs.at(-1)!].map(
        (ms) => ms / 1000 - (queued_ts - startSec),
      );
      simulated.push(timesOf(firstSec!, lastSec!, request));
    }
  });

  test.each(
    (['ttft', 'tpot', 'e2e'] as const).flatMap((field) =>
      (['mean', 'p50', 'p90', 'p99'] as const).map((statistic) => [field, statistic] as const),
    ),
  )('%s: the %s is within 3 %%', (field, statistic) => {
    const statisticOf = (times: readonly Times[]) =>
      STATISTICS[statistic](times.map((one) => one[field]));
    expect(measured).toHaveLength(300);
    expect(Math.abs(statisticOf(simulated) / statisticOf(measured) - 1)).toBeLessThan(0.03);
  });

  test('the E2E time of a request is within 3 %, in the mean over all of them', () => {
    const errors = simulated.map(({ e2e }, index) => Math.abs(e2e / measured[index]!.e2e - 1));
    expect(mean(errors)).toBeLessThan(0.03);
  });

  test('about 190 preemptions are counted; the real run did not record its own', () => {
    expect(preemptions).toBeGreaterThan(170);
    expect(preemptions).toBeLessThan(215);
  });
});

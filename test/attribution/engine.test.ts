import { describe, expect, test } from 'vitest';
import { type Explanation, explain } from '../../src/attribution/explanation.ts';
import type { Fit } from '../../src/attribution/fit.ts';
import { timedRequests } from '../../src/attribution/timed-request.ts';
import { profileOf } from '../../src/engine/cost/profile-of.ts';
import type { Run } from '../../src/record/run-folder.ts';
import { scenarioOf } from '../../src/report/identity.ts';
import { offloading, runOf, simulatedRun } from './runs.ts';

// The engine's constants are known: what is fitted of its records alone has to be these.

const ALL = { selection: { slowest: 1 }, by: 'latency' } as const;

function coefficient(fit: Explanation['ttft']['prefill'] | Explanation['tpot'], name: string) {
  return (fit as Fit).coefficients.find((one) => one.name === name)!;
}

/**
 * Microseconds that one more uncached token takes in the cost model: its linear layers, its share of what a step of a
 * full budget takes besides, and attention to as much as goes with it in this run, by the slope of pairs over tokens.
 */
function tokenUs(run: Run): number {
  const { engine } = scenarioOf(run.parts[0]!)!;
  const profile = profileOf(engine);
  const points = timedRequests(run).map(({ inputTokens = 0, uncachedTokens = 0 }) => [
    uncachedTokens,
    uncachedTokens * (inputTokens - uncachedTokens / 2),
  ]);
  const mean = (of: 0 | 1) => points.reduce((sum, point) => sum + point[of]!, 0) / points.length;
  const [x, y] = [mean(0), mean(1)];
  let covariance = 0;
  let variance = 0;
  for (const [tokens, pairs] of points) {
    covariance += (tokens! - x) * (pairs! - y);
    variance += (tokens! - x) ** 2;
  }
  const stepMs = profile.hostMs + profile.attentionLaunchMs + profile.headMs;
  return (
    profile.tokenUs +
    (1e3 * stepMs) / engine.maxBatchedTokens +
    (profile.pairNs / 1e3) * (covariance / variance)
  );
}

const run = await simulatedRun(offloading(1));
const { explanation } = explain(run, ALL);

describe('against an engine whose constants are known', () => {
  test('a token costs what it does, within 10 %', () => {
    const truth = tokenUs(run);
    const { value } = coefficient(explanation.ttft.prefill, 'uncached');
    expect(Math.abs((1e3 * value) / truth - 1)).toBeLessThan(0.1);
  });

  test('a token of context of its own costs its decode attention, as in the profile', () => {
    const { interval95 } = coefficient(explanation.tpot, 'context');
    const { contextTokenUs } = profileOf(scenarioOf(run.parts[0]!)!.engine);
    expect(1e3 * interval95[0]).toBeLessThan(contextTokenUs);
    expect(1e3 * interval95[1]).toBeGreaterThan(contextTokenUs);
  });

  test('the tier below gives its bandwidth, within 10 %, and pays', () => {
    const { tiers, breakEvenGBps } = explanation.reload;
    const { GBps, isWithFixed, verdict } = tiers[0]!;
    expect(isWithFixed).toBeUndefined();
    expect(Math.abs(GBps!.value / 10 - 1)).toBeLessThan(0.1);
    expect(verdict).toBe('pays');
    expect(breakEvenGBps!.value).toBeLessThan(5.6);
  });

  test('where all loads are as long, no bandwidth is made of what holds the start of a load as well', async () => {
    const input = offloading(3);
    const alike = await simulatedRun({
      ...input,
      conversation: {
        systemPrompt: { tokens: 500 },
        userHistory: { tokens: 3000 },
        question: { tokens: 50 },
        rounds: 4,
        answer: { tokens: 20, force: true },
      },
    });
    const { tiers } = explain(alike, ALL).explanation.reload;
    expect(tiers).toMatchObject([{ tier: 'below', isWithFixed: true }]);
    expect(tiers[0]!.GBps).toBeUndefined();
  });

  test('where loads are slower than computing, the tier costs time', async () => {
    const slow = await simulatedRun(
      offloading(2, {
        offload: { preset: 'vllm', cpu: { capacityGB: 64, readGBps: 2 } },
      }),
    );
    const { reload } = explain(slow, ALL).explanation;
    expect(Math.abs(reload.tiers[0]!.GBps!.value / 2 - 1)).toBeLessThan(0.1);
    expect(reload.tiers[0]!.verdict).toBe('costs');
  });

  test('tiers are told apart: storage by way of the host costs, and the host pays', async () => {
    const tiers = await simulatedRun(
      offloading(1, {
        blocks: 2000,
        offload: {
          preset: 'hicache',
          cpu: { capacityGB: 6, readGBps: 20 },
          disk: { capacityGB: 200, readGBps: 4 },
        },
      }),
    );
    const [host, storage] = explain(tiers, ALL).explanation.reload.tiers;
    expect([host!.tier, host!.verdict]).toEqual(['host', 'pays']);
    expect(Math.abs(host!.GBps!.value / 20 - 1)).toBeLessThan(0.1);
    expect([storage!.tier, storage!.verdict]).toEqual(['storage', 'costs']);
    // First to the host at 4 GB/s, and from there at 20.
    const effective = 1 / (1 / 4 + 1 / 20);
    expect(Math.abs(storage!.GBps!.value / effective - 1)).toBeLessThan(0.1);
  });

  test('where the server does not tell the queue, it is fitted, and a token costs the same', () => {
    const records = run.parts[0]!.records.map(
      ({ engineQueueMs: _, enginePrefillMs: __, ...record }) => record,
    );
    const silent = runOf(records, run.parts[0]!.header.scenario);
    const fitted = explain(silent, ALL).explanation;
    expect([fitted.ttft.queueFrom, explanation.ttft.queueFrom]).toEqual(['fitted', 'told']);
    expect(fitted.ttft.queue).toBeUndefined();
    const { value } = coefficient(fitted.ttft.prefill, 'uncached');
    expect(Math.abs((1e3 * value) / tokenUs(run) - 1)).toBeLessThan(0.1);
    expect(Math.abs(fitted.reload.tiers[0]!.GBps!.value / 10 - 1)).toBeLessThan(0.1);
  });

  test('every waterfall sums to its latency, and little of the first tokens is unexplained', () => {
    let unexplained = 0;
    let waited = 0;
    for (const { waterfall, latencyMs, request } of explanation.chosen) {
      const sum = Object.values(waterfall).reduce((all, part) => all + part, 0);
      expect(Math.abs(sum - latencyMs)).toBeLessThan(1);
      unexplained += Math.abs(waterfall.unexplained);
      waited += request.firstTokenMs - request.sentMs;
    }
    expect(unexplained / waited).toBeLessThan(0.1);
  });
});

import { expect, test } from 'vitest';
import { VirtualClock } from '../../../src/base/clock.ts';
import type { Answered } from '../../../src/calibrate/probe/request.ts';
import { ProbeSession } from '../../../src/calibrate/probe/session.ts';
import { simulatedProbeTarget } from '../../../src/calibrate/probe/target.ts';
import { type Passed, probeTraffic } from '../../../src/calibrate/probe/traffic.ts';
import { fitTraffic } from '../../../src/calibrate/probe/traffic-fit.ts';
import { profiles } from '../../../src/engine/cost/profiles.ts';
import { simulatedEngine } from '../../../src/engine/embedded.ts';
import { engineOptions, simulatedTransport } from '../../../src/play/target.ts';
import { parseScenario } from '../../../src/scenario/load.ts';

const TRUTH = {
  ...profiles['h100']!,
  ...{ hostMs: 0, asyncScheduling: true, graphSizes: [1, 2, 4, 8, 16, 24, 32, 48, 64, 128] },
  ...{ graphLaunchMs: 2, eagerLaunchMs: 20, eagerLaunchSpread: 0.4 },
  ...{ apiMs: 3, apiSerialMs: 4, apiReadShare: 0.4, promptTokenUs: 2, chunkUs: 30 },
};

test('what a host takes is found in traffic', async () => {
  const clock = new VirtualClock();
  const scenario = parseScenario({ engine: { blocks: 2600 }, sampling: { ignoreEos: true } });
  const simulated = await simulatedEngine(clock, engineOptions(scenario), TRUTH);
  const target = {
    ...(await simulatedProbeTarget(scenario, clock)),
    transport: await simulatedTransport(simulated, scenario),
  };
  const session = new ProbeSession({
    ...{ target, clock, budgetMs: 150_000, seed: 'traffic' },
    keeper: { answered: (_what: string, _one: Answered) => {}, page() {} },
  });
  session.overheadTokens = 6;
  const room = { maxModelTokens: 16_384, kvTokens: 41_584, tokenMs: 0.025, stepMs: 6.5 };
  let passed: readonly Passed[] | undefined;
  void probeTraffic(session, room).then((all) => {
    passed = all;
  });
  while (!passed) {
    await new Promise((resolve) => setImmediate(resolve));
    await clock.runInSlices();
  }
  const start = { ...TRUTH, eagerLaunchMs: 14, apiMs: 9, promptTokenUs: 1 };
  const fitted = await fitTraffic(passed, start, scenario.engine, () => false);
  const { eagerLaunchMs, apiMs, apiSerialMs, promptTokenUs } = fitted!.values;
  expect(Math.abs(fitted!.residuals['traffic.ttftMs.p50']!)).toBeLessThan(0.02);
  expect(eagerLaunchMs!.value).toBeGreaterThan(18);
  expect(eagerLaunchMs!.value).toBeLessThan(22);
  const aRequestMs = apiMs!.value + apiSerialMs!.value + promptTokenUs!.value;
  expect(Math.abs(aRequestMs - 9)).toBeLessThan(1.5);
});

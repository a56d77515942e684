import { describe, expect, test } from 'vitest';
import { explain } from '../../src/attribution/explanation.ts';
import { PLAIN } from '../support/plain.ts';
import { offloading, simulatedRun } from './runs.ts';

// By hand: ENGINES=20 npx vitest run --project unit test/attribution/many-engines.test.ts

const ENGINES = Number(process.env['ENGINES'] ?? 0);
const SETTINGS = [
  { gpu: PLAIN, readGBps: 22, usersPerSec: 0.4 },
  { gpu: PLAIN, readGBps: 10, usersPerSec: 0.4 },
  { gpu: PLAIN, readGBps: 5, usersPerSec: 0.4 },
  { gpu: 'a100', readGBps: 20, usersPerSec: 0.2 },
  { gpu: 'rtx4090', readGBps: 12, usersPerSec: 0.15 },
];

describe.skipIf(!ENGINES)('over many engines', () => {
  test.each(SETTINGS)(
    'bandwidths are found: %o',
    { timeout: 600_000 },
    async ({ gpu, readGBps, usersPerSec }) => {
      const errors: number[] = [];
      let held = 0;
      for (let seed = 1; seed <= ENGINES; seed++) {
        const tiers = { preset: 'vllm', cpu: { capacityGB: 64, readGBps } } as const;
        const input = offloading(seed, { gpu, offload: tiers });
        const population = {
          arrivals: { process: 'poisson', usersPerSec },
          users: 150,
        } as const;
        const run = await simulatedRun({ ...input, population });
        const asked = { selection: { slowest: 0.01 }, by: 'latency' } as const;
        const { GBps } = explain(run, asked).explanation.reload.tiers[0]!;
        if (!GBps) continue;
        errors.push(Math.abs(GBps.value / readGBps - 1));
        if (GBps.interval95[0] <= readGBps && readGBps <= GBps.interval95[1]) held++;
      }
      const within = errors.filter((error) => error < 0.1).length;
      console.log(
        `${gpu} ${readGBps} GB/s: told of ${errors.length} of ${ENGINES}, ${within} within 10 %, held by ${held} intervals`,
      );
      expect(within / ENGINES).toBeGreaterThanOrEqual(0.9);
    },
  );
});

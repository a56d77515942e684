import { cpSync, existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { type Explanation, explain } from '../../src/attribution/explanation.ts';
import type { Fit } from '../../src/attribution/fit.ts';
import { readRun } from '../../src/record/run-folder.ts';
import { ROOT } from '../support/folders.ts';

// Runs of vLLM 0.24 on an H100, recorded outside the repository: 131,072 bytes a token.

const RECORDINGS = join(ROOT, '../shared/data/recordings/vllm024-h100');
const here = test.skipIf(!existsSync(RECORDINGS));

function explained(name: string): Explanation {
  const dir = mkdtempSync(join(tmpdir(), 'confab-recorded-'));
  try {
    for (const kind of ['journal', 'metrics']) {
      cpSync(join(RECORDINGS, `${name}.${kind}.ndjson`), join(dir, `${kind}.ndjson`));
    }
    return explain(readRun(dir), { selection: { slowest: 0.01 }, by: 'latency' }).explanation;
  } finally {
    rmSync(dir, { recursive: true });
  }
}

here(
  'of a real run that loads, tokens by tier are those of its counters, and the link has its bandwidth',
  () => {
    const { tokens, externalFrom, told, reload } = explained('pressure-offload');
    expect(externalFrom).toBe('distance');
    // To the token: the server counts 315,728 - 96,144 and 940,720.
    expect(tokens).toMatchObject({ local: 219_584, external: 940_720 });
    expect(told.externalTokens).toBe(940_720);
    expect(told.bytesPerToken).toBe(131_072);
    // 182.9 GB in 5.42 s over this run and another; 123.3 GB in 3.51 s over this one.
    expect(Math.abs(reload.toldGBps! / 33.7 - 1)).toBeLessThan(0.2);
    expect(reload.toldGBps).toBeCloseTo(35.13, 2);
    // Loads are nearly all as long: what a token takes cannot be told from what any load takes, and is not said.
    const [tier] = reload.tiers;
    expect(tier).toMatchObject({ isWithFixed: true });
    expect(tier!.GBps).toBeUndefined();
    expect(tier!.loadUs!.value).toBeGreaterThan(131_072 / 33.7 / 1e3);
  },
);

here(
  'of a real run without, a token costs what a search of 60 plays found, whoever computes it',
  () => {
    const { ttft, chosen } = explained('pressure');
    const { coefficients } = ttft.prefill as Fit;
    const us = (name: string) => 1e3 * coefficients.find((one) => one.name === name)!.value;
    expect(Math.abs(us('uncached') / 23.5 - 1)).toBeLessThan(0.1);
    expect(Math.abs(us('computedAhead') / 23.5 - 1)).toBeLessThan(0.1);
    expect(chosen[0]!.eviction).toMatchObject({ block: 31, blocks: 2599, isOfGpu: false });
  },
);

here('of a real run that was full, it is said that requests waited for room', () => {
  const { waiting, ttft } = explained('closed');
  expect(waiting!.requests).toBe(639);
  expect((ttft.prefill as Fit).residualMs).toBeLessThan(400);
  // As fast as it computes: what a token ahead takes is its computing.
  expect(explained('pressure').waiting).toBeUndefined();
});

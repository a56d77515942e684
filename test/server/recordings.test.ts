import { cpSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import { readRun } from '../../src/record/run-folder.ts';
import { serverOfRun } from '../../src/report/server/watched.ts';
import { type ServerSummary, serverOf } from '../../src/server/server.ts';
import { absent, sharedFile, titled } from '../support/needs.ts';
import { watchedPart } from './watched.ts';

const recorded = (name: string) => sharedFile(`data/recordings/vllm024-h100/${name}.ndjson`);
const RUNS = ['pressure', 'closed', 'pressure-offload'];
const files = RUNS.flatMap((name) => [recorded(`${name}.journal`), recorded(`${name}.metrics`)]);
const missing = absent(...files);

function server(name: string): ServerSummary {
  const dir = mkdtempSync(join(tmpdir(), 'confab-recorded-'));
  onTestFinished(() => rmSync(dir, { recursive: true }));
  for (const what of ['journal', 'metrics']) {
    cpSync(recorded(`${name}.${what}`), join(dir, `${what}.ndjson`));
  }
  return serverOfRun(readRun(dir))!.summary;
}

describe.skipIf(missing)(titled('real runs against vLLM 0.24', missing), () => {
  test.each([
    ['pressure', [288, 1379088, 206384, 17280]],
    ['closed', [640, 1829760, 316944, 76800]],
    ['pressure-offload', [288, 1379088, 1160304, 17280]],
  ])('%s: records and counters agree to the token', (name, sums) => {
    const { reconciled, restarts, isWhole } = server(name);
    expect(reconciled.map(({ records }) => records)).toEqual(sums);
    expect(reconciled.map(({ residual }) => residual)).toEqual([0, 0, 0, 0]);
    expect({ restarts, isWhole }).toEqual({ restarts: [], isWhole: true });
  });

  test('the capacity is that of the cache, in blocks and tokens', () => {
    const { gauges } = server('pressure');
    expect(gauges.capacityBlocks?.last).toBe(2600);
    expect(gauges.blockTokens?.last).toBe(16);
    expect(gauges.capacityTokens?.last).toBe(41600);
  });

  test('loads and stores have their bytes and their speed', () => {
    const { counters } = server('pressure-offload');
    const { storedBytes, storeSec, loadedBytes, loadSec } = counters;
    const speed = (bytes = { total: 0 }, sec = { total: 0 }) => bytes.total / 1e9 / sec.total;
    expect([storedBytes?.total, loadedBytes?.total]).toEqual([28552724480, 123302051840]);
    // 33.7 and 43 over this run and one more.
    expect(speed(loadedBytes, loadSec)).toBeCloseTo(35.1, 1);
    expect(speed(storedBytes, storeSec)).toBeCloseTo(43.0, 1);
    expect(counters.localHitTokens?.total).toBe(219584);
    expect(counters.externalHitTokens?.total).toBe(940720);
  });

  test('lookups are repeated for what is not admitted; what was cached is not', () => {
    const { lookedUpTokens, cachedTokens, preemptions } = server('closed').counters;
    expect([lookedUpTokens?.total, cachedTokens?.total]).toEqual([9614637, 316944]);
    expect(preemptions?.total).toBe(36);
  });
});

const WIRE = sharedFile('data/wire/vllm032-cpu-metrics.txt');
const noWire = absent(WIRE);
test.skipIf(noWire)(titled('a page of vLLM 0.32 tells by tier what it found', noWire), () => {
  const pages = [
    { atMs: 0, text: 'vllm:x 1' },
    { atMs: 1, text: readFileSync(WIRE, 'utf8') },
  ];
  const { counters, gauges, times } = serverOf([watchedPart(pages)], false)!.summary;
  expect(counters.tierHitTokens?.by).toEqual({
    ...{ device: 448, host: 0, p2p: 0, disk: 0, external_unspecified: 0 },
  });
  expect([counters.promptTokens?.total, counters.cachedTokens?.total]).toEqual([916, 448]);
  expect([counters.succeeded?.total, counters.aborted?.total]).toEqual([21, 0]);
  expect([gauges.capacityBlocks?.last, gauges.blockTokens?.last]).toEqual([200, 32]);
  expect(times.prefillSec).toMatchObject({ count: 21 });
});

import { cpSync, existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readRun } from '../../src/record/run-folder.ts';
import { boundsOf } from '../../src/twin/errors.ts';
import { twinOf } from '../../src/twin/twin.ts';
import { absent, sharedFile } from '../support/needs.ts';

// vLLM 0.24 on an H100, recorded outside the repository: see its README.
const RECORDED = sharedFile('data/recordings/vllm024-h100');
export const NO_RECORDINGS = absent(RECORDED);

function offload(gib: number): string[] {
  return ['engine.offload.preset=vllm', `engine.offload.cpu.capacityGB=${(gib * 2 ** 30) / 1e9}`];
}

/**
 * Where the server's page does not tell what it was, that; how many of the 11 bounds of a good twin the shipped profile
 * keeps; and in which share of the requests the cached tokens are equal.
 */
export const RUNS = [
  {
    ...{ name: 'one-offload16', settings: ['engine.blocks=8000', ...offload(16)] },
    ...{ kept: 11, equal: 1 },
  },
  { name: 'pressure', settings: [], kept: 11, equal: 0.95 },
  { name: 'closed', settings: [], kept: 11, equal: 1 },
  {
    ...{ name: 'mixed-offload16', settings: ['engine.blocks=8000', ...offload(16)] },
    ...{ kept: 9, equal: 0.95 },
  },
] as const;

/** A recorded run beside what the shipped profile makes of it. */
export async function shippedTwinOf({ name, settings }: (typeof RUNS)[number]) {
  const dir = mkdtempSync(join(tmpdir(), 'confab-twin-'));
  try {
    for (const kind of ['journal', 'metrics']) {
      const file = join(RECORDED, `${name}.${kind}.ndjson`);
      if (existsSync(file)) cpSync(file, join(dir, `${kind}.ndjson`));
    }
    const twin = await twinOf(readRun(dir), { gpu: 'h100', settings, draws: 0, intervals: {} });
    return { ...boundsOf(twin), equal: twin.agreement.equal / twin.requests.paired };
  } finally {
    rmSync(dir, { recursive: true });
  }
}

import { cpSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { readRun } from '../../src/record/run-folder.ts';
import { boundsOf } from '../../src/twin/errors.ts';
import { twinOf } from '../../src/twin/twin.ts';
import { absent, sharedFile, titled } from '../support/needs.ts';
import { NO_RECORDINGS, RUNS, shippedTwinOf } from './vllm024.ts';

// vLLM 0.24 on an H100, recorded outside the repository: see its README.
const RECORDED = sharedFile('data/recordings/vllm024-h100');
const missing = absent(RECORDED);

/** Six of them are what a search of 60 plays found on `pressure` and `closed`. */
const PROFILE = {
  ...{ weightsMs: 5.746, tokenUs: 23.47, contextTokenUs: 0.043, pairNs: 1.157, hostMs: 0.248 },
  ...{ apiMs: 14.27, headMs: 0.37, attentionLaunchMs: 0, kvBytesPerToken: 131_072 },
  ...{ blocks: 27_000, hostReadGBps: 33.7, hostWriteGBps: 43 },
};

test.skipIf(missing)(
  titled(
    'a real run beside its twin: cached tokens of requests, all bounds, blocks as the server told',
    missing,
  ),
  async () => {
    const dir = mkdtempSync(join(tmpdir(), 'confab-twin-'));
    try {
      for (const kind of ['journal', 'metrics']) {
        cpSync(join(RECORDED, `pressure.${kind}.ndjson`), join(dir, `${kind}.ndjson`));
      }
      const gpu = join(dir, 'engine.json');
      writeFileSync(gpu, JSON.stringify(PROFILE));
      const twin = await twinOf(readRun(dir), { gpu, settings: [], draws: 0, intervals: {} });
      expect(twin.told).toEqual(['2600 blocks of 16 tokens']);
      expect(twin.requests).toEqual({ paired: 288, onlyObserved: 0, onlyTwin: 0 });
      expect(twin.agreement.inputEqual).toBe(288);
      expect(twin.agreement.equal).toBeGreaterThanOrEqual(280);
      expect(boundsOf(twin)).toEqual({ kept: 11, of: 11 });
    } finally {
      rmSync(dir, { recursive: true });
    }
  },
);

// The others are in test/calibrate/fit/recordings.proof.ts.
const [SHORTEST] = RUNS;

test.skipIf(NO_RECORDINGS)(
  titled(`the shipped h100 keeps all bounds of the recorded run ${SHORTEST.name}`, NO_RECORDINGS),
  async () => {
    expect(await shippedTwinOf(SHORTEST)).toEqual({ kept: 11, of: 11, equal: 1 });
  },
);

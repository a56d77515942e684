import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { defaultCacheDir } from '../base/cache-dir.ts';
import { presetCurve } from '../workload/timed/curve.ts';
import { openMade } from '../workload/timed/open-prompts.ts';
import { patterned } from '../workload/timed/patterned.ts';
import type { Plan } from '../workload/timed/planned.ts';
import { type Prompts, requestOf } from '../workload/timed/prompts.ts';
import { spoken } from '../workload/timed/spoken.ts';
import { WorkloadTally } from '../workload/timed/workload-tally.ts';
import { writeWorkload } from '../workload/timed/write-workload.ts';
import { between, total } from './measure.ts';

const ROWS = 1_000_000;
const ROWS_WITH_TEXT = 50_000;
const PROMPT_TOKENS = 200;
const QPS = 1000;
/** A core, without making texts. */
const TARGET_PER_SEC = 20_000;

/** A workload on curves, planned, counted and written: without texts, and with texts made to length. */
export async function workload(print: (line: string) => void): Promise<void> {
  const empty: Prompts = {
    next: ({ inputTokens, outputTokens }) =>
      requestOf({ prompt: '', tokens: inputTokens!, outputTokens, session: undefined }),
  };
  const cacheDir = defaultCacheDir();
  const { prompts } = await openMade({ seed: 0, tokenizer: 'gpt2', cacheDir });
  const without = await written(ROWS, empty);
  const texts = await written(ROWS_WITH_TEXT, prompts);
  const missed = without.perSec < TARGET_PER_SEC ? ' MISSED' : '';
  print('workload: requests on curves, written as JSON lines');
  print(
    `  without texts: ${without.rows} rows, ${without.perSec.toFixed(0)} a second of CPU (target ${TARGET_PER_SEC})${missed}; at most ${without.peakMb.toFixed(0)} MB`,
  );
  print(
    `  with texts of ${PROMPT_TOKENS} tokens: ${texts.rows} rows, ${texts.perSec.toFixed(0)} a second of CPU`,
  );
}

async function written(rows: number, prompts: Prompts) {
  const dir = mkdtempSync(join(tmpdir(), 'confab-bench-'));
  const before = process.cpuUsage();
  const tally = new WorkloadTally();
  let peak = 0;
  const watch = setInterval(() => {
    peak = Math.max(peak, process.memoryUsage().rss);
  }, 20);
  try {
    const { entries } = spoken(plan(rows), prompts);
    await writeWorkload(join(dir, 'workload.jsonl'), tally.through(entries), 'jsonl');
  } finally {
    clearInterval(watch);
    rmSync(dir, { recursive: true });
  }
  const cpuSec = total(between(before, process.cpuUsage())) / 1e6;
  const { requests } = tally.summary;
  return { rows: requests, perSec: requests / cpuSec, peakMb: peak / 2 ** 20 };
}

function plan(rows: number): Plan {
  const durationMs = (rows / QPS) * 1000;
  const curve = (mean: number) => presetCurve('severe_fluctuation', mean, durationMs);
  return patterned({
    seed: 0,
    steps: { durationMs, intervalMs: 1000 },
    rate: curve(QPS),
    inputTokens: curve(PROMPT_TOKENS),
    outputTokens: curve(PROMPT_TOKENS),
    factors: { rate: 1, input: 1, output: 1 },
  });
}

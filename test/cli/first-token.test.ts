import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import type { TurnRecord } from '../../src/record/record.ts';
import { tpotMs, ttftMs } from '../../src/stats/latency.ts';
import { confab, journalOf } from '../support/confab.ts';
import { freshFolder } from '../support/folders.ts';
import { type Delta, type Reply, startLoggingServer } from '../support/logging-server.ts';

/** The record of one question that is answered so. */
async function asked(reply: Reply): Promise<TurnRecord> {
  const server = await startLoggingServer({ reply: () => reply });
  const cwd = freshFolder();
  const workload = { timestamp: 0, requests: [{ prompt: 'How far is it?' }] };
  writeFileSync(join(cwd, 'one.jsonl'), JSON.stringify(workload));
  const args = ['client', '--workload-path', 'one.jsonl', '--streaming'];
  const to = ['--endpoint', server.url, '--model', 'mock'];
  const { code, stderr } = await confab([...args, ...to], { cwd });
  await server.close();
  expect(code, stderr).toBe(0);
  return journalOf(cwd).records[0]!;
}

const GAP_MS = 60;

function streamOf(...deltas: Delta[]): Reply {
  return { deltas: deltas.map((delta) => ({ afterMs: GAP_MS, ...delta })) };
}

describe('001-38 TTFT', () => {
  test('is not that of the role chunk, which comes with the head', async () => {
    const record = await asked(streamOf({ content: 'a' }, { content: 'b' }));
    expect(record.chunks).toBe(2);
    expect(ttftMs(record)).toBeGreaterThan(GAP_MS - 2);
  });

  test('nor that of an empty delta; reasoning counts', async () => {
    const record = await asked(
      streamOf({ content: '' }, { reasoning_content: 'hm' }, { content: 'a' }),
    );
    expect(record.chunks).toBe(2);
    expect(ttftMs(record)).toBeGreaterThan(2 * GAP_MS - 2);
    expect(record.firstOutputMs! - record.firstTokenMs!).toBeGreaterThan(GAP_MS / 2);
  });
});

describe('X-8 TPOT', () => {
  test('is over the tokens but one, as the server counts them and not by chunks', async () => {
    const usage = { prompt_tokens: 40, completion_tokens: 11 };
    const record = await asked({ deltas: [{ content: 'a' }, { content: 'b' }], usage });
    expect(record).toMatchObject({
      outputTokens: 11,
      inputTokens: 40,
      tokensFrom: 'usage',
      chunks: 2,
    });
    expect(tpotMs(record)).toBeCloseTo((record.endMs! - record.firstTokenMs!) / 10, 6);
    // This client's own count of the question stands beside it.
    expect(record.messageTokens).toBeGreaterThan(0);
  });

  test('where the server does not count, this client does, and says so', async () => {
    const record = await asked({ tokens: 3, usage: false });
    expect(record.tokensFrom).toBe('local');
    expect(record.outputTokens).toBeGreaterThan(1);
  });
});

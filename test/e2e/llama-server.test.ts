import { execFileSync, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { ROOT } from '../support/folders.ts';
import { absent, sharedFile, titled } from '../support/needs.ts';

/**
 * A real engine: llama-server, from the path in CONFAB_LLAMA_SERVER, with a model of random weights.
 * It closes the connection 3 ms after every streamed answer although it promises to keep it.
 */
const BINARY = process.env['CONFAB_LLAMA_SERVER'];
const MAKE_MODEL = sharedFile('tools/make-tiny-gguf.mjs');
const TOKENIZER = join(ROOT, 'dist/workload/tokenizer/gpt2-tokenizer.json');

const why = BINARY ? absent(MAKE_MODEL) : 'CONFAB_LLAMA_SERVER names no llama-server binary';

test.skipIf(why)(
  titled(
    'a real llama-server plays 16 conversations of 8 rounds at once with no client error',
    why,
  ),
  async () => {
    const dir = mkdtempSync(join(tmpdir(), 'confab-llama-'));
    const model = join(dir, 'tiny.gguf');
    execFileSync(process.execPath, [
      MAKE_MODEL,
      TOKENIZER,
      '-',
      'gpt-2',
      model,
      '2',
      '64',
      '65536',
    ]);
    const port = await freePort();
    const server = spawn(
      BINARY!,
      // Two threads would spin against each other on a small machine.
      [
        '-m',
        model,
        '--host',
        '127.0.0.1',
        '--port',
        `${port}`,
        '-c',
        '65536',
        '-np',
        '4',
        '-t',
        '1',
      ].concat(['--alias', 'tiny']),
      { stdio: 'ignore' },
    );
    try {
      await healthy(`http://127.0.0.1:${port}/health`);
      const scenario = join(dir, 'scenario.yaml');
      writeFileSync(
        scenario,
        JSON.stringify({
          name: 'llama',
          target: { url: `http://127.0.0.1:${port}` },
          conversation: {
            systemPrompt: { tokens: 64 },
            userHistory: { tokens: 128 },
            question: { tokens: 16 },
            rounds: 8,
            answer: { tokens: 16 },
          },
          pacing: { pauseSec: 0 },
          population: { users: 16, arrivals: { process: 'closed', concurrency: 16 } },
          output: { dir: join(dir, 'runs') },
          thresholds: { maxErrorRate: 0 },
        }),
      );
      const main = join(ROOT, 'dist/main.js');
      const run = spawnSync(process.execPath, [main, 'run', scenario], { encoding: 'utf8' });
      expect(run.stderr).not.toMatch(/error|threshold/);
      expect(run.status).toBe(0);
      const [name] = readdirSync(join(dir, 'runs'));
      const summary = JSON.parse(readFileSync(join(dir, 'runs', name!, 'summary.json'), 'utf8'));
      expect(summary.counts).toMatchObject({ planned: 128, completed: 128, failed: 0, unsent: 0 });
      expect(summary.distributions.cachedTokens.count).toBe(128);
      expect(summary.distributions.cachedTokens.max).toBeGreaterThan(0);
    } finally {
      server.kill();
      await once(server, 'exit');
    }
  },
  300_000,
);

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as { port: number };
  server.close();
  await once(server, 'close');
  return port;
}

/** Waits until the server has loaded its model: it says when, so there is nothing to guess. */
async function healthy(url: string): Promise<void> {
  for (let left = 600; left > 0; left--) {
    const response = await fetch(url).catch(() => undefined);
    if (response?.ok) return;
    await new Promise((done) => setTimeout(done, 100));
  }
  throw new Error(`${url} did not become healthy within a minute`);
}

import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Child } from './child.ts';
import { median, monotonicMs, verdict } from './measure.ts';
import type { Served } from './mock-server.ts';
import { startServer } from './processes.ts';

const ROUNDS = 7;
const TARGET_MS = 1000;
const PROGRAM = fileURLToPath(new URL('../main.js', import.meta.url));
/** One user with one short question: JSON is YAML, too. */
const SCENARIO = {
  conversation: { systemPrompt: { tokens: 500 }, userHistory: { tokens: 1000 }, rounds: 1 },
  population: { users: 1 },
};

/** From process start to the first byte of the first question at the server. */
export async function startup(print: (line: string) => void): Promise<void> {
  print('startup: from process start to the first request on the wire, warm corpus cache');
  const dir = mkdtempSync(join(tmpdir(), 'confab-bench-'));
  const { server, url } = await startServer({ firstMs: 1, gapMs: 1, tokens: 2 });
  try {
    writeFileSync(join(dir, 'scenario.yaml'), JSON.stringify(SCENARIO));
    await firstRequestMs(dir, url, server);
    const ours: number[] = [];
    const bare: number[] = [];
    for (let round = 0; round < ROUNDS; round++) {
      ours.push(await firstRequestMs(dir, url, server));
      bare.push(await emptyProcessMs());
    }
    const ms = median(ours);
    print(
      `  median ${ms.toFixed(0)} ms (${Math.min(...ours).toFixed(0)} to ${Math.max(...ours).toFixed(0)}), of which Node itself takes ${median(bare).toFixed(0)} ms ${verdict(ms, TARGET_MS, ' ms')}`,
    );
  } finally {
    await server.stop();
    rmSync(dir, { recursive: true });
  }
}

async function firstRequestMs(dir: string, url: string, server: Child): Promise<number> {
  const args = [PROGRAM, 'run', 'scenario.yaml', '--url', url];
  const startMs = monotonicMs();
  await processEnd(args, dir);
  const [first] = await server.ask<Served[]>('served');
  if (!first) throw new Error('no request reached the server');
  return first.arrivedMs - startMs;
}

/** A Node that has nothing to do: the floor. */
async function emptyProcessMs(): Promise<number> {
  const startMs = monotonicMs();
  await processEnd(['-e', '0'], tmpdir());
  return monotonicMs() - startMs;
}

function processEnd(args: readonly string[], dir: string): Promise<void> {
  const child = spawn(process.execPath, args, {
    cwd: dir,
    stdio: ['ignore', 'ignore', 'pipe'],
    env: { ...process.env, XDG_CACHE_HOME: join(dir, 'cache') },
  });
  let said = '';
  child.stderr.on('data', (text) => {
    said += text;
  });
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('exit', (code) => {
      if (code === 0) resolve();
      else reject(new Error(`${args.join(' ')} ended with exit code ${code}: ${said}`));
    });
  });
}

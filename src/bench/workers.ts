import { spawn } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Child } from './child.ts';
import { median, verdict, waitMs } from './measure.ts';
import { startServer } from './processes.ts';

/** Of each worker: how much a chunk takes goes by how many come at a time. */
const STREAMS_EACH = 100;
const GAP_MS = 20;
const ROUNDS = 3;
/** What each stream has had when the window begins: connecting is over, and the code that runs is compiled. */
const SETTLED_TOKENS = 100;
const WINDOW_MS = 3000;
const TOKENS = 1500;
/** Two workers that take so much more CPU a chunk have 1.9 times the streams of one process at the same load of a core. */
const TARGET = 1.05;

/** CPU per streamed chunk of all processes of a run by two workers, against one process with half the streams. */
export async function workers(print: (line: string) => void): Promise<void> {
  print(
    `workers: CPU per streamed chunk of two workers and the process that began them, against one process with half the streams; ${STREAMS_EACH} for each, with a chunk every ${GAP_MS} ms`,
  );
  const ratios: number[] = [];
  for (let round = 0; round < ROUNDS; round++) {
    const one = await perChunk(1);
    const two = await perChunk(2);
    ratios.push(two / one);
    print(
      `  round ${round + 1}: one ${one.toFixed(1)} us, two ${two.toFixed(1)} us, ratio ${ratios.at(-1)!.toFixed(3)}`,
    );
  }
  const ratio = median(ratios);
  print(
    `  median: ratio ${ratio.toFixed(3)} ${verdict(ratio, TARGET)}: at the same load of a core two have ${Math.min(2, 2 / ratio).toFixed(2)} times the streams of one`,
  );
}

/** Microseconds of all of the client's processes, in the window. */
async function perChunk(count: number): Promise<number> {
  const { server, url } = await startServer({ firstMs: 50, gapMs: GAP_MS, tokens: TOKENS });
  const dir = mkdtempSync(join(tmpdir(), 'confab-bench-'));
  const client = spawn(process.execPath, [MAIN, ...argsOf(url, count, dir)], { stdio: 'ignore' });
  try {
    while ((await chunksSent(server)) < count * STREAMS_EACH * SETTLED_TOKENS) await waitMs(100);
    const before = { cpuMs: cpuOf(client.pid!), chunks: await chunksSent(server) };
    await waitMs(WINDOW_MS);
    const after = { cpuMs: cpuOf(client.pid!), chunks: await chunksSent(server) };
    return (1000 * (after.cpuMs - before.cpuMs)) / (after.chunks - before.chunks);
  } finally {
    client.kill('SIGKILL');
    await server.stop();
    rmSync(dir, { recursive: true, force: true });
  }
}

const MAIN = fileURLToPath(new URL('../main.js', import.meta.url));

function argsOf(url: string, count: number, dir: string): string[] {
  const sets = [
    `conversation={rounds: 1, text: hi, answer: {tokens: ${TOKENS}}}`,
    `population={users: ${count * STREAMS_EACH}, arrivals: {process: allAtOnce}}`,
  ].flatMap((set) => ['--set', set]);
  return ['run', '/dev/null', '--url', url, '--workers', `${count}`, '--output-dir', dir, ...sets];
}

async function chunksSent(server: Child): Promise<number> {
  return (await server.ask<{ chunksSent: number }>('counts')).chunksSent;
}

/** Linux counts the CPU of processes in hundredths of a second. */
const MS_PER_TICK = 10;

/** User and system time of a process and those that it has started, in milliseconds. */
function cpuOf(pid: number): number {
  const all = readdirSync('/proc').filter((name) => /^\d+$/.test(name));
  const ticks = all
    .map((name) => statOf(name))
    .filter((stat) => stat?.pid === pid || stat?.parent === pid);
  return ticks.reduce((sum, stat) => sum + stat!.ticks * MS_PER_TICK, 0);
}

function statOf(pid: string): { pid: number; parent: number; ticks: number } | undefined {
  try {
    const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ').at(-1)!.split(' ');
    const [parent, user, system] = [fields[1], fields[11], fields[12]].map(Number);
    return { pid: Number(pid), parent: parent!, ticks: user! + system! };
  } catch {
    return undefined; // It has ended meanwhile.
  }
}

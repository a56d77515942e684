import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import {
  cpSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Ended, start } from './support/confab.ts';

const ROOT = resolve(import.meta.dirname, '..');
const MAIN = join(ROOT, 'dist/main.js');
const README = readFileSync(join(ROOT, 'README.md'), 'utf8');

/** Commands of the README's sh blocks, comments taken off, continued lines joined. */
const commands = [...README.matchAll(/^```sh\n([\s\S]*?)^```/gm)]
  .flatMap((block) => block[1]!.replace(/\\\n\s*/g, ' ').split('\n'))
  .map((line) => line.replace(/\s+#.*$/, '').trim())
  .filter((line) => line && !line.startsWith('#'));
const confab = commands.filter((line) => line.startsWith('npx confab '));

const dir = mkdtempSync(join(tmpdir(), 'confab-readme-'));
let engine: ChildProcess;
let url = '';

beforeAll(async () => {
  for (const name of ['configs', 'corpora']) symlinkSync(join(ROOT, name), join(dir, name));
  const demo = await run(['simulate', 'configs/demo.yaml', '--users', '2', '--output-dir', 'made']);
  expect(demo.code).toBe(0);
  const [made] = readdirSync(join(dir, 'made'));
  // The folder that the README's examples name.
  cpSync(join(dir, 'made', made!), join(dir, 'runs/demo-20261122-120000'), { recursive: true });
  const csv =
    'prompt_tokens,generation_tokens,ttft,generation_time,user_id,question_id,launch_time,finish_time';
  writeFileSync(join(dir, 'summary.csv'), `${csv}\n10,5,0.1,0.5,1,1,100,100.6\n`);
  engine = spawn(process.execPath, [MAIN, 'engine', '--port', '0', '--gpu', 'h100'], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const [line] = await once(engine.stdout!, 'data');
  url = /http:\/\/\S+/.exec(String(line))![0];
}, 60_000);

afterAll(async () => {
  engine?.kill();
  rmSync(dir, { recursive: true, force: true });
});

test('the two commands are scripts', () => {
  expect(commands.slice(0, 2)).toEqual(['npm ci && npm start', 'npm test']);
  const { scripts } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8'));
  expect(Object.keys(scripts)).toEqual(expect.arrayContaining(['start', 'test', 'bench']));
  expect(scripts.start).toContain('dist/main.js run configs/demo.yaml');
});

test('the README names commands to run', () => expect(confab.length).toBeGreaterThan(12));

/** What others read goes first; all else takes its time in real time, and needs little of the processor. */
const isFirst = (command: string): boolean => command.startsWith('npx confab prepare');

test.each(confab.filter(isFirst))('%s', play, 60_000);
test.concurrent.each(confab.filter((command) => !isFirst(command)))('%s', play, 60_000);

async function play(command: string): Promise<void> {
  const args = words(command.slice('npx confab '.length));
  if (args[0] === 'engine') {
    const port = args.indexOf('--port');
    args[port + 1] = '0';
    const started = spawn(process.execPath, [MAIN, ...args], {
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    const [line] = await once(started.stdout!, 'data');
    expect(String(line)).toMatch(/^serving \S+ \(h100 profile\) on http:/);
    started.kill('SIGINT');
    expect(await once(started, 'exit')).toEqual([0, null]);
    return;
  }
  // The same commands, against an engine of ours and cut short.
  const local = args.map((arg) => arg.replace('http://localhost:8000', url));
  const isPlayed = /^(run|multi-round-qa)$/.test(args[0]!) && !/--(print|process)-/.test(command);
  const { code, stdout, stderr } = await run([...local, ...(isPlayed ? ['--time', '2'] : [])]);
  expect(stderr).not.toMatch(/error|bug/);
  expect(code).toBe(0);
  expect(stdout.length).toBeGreaterThan(50);
}

function run(args: readonly string[]): Promise<Ended> {
  return start(args, { cwd: dir }).ended;
}

function words(command: string): string[] {
  return command.split(/\s+/).filter(Boolean);
}

import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import {
  cpSync,
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { profiles } from '../src/engine/cost/profiles.ts';
import { confab as here } from './support/confab.ts';
import { COMMANDS, EXCERPTS } from './support/documents.ts';
import { PACKAGE, ROOT } from './support/folders.ts';
import { playedConfig } from './support/played-config.ts';

// Every command of every README is run here once: what stands there can be typed, and says what is said of it.
// `npm run test:packed` runs them from an installed package.

const MAIN = join(PACKAGE, 'dist/main.js');

/** Commands of those who work on confab; what they need is looked at, and not done here. */
const OF_NPM = [
  ...['npm ci && npm start', 'npm ci', 'npm test'],
  ...['npm run check', 'npm run format', 'npm run bench'],
  ...['npm run test:node', 'npm run test:packed'],
];
const VITEST = 'npx vitest run ';
/** Run by test/mutate, on less. */
const MUTATE = 'npm run mutate -- ';
const CONFAB = 'npx confab ';

const confab = COMMANDS.filter((command) => command.startsWith(CONFAB));
/** What has an excerpt of its output is run for that. */
const alone = confab.filter((command) => !EXCERPTS.some((excerpt) => excerpt.command === command));

/** Numbers that a document gives for a command beside it, in lines of what it prints. */
const SAYS: Readonly<Record<string, readonly RegExp[]>> = {
  'simulate configs/cache-pressure.yaml': [/^ +cached +15\.4 %/m, /^ +ideal +85\.0 %/m],
  'simulate configs/cache-pressure.yaml --set engine.blocks=12000': [/^ +cached +85\.0 %/m],
  'simulate configs/cache-pressure.yaml --set population.arrivals.process=poisson': [
    /TTFT ms +240 +608\.0 /,
  ],
  'simulate configs/offloading.yaml': [/^ +cached +84\.1 %/m, /TTFT ms +240 +~300 /],
  'simulate configs/offloading.yaml --set engine.offload.preset=none': [
    /^ +cached +15\.4 %/m,
    /TTFT ms +240 +~1264 /,
  ],
  'simulate configs/offloading.yaml --set engine.offload.cpu.capacityGB=5': [
    /^ +cached +15\.4 %/m,
    /TTFT ms +240 +~1264 /,
  ],
  'simulate configs/offloading.yaml --set engine.offload.cpu.readGBps=1': [
    /^ +cached +84\.1 %/m,
    /TTFT ms +240 +~?1975 /,
  ],
  'simulate configs/priority.yaml': [
    /TTFT ms +600 .* ~166 .* ~34110 /,
    /latency ms +600 .* ~?4621 .* ~51725 /,
  ],
  'simulate configs/priority.yaml --set engine.policy=fcfs --set sampling.priority=0': [
    /TTFT ms +600 .* ~4633 .* ~11703 /,
    /latency ms +600 .* ~9923 .* ~33074 /,
  ],
  'plan configs/multi-round-qa.yaml': [
    /^ +50\.0 s +1 +14\.20 /m,
    /live, mean +18420 blocks, 294620 tokens, 38\.63 GB/,
    /^ +ideal +90\.7 %/m,
  ],
};

const dir = mkdtempSync(join(tmpdir(), 'confab-readme-'));
let engine: ChildProcess;
let url = '';

beforeAll(async () => {
  const demo = await here(
    ['simulate', 'configs/demo.yaml', '--users', '2', '--output-dir', 'made'],
    {
      cwd: dir,
    },
  );
  expect(demo.code).toBe(0);
  const [made] = readdirSync(join(dir, 'made'));
  // The folder that the READMEs' examples name.
  cpSync(join(dir, 'made', made!), join(dir, 'runs/demo-20261122-120000'), { recursive: true });
  const csv =
    'prompt_tokens,generation_tokens,ttft,generation_time,user_id,question_id,launch_time,finish_time';
  writeFileSync(join(dir, 'rounds.csv'), 'round,share\n1,10.4 %\n2,14.1 %\n3,16.0 %\n');
  writeFileSync(join(dir, 'summary.csv'), `${csv}\n10,5,0.1,0.5,1,1,100,100.6\n`);
  const calibration = {
    by: 'probes',
    date: '2026-11-28',
    intervals: { weightsMs: [6, 6.6], tokenUs: [22, 25] },
  };
  const profile = { ...profiles['h100'], calibration };
  writeFileSync(join(dir, 'engine.json'), JSON.stringify(profile));
  engine = spawn(process.execPath, [MAIN, 'engine', '--port', '0', '--gpu', 'h100', '--dev-mode'], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const [line] = await once(engine.stdout!, 'data');
  url = /http:\/\/\S+/.exec(String(line))![0];
});

afterAll(async () => {
  engine?.kill();
  rmSync(dir, { recursive: true, force: true });
});

test('the documents name commands to run, and no others than those that are known here', () => {
  expect(confab.length).toBeGreaterThan(30);
  const known = [CONFAB, VITEST, MUTATE];
  const others = COMMANDS.filter((command) => !known.some((start) => command.startsWith(start)));
  expect(others.sort()).toEqual(OF_NPM.sort());
});

test("the commands that install, start and test are the first, the continuous integration's, and scripts", () => {
  expect(COMMANDS.slice(0, 2)).toEqual(['npm ci && npm start', 'npm test']);
  const ci = readFileSync(join(ROOT, '.ci/run'), 'utf8');
  expect(ci).toMatch(/^npm ci .*\nnpm test$/m);
  const { scripts } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8'));
  const named = OF_NPM.flatMap((command) =>
    [...command.matchAll(/npm (?:run )?([\w:]+)/g)].map((match) => match[1]!),
  ).filter((name) => name !== 'ci');
  expect(Object.keys(scripts)).toEqual(expect.arrayContaining(named));
  expect(scripts.start).toContain('dist/main.js run configs/demo.yaml');
});

test.each(COMMANDS.filter((command) => command.startsWith(VITEST)))('%s: has tests', (command) => {
  const [path, flag, title] = words(command.slice(VITEST.length));
  // Where a document means any file it says FILE.
  const at = join(ROOT, path === 'FILE' ? 'test' : path!);
  expect(existsSync(at)).toBe(true);
  if (flag !== '-t') return;
  const files = readdirSync(at, { recursive: true, encoding: 'utf8' });
  const titles = files
    .filter((name) => name.endsWith('.test.ts'))
    .flatMap((name) => readFileSync(join(at, name), 'utf8').match(/^ *test\('.*'/gm) ?? []);
  expect(titles.join('\n')).toContain(title);
});

test.each(COMMANDS.filter((command) => command.startsWith(MUTATE)))('%s: has files', (command) => {
  const paths = words(command.slice(MUTATE.length)).filter((word) => word.includes('/'));
  expect(paths.length).toBeGreaterThan(0);
  for (const path of paths) expect(existsSync(join(ROOT, path.split(':')[0]!))).toBe(true);
});

test('numbers are expected of commands that a document has', () => {
  for (const command of Object.keys(SAYS)) expect(confab).toContain(CONFAB + command);
});

// Files that others read are written by one of these.
test.each(alone)('%s', play);

/** What makes studies short. A thread of its own would load the program anew, and compile it anew. */
const CUT: Readonly<Record<string, readonly string[]>> = {
  ab: ['--rounds', '6'],
  priority: ['--seeds', '2', '--users', '20'],
  size: ['--users', '2', '--max-runs', '2', '--workers', '1'],
  conform: ['--only', 'twins'],
  'sweep cache-pressure': ['--workers', '1', '--users', '20'],
  'sweep documents': ['--set', 'stop.afterSec=60'],
  'sweep configs/demo.yaml': ['--workers', '1'],
};

async function play(command: string): Promise<void> {
  const args = words(command.slice(CONFAB.length));
  if (args[0] === 'engine') return serve(args);
  // The same commands, against an engine of ours and cut short.
  const local = args.map((arg) => arg.replace('http://localhost:8000', url));
  const isPlayed = /^(run|multi-round-qa)$/.test(args[0]!) && !/--(print|process)-/.test(command);
  const users = args.includes('--users') ? ['--users', '4'] : [];
  const cut = isPlayed
    ? ['--time', '1', ...users]
    : (CUT[args[0]!] ?? CUT[args.slice(0, 2).join(' ')] ?? []);
  // From here, `configs.test.ts` has played the same.
  const shipped = PACKAGE === ROOT && /^simulate configs\/([\w-]+\.yaml)$/.exec(args.join(' '));
  const { code, stdout, stderr } = shipped
    ? await playedConfig(shipped[1]!)
    : await here([...local, ...cut], { cwd: dir });
  expect(stderr).not.toMatch(/error|bug/);
  expect(code).toBe(0);
  expect(stdout.length).toBeGreaterThan(50);
  for (const said of SAYS[command.slice(CONFAB.length)] ?? []) expect(stdout).toMatch(said);
}

async function serve(args: string[]): Promise<void> {
  args[args.indexOf('--port') + 1] = '0';
  const started = spawn(process.execPath, [MAIN, ...args], { stdio: ['ignore', 'pipe', 'pipe'] });
  const [line] = await once(started.stdout!, 'data');
  expect(String(line)).toMatch(/^serving \S+ \(h100 profile\) on http:/);
  started.kill('SIGINT');
  expect(await once(started, 'exit')).toEqual([0, null]);
}

describe('output that a document shows is what its command prints; `vitest -u` writes it anew', () => {
  test.each(EXCERPTS)('$document.path: $command', async ({ document, command, lines }) => {
    const { code, stdout } = await here(words(command.slice(CONFAB.length)), { cwd: dir });
    expect(code).toBe(0);
    const now = renewed(lines, stdout.split('\n'));
    const text = document.text.replace(lines.join('\n'), () => now.join('\n'));
    await expect(text).toMatchFileSnapshot(join(ROOT, document.path));
  });

  test('lines are found again by how they begin, and in their order', () => {
    const printed = ['Run', '  TTFT ms  5', '', 'Per round', '  TTFT ms  7', '  end'];
    const shown = ['Run', '...', 'Per round', '  TTFT ms  6'];
    expect(renewed(shown, printed)).toEqual(['Run', '...', 'Per round', '  TTFT ms  7']);
    expect(() => renewed(['  end', 'Run'], printed)).toThrow("nothing printed begins with 'Run'");
  });
});

/** The lines that are shown, as they are printed now: for each the next one that begins alike. */
function renewed(shown: readonly string[], printed: readonly string[]): string[] {
  let at = 0;
  return shown.map((line) => {
    if (line === '...') return line;
    const label = labelOf(line);
    const found = printed.findIndex((other, index) => index >= at && labelOf(other) === label);
    if (found < 0) throw new Error(`nothing printed begins with '${label}'`);
    at = found + 1;
    return printed[found]!;
  });
}

/** What a line begins with, up to the first gap of two spaces. */
function labelOf(line: string): string {
  return line.trim().split(/ {2,}/)[0]!;
}

/** As a shell splits them: at spaces that are not in quotes. */
function words(command: string): string[] {
  return [...command.matchAll(/'([^']*)'|"([^"]*)"|(\S+)/g)].map(
    (match) => match[1] ?? match[2] ?? match[3]!,
  );
}

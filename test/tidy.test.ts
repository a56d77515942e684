import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import { expect, test } from 'vitest';

const ROOT = resolve(import.meta.dirname, '..');
const SRC = join(ROOT, 'src');

interface SourceFile {
  readonly path: string;
  readonly folder: string;
  readonly text: string;
  readonly imports: string[];
}

const files: SourceFile[] = readdirSync(SRC, { recursive: true, encoding: 'utf8' })
  .filter((path) => path.endsWith('.ts'))
  .map((path) => {
    const text = readFileSync(join(SRC, path), 'utf8');
    const imports = [...text.matchAll(/(?:from|import)\s*\(?\s*'([^']+)'/g)].map((m) => m[1]!);
    return { path, folder: path.includes('/') ? path.split('/')[0]! : '', text, imports };
  });

/** Along the data path: a station may import those above it, `base`, and the seams. */
const STATIONS = [
  'scenario',
  'workload',
  'population',
  'user',
  'transport',
  'record',
  'stats',
  'server',
  'figures',
  'report',
  'ledger',
  'capacity',
  'certify',
  'conform',
  'export',
  'analysis',
  'compare',
  'play',
  'ranks',
  'workers',
  'live',
  'plan',
  'sweep',
  'sessions',
  'ab',
  'study',
  'attribution',
  'calibrate',
  'inspect',
  'curve',
  'sizing',
  'twin',
];
/** The seams: declared where they belong in the data path, used by the stations that meet there. */
const SEAMS = [
  'transport/transport.ts',
  'record/record.ts',
  // What can be limited by a scenario is what can be measured.
  'stats/metrics.ts',
  'stats/statistics.ts',
  'stats/totals.ts',
];
/** What else a folder may import. */
const ALSO: Record<string, string[]> = {
  // A population is made of users.
  population: ['user'],
  // The in-process engine is a transport.
  transport: ['engine'],
  cache: ['record'],
  // Texts end where the page ends.
  help: ['report'],
  report: ['cache'],
  // What a server says of its capacity.
  ledger: ['cache', 'capacity'],
  // Of hit rates alone: the workload is played, to see what caches would have found.
  capacity: ['cache', 'play', 'run'],
  engine: ['scenario', 'workload'],
  run: ['scenario', 'workload', 'population', 'user', 'transport', 'record'],
  // A scenario is played by a run, against a real engine or the one in this process.
  play: ['run', 'engine'],
  workers: ['run'],
  live: ['run'],
  // What a rank that is gone had still to send is what its users would have.
  ranks: ['run'],
  plan: ['run', 'engine', 'cache'],
  study: ['run', 'engine'],
  attribution: ['run', 'cache'],
  // What a server takes is fitted by the cost model of the engine.
  calibrate: ['run', 'engine'],
  inspect: ['cache'],
  curve: ['cache'],
  sizing: ['cache'],
  twin: ['run', 'engine'],
};
/** They may import anything. */
const FREE = ['', 'commands', 'dialects', 'bench'];

function targets(file: SourceFile): string[] {
  return file.imports
    .filter((name) => name.startsWith('.'))
    .map((name) => relative(SRC, resolve(SRC, dirname(file.path), name)));
}

const folderOf = (path: string): string => (path.includes('/') ? path.split('/')[0]! : '');

function above(folder: string): string[] {
  return STATIONS.slice(0, Math.max(0, STATIONS.indexOf(folder)));
}

/** What is imported from other folders, but for the folders that may import anything. */
const crossings = files
  .filter((file) => !FREE.includes(file.folder))
  .flatMap((file) => targets(file).map((target) => ({ from: file, target, to: folderOf(target) })))
  .filter(({ from, to }) => from.folder !== to);

function byFolder({ from, to }: (typeof crossings)[number]): boolean {
  if (from.folder === 'base') return false;
  return to === 'base' || above(from.folder).includes(to) || !!ALSO[from.folder]?.includes(to);
}

test('a station imports only stations above it on the data path', () => {
  const wrong = crossings
    .filter((one) => !byFolder(one) && !SEAMS.includes(one.target))
    .map(({ from, target }) => `${from.path} imports ${target}`);
  expect(wrong).toEqual([]);
});

test('every station, seam and permission to import is used', () => {
  const pairs = new Set(crossings.map(({ from, to }) => `${from.folder} imports ${to}`));
  const isOnThePath = (station: string) =>
    crossings.some(
      ({ from, to }) =>
        (from.folder === station && above(station).includes(to)) ||
        (to === station && above(from.folder).includes(station)),
    );
  const isMeetingPoint = (seam: string) =>
    crossings.some((one) => one.target === seam && !byFolder(one));
  const unused = [
    ...STATIONS.filter((station) => !isOnThePath(station)),
    ...SEAMS.filter((seam) => !isMeetingPoint(seam)),
    ...Object.entries(ALSO).flatMap(([folder, others]) =>
      others
        .filter(
          (other) => above(folder).includes(other) || !pairs.has(`${folder} imports ${other}`),
        )
        .map((other) => `${folder}: ${other}`),
    ),
    ...FREE.filter((folder) => !files.some((file) => file.folder === folder)),
  ];
  expect(unused).toEqual([]);
});

test('no circles of files, types included', () => {
  expect(circlesOf(new Map(files.map((file) => [file.path, targets(file)])))).toEqual([]);
});

/**
 * Where something is used that has few places, and which of these are places of nothing. A place is a file,
 * or a folder with its `/`; `*` is any name.
 */
function placed(users: readonly SourceFile[], places: readonly string[]) {
  const isAt = (path: string, place: string): boolean => {
    const pattern = place.replaceAll('.', '\\.').replaceAll('*', '[^/]+');
    return new RegExp(`^${pattern}${place.endsWith('/') ? '' : '$'}`).test(path);
  };
  return {
    elsewhere: users
      .map(({ path }) => path)
      .filter((path) => !places.some((place) => isAt(path, place))),
    unused: places.filter((place) => !users.some(({ path }) => isAt(path, place))),
  };
}

const IN_PLACE = { elsewhere: [], unused: [] };

test('nothing but the program and the dialects’ commands and flags imports commands', () => {
  const users = files
    .filter((file) => file.folder !== 'commands')
    .filter((file) => targets(file).some((target) => target.startsWith('commands/')));
  expect(
    placed(users, [
      'start.ts',
      'program.ts',
      'dialects/*/command.ts',
      'dialects/*/flags.ts',
      'dialects/*/scenario.ts',
    ]),
  ).toEqual(IN_PLACE);
});

test.each([
  ['xstate', ['user/', 'run/']],
  ['undici', ['transport/']],
  ['eventsource-parser', ['transport/']],
  ['@huggingface/tokenizers', ['workload/']],
  ['@anush008/tokenizers', ['workload/tokenizer/rust-tokenizer.ts']],
  ['seedrandom', ['base/random.ts']],
  ['fastest-levenshtein', ['base/suggest.ts']],
  ['cli-table3', ['report/render/']],
  ['string-width', ['base/text-width.ts']],
  ['d3-scale', ['figures/ticks.ts']],
  ['@observablehq/plot', ['figures/']],
  ['@resvg/resvg-js', ['figures/png.ts']],
  ['log-update', ['commands/terminal/stderr.ts']],
  ['commander', ['program.ts', 'commands/', 'dialects/']],
  ['d3-random', ['workload/']],
  ['csv-stringify', ['export/csv-text.ts']],
  ['hyparquet', ['workload/oracle/parquet.ts', 'export/planned-parquet.ts']],
  ['hyparquet-writer', ['export/planned-parquet.ts']],
])('%s has one door', (dependency, places) => {
  const users = files.filter((file) =>
    file.imports.some((name) => name === dependency || name.startsWith(`${dependency}/`)),
  );
  expect(placed(users, places)).toEqual(IN_PLACE);
});

test.each([
  ['Date.now', /\bDate\.now\b|\bnew Date\(\)/, ['base/']],
  ['performance', /\bperformance\.\w/, ['base/']],
  ['timers', /(?<![.\w#])(setTimeout|setInterval|setImmediate)\(/, ['base/', 'bench/']],
  ['Math.random', /\bMath\.random\b/, []],
])('%s is used in its places only', (_name, pattern, places) => {
  const users = files.filter((file) => pattern.test(code(file.text)));
  expect(placed(users, places)).toEqual(IN_PLACE);
});

/** A process of its own begins there, which a run by several has started. */
const WORKER = 'workers/worker.ts';

test('the environment and the arguments are read at the top only', () => {
  const users = files.filter((file) => /\bprocess\.(env|argv|exit)\b/.test(code(file.text)));
  const places = [
    ...['start.ts', WORKER],
    ...['base/', 'commands/', 'bench/', 'dialects/*/command.ts'],
  ];
  expect(placed(users, places)).toEqual(IN_PLACE);
  const leaving = files.filter((file) => /\bprocess\.exit\(/.test(code(file.text)));
  expect(leaving.map((file) => file.path)).toEqual(['start.ts', WORKER]);
});

test('nothing is printed and no signal is listened to but at the top', () => {
  const users = files.filter((file) => /\bprocess\.(stdout|stderr|on)\b/.test(code(file.text)));
  const places = [
    ...['main.ts', 'start.ts', 'program.ts', WORKER],
    ...['commands/', 'bench/', 'dialects/*/command.ts'],
  ];
  expect(placed(users, places)).toEqual(IN_PLACE);
});

test('no file is dead: every one is imported, or is where the program or a thread begins', () => {
  const reached = new Set(files.flatMap(targets));
  const entries = ['workload/build.ts', 'bench/main.ts'];
  // Threads, and programs that are started: main.ts by the benchmark.
  const started = files.flatMap((file) =>
    [...file.text.matchAll(/new URL\('([^']+\.(?:ts|js))', import\.meta\.url\)/g)].map((match) =>
      relative(SRC, resolve(SRC, dirname(file.path), match[1]!.replace(/\.js$/, '.ts'))),
    ),
  );
  const unreached = files.filter(({ path }) => !reached.has(path) && !started.includes(path));
  expect(placed(unreached, entries)).toEqual(IN_PLACE);
});

/** Tests of more than one folder: of the program, of promises, of a real engine; what tests stand on. */
const TESTS_OF_ALL = ['cli', 'conformance', 'e2e', 'golden', 'mutate', 'soak', 'support'];

test('a test lies in the folder of what it tests', () => {
  const folders = readdirSync(import.meta.dirname, { recursive: true, encoding: 'utf8' })
    .filter((path) => path.endsWith('.ts') && path.includes('/'))
    .map((path) => dirname(path))
    .filter((folder) => !TESTS_OF_ALL.includes(folder.split('/')[0]!));
  expect(folders.length).toBeGreaterThan(0);
  const sources = new Set(files.map(({ path }) => dirname(path)));
  expect([...new Set(folders)].filter((folder) => !sources.has(folder))).toEqual([]);
});

test('files stay below 300 lines, names are of the field, nothing is left to do', () => {
  const long = files.filter((file) => file.text.split('\n').length > 301).map((file) => file.path);
  expect(long).toEqual([]);
  const vague = /(^|[/-])(utils?|helpers?|common|types|manager|handler|misc)\.ts$/;
  expect(files.map((file) => file.path).filter((path) => vague.test(path))).toEqual([]);
  const unfinished = files.filter((file) => /\b(TODO|FIXME|XXX)\b/.test(file.text));
  expect(unfinished.map((file) => file.path)).toEqual([]);
});

/** Measured by Biome (biome.json), which also says when one of them has become short. */
const LONG_FUNCTIONS = ['agentsMachine', 'attempt', 'startRun'];

test('functions stay below 70 lines, but for those with a name and a reason', () => {
  const ignored = files.flatMap(({ text }) => [
    ...text.matchAll(
      /biome-ignore lint\/complexity\/noExcessiveLinesPerFunction: .+\n\s*(?:export )?(?:async )?function (\w+)/g,
    ),
  ]);
  expect(ignored.map((match) => match[1]).sort()).toEqual(LONG_FUNCTIONS);
  const mentions = files.filter(({ text }) => text.includes('noExcessiveLinesPerFunction'));
  expect(mentions).toHaveLength(LONG_FUNCTIONS.length);
  const settings = readFileSync(join(ROOT, 'biome.json'), 'utf8');
  expect(settings).toMatch(/"noExcessiveLinesPerFunction": .*"error".*"maxLines": 70\b/);
});

/** Groups of files that reach each other, each in order of name: Tarjan's strongly connected components. */
function circlesOf(imports: ReadonlyMap<string, readonly string[]>): string[][] {
  const circles: string[][] = [];
  const order = new Map<string, number>();
  const lowest = new Map<string, number>();
  const path: string[] = [];
  const visit = (file: string): void => {
    order.set(file, order.size);
    lowest.set(file, order.get(file)!);
    path.push(file);
    for (const next of imports.get(file) ?? []) {
      if (!order.has(next)) visit(next);
      if (path.includes(next)) lowest.set(file, Math.min(lowest.get(file)!, lowest.get(next)!));
    }
    if (lowest.get(file) !== order.get(file)) return;
    const circle = path.splice(path.indexOf(file));
    if (circle.length > 1) circles.push(circle.sort());
  };
  for (const file of imports.keys()) if (!order.has(file)) visit(file);
  return circles;
}

test('a circle is found wherever one begins to look', () => {
  const circle = { a: ['b'], b: ['c', 'd'], c: ['a'], d: ['e'], e: ['d'], f: ['a', 'd'] };
  const entries = Object.entries(circle);
  for (const order of [entries, entries.toReversed()]) {
    expect(circlesOf(new Map(order)).sort()).toEqual([
      ['a', 'b', 'c'],
      ['d', 'e'],
    ]);
  }
});

/** The text without comments. */
function code(text: string): string {
  return text.replace(/\/\*[\s\S]*?\*\//g, '').replace(/(^|\s)\/\/.*$/gm, '$1');
}

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

/** What each folder may import besides itself, `base`, and types of the seams. Commands and dialects may import anything. */
const STATIONS = [
  'scenario',
  'workload',
  'population',
  'user',
  'transport',
  'record',
  'stats',
  'report',
  'export',
  'play',
  'plan',
  'sessions',
];
/** The seams: declared where they belong in the data path, used by the stations that meet there. */
const SEAMS = ['transport/transport.ts', 'record/record.ts', 'user/world.ts'];
const ALSO: Record<string, string[]> = {
  // A population is made of users.
  population: ['user'],
  // The in-process engine is a transport.
  transport: ['engine'],
  cache: ['record', 'stats'],
  stats: ['cache'],
  report: ['cache'],
  engine: ['scenario', 'workload'],
  run: STATIONS,
  // A scenario is played by a run, against a real engine or the one in this process.
  play: ['run', 'engine'],
  plan: ['run', 'engine', 'cache'],
};

function targets(file: SourceFile): string[] {
  return file.imports
    .filter((name) => name.startsWith('.'))
    .map((name) => relative(SRC, resolve(SRC, dirname(file.path), name)));
}

test('a station imports only stations above it on the data path', () => {
  const wrong: string[] = [];
  for (const file of files) {
    if (['', 'commands', 'dialects', 'bench'].includes(file.folder)) continue;
    const rank = STATIONS.indexOf(file.folder);
    const allowed = new Set([
      'base',
      file.folder,
      ...(rank < 0 ? [] : STATIONS.slice(0, rank)),
      ...(ALSO[file.folder] ?? []),
    ]);
    if (file.folder === 'base') allowed.clear();
    for (const target of targets(file)) {
      const folder = target.split('/')[0]!;
      if (folder === file.folder || allowed.has(folder) || SEAMS.includes(target)) continue;
      wrong.push(`${file.path} imports ${target}`);
    }
  }
  expect(wrong).toEqual([]);
});

test('nothing but main and the verbs themselves imports commands', () => {
  const wrong = files
    .filter((file) => !['', 'commands', 'bench'].includes(file.folder))
    .filter((file) => !/^dialects\/[^/]+\/command\.ts$/.test(file.path))
    .flatMap((file) =>
      targets(file)
        .filter((target) => target.startsWith('commands/'))
        .map((target) => `${file.path} imports ${target}`),
    );
  expect(wrong).toEqual([]);
});

test.each([
  ['xstate', /^(user|run)\//],
  ['undici', /^(transport\/|bench\/)/],
  ['eventsource-parser', /^transport\//],
  ['@huggingface/tokenizers', /^workload\//],
  ['seedrandom', /^base\/random\.ts$/],
  ['cli-table3', /^report\//],
  ['commander', /^(main\.ts|commands\/|dialects\/)/],
  ['d3-random', /^workload\//],
  ['prom-client', /^engine\//],
])('%s has one door', (dependency, door) => {
  const users = files.filter((file) =>
    file.imports.some((name) => name === dependency || name.startsWith(`${dependency}/`)),
  );
  expect(users.length).toBeGreaterThan(0);
  expect(users.map((file) => file.path).filter((path) => !door.test(path))).toEqual([]);
});

test.each([
  ['Date.now', /\bDate\.now\b|\bnew Date\(\)/],
  ['performance', /\bperformance\.\w/],
  ['timers', /(?<![.\w#])(setTimeout|setInterval|setImmediate)\(/],
  ['Math.random', /\bMath\.random\b/],
])('%s is used in base/ only', (_name, pattern) => {
  const users = files.filter(
    (file) => !['base', 'bench'].includes(file.folder) && pattern.test(code(file.text)),
  );
  expect(users.map((file) => file.path)).toEqual([]);
});

test('the environment and the arguments are read at the top only', () => {
  const users = files.filter(
    (file) =>
      !['base', 'commands', 'play', 'bench', ''].includes(file.folder) &&
      !/^dialects\/[^/]+\/command\.ts$/.test(file.path) &&
      /\bprocess\.(env|argv|exit)\b/.test(code(file.text)),
  );
  expect(users.map((file) => file.path)).toEqual([]);
  const leaving = files.filter((file) => /\bprocess\.exit\(/.test(code(file.text)));
  expect(leaving.map((file) => file.path)).toEqual(['main.ts']);
});

test('no file is dead: every one is imported, or is where the program or a thread begins', () => {
  const reached = new Set(files.flatMap(targets));
  const entries = /^(main\.ts|workload\/tokenizer\/gpt2-build\.ts|bench\/main\.ts)$/;
  const threads = files.flatMap((file) =>
    [...file.text.matchAll(/new URL\('([^']+\.(?:ts|js))', import\.meta\.url\)/g)].map((match) =>
      relative(SRC, resolve(SRC, dirname(file.path), match[1]!.replace(/\.js$/, '.ts'))),
    ),
  );
  const dead = files
    .map((file) => file.path)
    .filter((path) => !reached.has(path) && !entries.test(path) && !threads.includes(path));
  expect(dead).toEqual([]);
});

test('files stay below 300 lines, names are of the field, nothing is left to do', () => {
  const long = files.filter((file) => file.text.split('\n').length > 301).map((file) => file.path);
  expect(long).toEqual([]);
  const vague = /(^|[/-])(utils?|helpers?|common|types|manager|handler|misc)\.ts$/;
  expect(files.map((file) => file.path).filter((path) => vague.test(path))).toEqual([]);
  const unfinished = files.filter((file) => /\b(TODO|FIXME|XXX)\b/.test(file.text));
  expect(unfinished.map((file) => file.path)).toEqual([]);
});

/** The text without comments. */
function code(text: string): string {
  return text.replace(/\/\*[\s\S]*?\*\//g, '').replace(/(^|\s)\/\/.*$/gm, '$1');
}

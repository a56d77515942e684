import { accessSync, constants, existsSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { arch, availableParallelism, cpus, release, type } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { defaultCacheDir } from '../../base/cache-dir.ts';
import { errorText } from '../../base/errors.ts';
import { processLimits } from '../../base/process-limits.ts';
import { version } from '../../base/version.ts';
import { hanging } from '../../report/wrap.ts';

/** What confab stands on here, line by line, for a bug report: `confab --version --verbose`. No value of a variable. */
export async function environmentText(): Promise<string> {
  const rows: readonly (readonly [name: string, says: string])[] = [
    ['confab', `${version()} in ${PACKAGE}`],
    ['node', `${process.versions.node}, V8 ${process.versions.v8}, ${process.execPath}`],
    [
      'system',
      [`${type()} ${release()} ${arch()}`, distribution(), libc()].filter(Boolean).join(', '),
    ],
    ['processors', processors()],
    ...limits(),
    ['tokenizers', (await tokenizers()).join(', ')],
    ['libraries', libraries().join(', ')],
    ['cache', cache(defaultCacheDir())],
    ['variables set', variablesSet(process.env).join(', ') || 'none of those that matter'],
  ];
  const width = Math.max(...rows.map(([name]) => name.length));
  return rows
    .map(([name, says]) => `${hanging(`${name.padEnd(width)}  `, says, TERMINAL_COLUMNS)}\n`)
    .join('');
}

const TERMINAL_COLUMNS = 80;

/** Two folders above this file in `src` and in `dist` alike. */
const PACKAGE = fileURLToPath(new URL('../../..', import.meta.url));

function distribution(): string | undefined {
  return /^PRETTY_NAME="?(.*?)"?$/m.exec(read('/etc/os-release') ?? '')?.[1];
}

/** What libraries of machine code were built for. */
function libc(): string | undefined {
  const { header } = process.report.getReport() as { header: { glibcVersionRuntime?: string } };
  return header.glibcVersionRuntime && `glibc ${header.glibcVersionRuntime}`;
}

function processors(): string {
  const all = cpus();
  return `${all.length} of ${all[0]?.model.trim() || 'a kind that is not told'}, ${availableParallelism()} for this process`;
}

const GB = 2 ** 30;

function limits(): [string, string][] {
  const { memoryBytes, heapBytes, openFiles, ports } = processLimits();
  return [
    [
      'memory',
      `${(memoryBytes / GB).toFixed(1)} GiB, heap at most ${(heapBytes / GB).toFixed(1)} GiB`,
    ],
    ['limits', `${openFiles ?? 'unknown'} open files, ${ports ?? 'unknown'} ports`],
  ];
}

/** What can count tokens, the one that is taken first. */
const TOKENIZERS = ['@huggingface/tokenizers'];

async function tokenizers(): Promise<string[]> {
  return Promise.all(
    TOKENIZERS.map(async (name) => {
      try {
        await import(name);
        return `${name} loads`;
      } catch (error) {
        return `${name} does not load: ${errorText(error)}`;
      }
    }),
  );
}

/** Those that package.json names, in the versions that are there. */
function libraries(): string[] {
  const { dependencies } = JSON.parse(readFileSync(join(PACKAGE, 'package.json'), 'utf8'));
  const { paths } = createRequire(import.meta.url).resolve;
  return Object.keys(dependencies as object).map((name) => {
    const files = (paths(name) ?? []).map((folder) => join(folder, name, 'package.json'));
    const file = files.find((one) => existsSync(one));
    return `${name} ${file ? JSON.parse(readFileSync(file, 'utf8')).version : 'is missing'}`;
  });
}

/** Where counts of tokens are kept, and whether they can be: the folder itself may be made yet. */
function cache(folder: string): string {
  let at = folder;
  while (!existsSync(at)) at = dirname(at);
  try {
    accessSync(at, constants.W_OK);
    return folder;
  } catch (error) {
    return `${folder} cannot be written, and tokens are counted anew in every run: ${errorText(error)}`;
  }
}

/** Variables that change what confab, Node or a library does. */
const MATTER =
  /^(CONFAB|OPENAI|HF|HUGGING_FACE|NODE|SSL_CERT|OMPI_COMM_WORLD|PMI|SLURM)_|^XDG_CACHE_HOME$|^(ALL|HTTPS?|NO)_PROXY$/i;

/** Their names; what they are set to may be a secret. */
export function variablesSet(env: Readonly<Record<string, string | undefined>>): string[] {
  return Object.keys(env)
    .filter((name) => MATTER.test(name))
    .sort();
}

function read(file: string): string | undefined {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return undefined;
  }
}

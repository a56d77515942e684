import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { StringDecoder } from 'node:string_decoder';
import { pathToFileURL } from 'node:url';
import type { RunFooter, RunHeader, TurnRecord } from '../../src/record/record.ts';
import { freshFolder, PACKAGE } from './folders.ts';
import { FRUGAL } from './frugal.ts';
import { drawSmall } from './small-pictures.ts';

const MAIN = join(PACKAGE, 'dist/main.js');
const PROGRAM = join(PACKAGE, 'dist/program.js');
/** No process of these tests may take longer, on a busy machine either; one that does is killed and fails. */
const LIMIT_MS = 150_000;

export interface Ended {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface Started {
  readonly process: ChildProcess;
  readonly ended: Promise<Ended>;
  /** Resolves when stderr matches; rejects if the command ends before. */
  says(pattern: RegExp): Promise<void>;
}

export interface CommandOptions {
  readonly cwd?: string;
  readonly env?: Readonly<Record<string, string>>;
  /** Flags of node itself, for a process of its own. */
  readonly nodeFlags?: readonly string[];
  /** For what is meant to take long. */
  readonly limitMs?: number;
  /** Hears what a command in this process writes to stderr, as it does. */
  readonly onStderr?: (text: string) => void;
}

/** The environment without what confab reads of the developer's, and with no runs before those of this folder. */
function neutral(env: NodeJS.ProcessEnv, cwd: string): NodeJS.ProcessEnv {
  const isRead = (name: string) =>
    /^CONFAB_|^OPENAI_|^SSL_CERT_FILE$|^COLUMNS$|^(https?|no)_proxy$/i.test(name);
  const rest = Object.entries(env).filter(([name]) => !isRead(name));
  return { ...Object.fromEntries(rest), XDG_STATE_HOME: `${cwd}-state` };
}

/** Starts the built command line, in a folder of its own and without the developer's environment. */
export function start(args: readonly string[], options: CommandOptions = {}): Started {
  if (!existsSync(MAIN)) {
    throw new Error(`${MAIN} is missing: run \`npm run build\` first (\`npm test\` does)`);
  }
  const cwd = options.cwd ?? freshFolder();
  const child = spawn(process.execPath, [...FRUGAL, ...(options.nodeFlags ?? []), MAIN, ...args], {
    cwd,
    env: { ...neutral(process.env, cwd), NODE_OPTIONS: '', ...options.env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let stdout = '';
  let stderr = '';
  const listeners = new Set<() => void>();
  child.stdout!.setEncoding('utf8').on('data', (text: string) => (stdout += text));
  child.stderr!.setEncoding('utf8').on('data', (text: string) => {
    stderr += text;
    for (const listener of listeners) listener();
  });
  const limit = setTimeout(() => child.kill('SIGKILL'), options.limitMs ?? LIMIT_MS);
  const ended = new Promise<Ended>((done) => {
    child.on('close', (code, signal) => {
      clearTimeout(limit);
      done({ code, signal, stdout, stderr });
    });
  });
  return {
    process: child,
    ended,
    says: (pattern) =>
      new Promise((done, fail) => {
        const look = (): void => {
          if (!pattern.test(stderr)) return;
          listeners.delete(look);
          done();
        };
        listeners.add(look);
        look();
        void ended.then(() => fail(new Error(`ended without saying ${pattern}:\n${stderr}`)));
      }),
  };
}

/** Runs the built command line to its end, in a process of its own. */
export function confabProcess(
  args: readonly string[],
  options: CommandOptions = {},
): Promise<Ended> {
  return start(args, options).ended;
}

type Program = (argv: readonly string[]) => Promise<number>;

/** The end of the command that began last: they share this process's folder, environment and streams. */
let last: Promise<unknown> = Promise.resolve();

/**
 * Runs the built command line to its end in this process, as `confabProcess` does at a tenth of the cost:
 * everything but signals, pipes and what a process itself does at its end. One after the other.
 */
export function confab(args: readonly string[], options: CommandOptions = {}): Promise<Ended> {
  const { cwd = freshFolder(), env = {}, nodeFlags, onStderr } = options;
  if (nodeFlags) return confabProcess(args, options);
  const ended = last.then(() => called(args, cwd, env, onStderr));
  last = ended.catch(() => {});
  return ended;
}

async function called(
  args: readonly string[],
  cwd: string,
  env: Readonly<Record<string, string>>,
  onStderr?: (text: string) => void,
): Promise<Ended> {
  drawSmall();
  const { program }: { program: Program } = await import(pathToFileURL(PROGRAM).href);
  const restored = [captured(process.stdout), captured(process.stderr, onStderr)] as const;
  const [folder, environment] = [process.cwd(), process.env];
  process.env = { ...neutral(environment, cwd), ...env };
  process.chdir(cwd);
  try {
    const code = await program(args);
    return { code, signal: null, stdout: restored[0].text(), stderr: restored[1].text() };
  } finally {
    process.chdir(folder);
    process.env = environment;
    process.exitCode = undefined;
    for (const { restore } of restored) restore();
  }
}

/** Keeps what is written to a stream of this process instead of writing it; it is no terminal then. */
function captured(
  stream: NodeJS.WriteStream,
  told?: (text: string) => void,
): { text(): string; restore(): void } {
  const { write, isTTY } = stream;
  stream.isTTY = false;
  const decoder = new StringDecoder('utf8');
  let text = '';
  stream.write = (chunk: string | Uint8Array, ...rest: unknown[]): boolean => {
    const more = typeof chunk === 'string' ? chunk : decoder.write(Buffer.from(chunk));
    text += more;
    told?.(more);
    const done = rest.findLast((argument) => typeof argument === 'function') as
      | ((error?: Error) => void)
      | undefined;
    if (done) process.nextTick(done);
    return true;
  };
  return {
    text: () => text,
    restore() {
      stream.write = write;
      stream.isTTY = isTTY;
    },
  };
}

/** The only run folder below `runs/`. */
export function runFolder(cwd: string): string {
  const names = readdirSync(join(cwd, 'runs'));
  if (names.length !== 1) throw new Error(`found ${names.length} run folders; expected 1`);
  return join(cwd, 'runs', names[0]!);
}

export interface JournalLines {
  readonly header: RunHeader;
  readonly records: TurnRecord[];
  readonly footer: RunFooter | undefined;
}

/** A journal as it is on disk; a last line that was cut off is left out. */
export function journalOf(cwd: string, name = 'journal.ndjson'): JournalLines {
  const text = readFileSync(join(runFolder(cwd), name), 'utf8');
  const whole = text.slice(0, text.lastIndexOf('\n')).split('\n');
  const [header, ...rest] = whole.map((line) => JSON.parse(line));
  const footer = rest.find((line) => 'stoppedBy' in line);
  return { header, footer, records: rest.filter((line) => !('stoppedBy' in line)) };
}

/** A CSV without quoted cells, as objects. */
export function csvOf(path: string): Record<string, string>[] {
  const [head, ...lines] = readFileSync(path, 'utf8').trimEnd().split('\n');
  const names = head!.split(',');
  return lines.map((line) => {
    const cells = line.split(',');
    return Object.fromEntries(names.map((name, index) => [name, cells[index] ?? '']));
  });
}

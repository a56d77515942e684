import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterAll } from 'vitest';
import type { RunFooter, RunHeader, TurnRecord } from '../../src/record/record.ts';

export const ROOT = resolve(import.meta.dirname, '../..');
const MAIN = join(ROOT, 'dist/main.js');
/** No command of these tests may take longer; one that does is killed and fails. */
const LIMIT_MS = 40_000;

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
  readonly env?: Record<string, string>;
  /** Flags of node itself. */
  readonly nodeFlags?: readonly string[];
}

/** Starts the built command line, in a folder of its own and without the developer's API key. */
export function start(args: readonly string[], options: CommandOptions = {}): Started {
  if (!existsSync(MAIN)) {
    throw new Error(`${MAIN} is missing: run \`npm run build\` first (\`npm test\` does)`);
  }
  const { OPENAI_API_KEY: _, ...env } = process.env;
  const child = spawn(process.execPath, [...(options.nodeFlags ?? []), MAIN, ...args], {
    cwd: options.cwd ?? freshFolder(),
    env: { ...env, NODE_OPTIONS: '', ...options.env },
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
  const limit = setTimeout(() => child.kill('SIGKILL'), LIMIT_MS);
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

/** Runs the built command line to its end. */
export function confab(args: readonly string[], options: CommandOptions = {}): Promise<Ended> {
  return start(args, options).ended;
}

const folders: string[] = [];
afterAll(() => {
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true, force: true });
});

/** A temporary folder that goes when the tests of the file are over. */
export function freshFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'confab-cli-'));
  folders.push(folder);
  return folder;
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

/** Every file below a folder, with its text. */
export function textsBelow(folder: string): { path: string; text: string }[] {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .map((name) => join(folder, name))
    .filter((path) => statSync(path).isFile())
    .map((path) => ({ path, text: readFileSync(path, 'utf8') }));
}

import { SystemClock } from '../../base/clock.ts';
import { hanging } from '../../report/wrap.ts';
import { columnsOf } from './screen.ts';

/** How stderr is written: for people, or one JSON object a line for programs. */
const FORMATS = ['text', 'json'] as const;
type Format = (typeof FORMATS)[number];

/** What a JSON line has beside time, level and message. */
export interface Told {
  /** What kind of line it is; default: `notice`. */
  readonly event?: string;
  readonly [name: string]: unknown;
}

let format: Format = 'text';

/**
 * Takes `--log-format` from a command line that has not been read yet, as what is wrong with it is told on stderr
 * too. Who reads it properly refuses other formats.
 */
export function logAs(argv: readonly string[]): void {
  const options = argv.slice(0, argv.includes('--') ? argv.indexOf('--') : undefined);
  const joined = options.findLast((text) => text.startsWith('--log-format='));
  const given = joined?.split('=')[1] ?? options[options.lastIndexOf('--log-format') + 1];
  const isGiven = joined !== undefined || options.includes('--log-format');
  format = isGiven && given === 'json' ? 'json' : 'text';
}

/** One thing to be told on stderr: everything that is goes through here. Lines of a terminal end at words. */
export function say(text: string, told: Told = {}): void {
  clearStatus();
  const { stderr } = process;
  if (format === 'json') stderr.write(`${jsonLine(text, told)}\n`);
  else stderr.write(`${stderr.isTTY ? wrapped(text, columnsOf(stderr)) : text}\n`);
}

const LEVEL = /^(error|warning): /;

function jsonLine(text: string, { event = 'notice', ...data }: Told): string {
  const level = LEVEL.exec(text)?.[1] ?? 'info';
  const time = new Date(new SystemClock().originEpochMs).toISOString();
  return JSON.stringify({ time, level, event, message: text.replace(LEVEL, ''), ...data });
}

function wrapped(text: string, columns: number): string {
  return text
    .split('\n')
    .map((line) => {
      const indent = /^ */.exec(line)![0];
      return hanging(indent, line.slice(indent.length), columns);
    })
    .join('\n');
}

/** Whether there is somebody to look at a status. */
export function hasStatus(): boolean {
  return format === 'text' && process.stderr.isTTY;
}

let shown: string | undefined;
let update: { (text: string): void; clear(): void } | undefined;

/** Last lines of the terminal, written over by the next; nothing where there is none. */
export function showStatus(text: string): void {
  if (!hasStatus()) return;
  shown = text;
  if (update) update(text);
  else void loadUpdate();
}

export function clearStatus(): void {
  if (shown !== undefined) update?.clear();
  shown = undefined;
}

async function loadUpdate(): Promise<void> {
  const { createLogUpdate } = await import('log-update');
  // A hidden cursor would stay hidden after a crash.
  update ??= createLogUpdate(process.stderr, { showCursor: true });
  if (shown !== undefined) update(shown);
}

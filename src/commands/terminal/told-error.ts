import { CommanderError } from 'commander';
import { EXIT, errorText } from '../../base/errors.ts';
import { printableLines } from '../../base/printable.ts';
import type { ProcessLimits } from '../../base/process-limits.ts';
import { withoutCredentials } from '../../base/secret.ts';
import { say } from './stderr.ts';

/** 0 for help and version; 2 for anything wrong with the arguments; what the error says; else our bug. */
export function exitCodeOf(error: unknown, limits: ProcessLimits): number {
  if (error instanceof CommanderError) return error.exitCode === 0 ? EXIT.ok : EXIT.usage;
  const code = (error as { exitCode?: unknown }).exitCode;
  if (typeof code === 'number') {
    say(`error: ${shown(errorText(error))}`);
    return code;
  }
  if (isOutOfFiles(error)) {
    say(`error: ${shown(outOfFiles(error, limits))}`);
    return EXIT.usage;
  }
  return tellBug(error);
}

/** Says that this is no fault of the user's, and what could be `kept` all the same; returns the exit code. */
export function tellBug(error: unknown, kept: readonly string[] = []): number {
  const detail = error instanceof Error ? error.stack : String(error);
  const text = shown(String(detail));
  say(['confab has a bug; please report this:', text, ...kept].join('\n'), { event: 'bug' });
  return EXIT.bug;
}

/** What an error quotes may hold a secret, or what a terminal obeys. */
export function shown(text: string): string {
  return printableLines(withoutCredentials(text));
}

/** Even the program itself is many files. */
function isOutOfFiles(error: unknown): error is Error {
  return ['EMFILE', 'ENFILE'].includes((error as NodeJS.ErrnoException).code ?? '');
}

function outOfFiles({ message }: Error, { openFiles }: ProcessLimits): string {
  const limit = openFiles === undefined ? '' : `, of which this process may have ${openFiles}`;
  return `this client has too few open files${limit}: raise its limit, as with ulimit -n 4096 (${message})`;
}

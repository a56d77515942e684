import { closeSync, openSync } from 'node:fs';
import { isatty } from 'node:tty';

const STREAMS = [0, 1, 2];

/**
 * Notes where the terminal is; call the result before leaving the process. Node resets a terminal at its
 * end, and crashes if that is gone by then: the exit code is lost. Nothing in its place is not reset.
 */
export function watchTerminal(): () => void {
  const terminals = STREAMS.filter(isatty);
  return () => {
    for (const descriptor of terminals) if (!isatty(descriptor)) replace(descriptor);
  };
}

function replace(descriptor: number): void {
  try {
    closeSync(descriptor);
    // The lowest that is free, which is this one.
    openSync('/dev/null', 'r+');
  } catch {
    // Then the exit code is lost, and nothing else.
  }
}

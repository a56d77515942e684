import { spawn } from 'node:child_process';

/**
 * Waits for a line, or for the end of its input, which comes when the process that holds the other end of the pipe
 * has ended, were it by a kill that nobody can listen to. Then it ends the group, and what does not end by itself.
 */
const WATCH = `read -r line && exit 0
kill -s TERM -- "-$1" 2>/dev/null || exit 0
left=30
while kill -s 0 -- "-$1" 2>/dev/null && [ "$left" -gt 0 ]; do sleep 1; left=$((left - 1)); done
kill -s KILL -- "-$1" 2>/dev/null`;

/**
 * Has a group of processes ended when this process ends without having ended it: a small shell of its own watches.
 *
 * @param group its number; undefined: there is none to watch
 * @returns what to call when the group has ended
 */
export function guarded(group: number | undefined): () => void {
  if (group === undefined) return () => {};
  const child = spawn('/bin/sh', ['-c', WATCH, 'sh', String(group)], {
    // A group of its own: what is meant for ours must not end it first.
    detached: true,
    stdio: ['pipe', 'ignore', 'ignore'],
  });
  // Without it there is no guard, and nothing else is the worse for it.
  child.once('error', () => {});
  child.stdin.once('error', () => {});
  child.unref();
  (child.stdin as unknown as { unref(): void }).unref();
  return () => {
    child.stdin.end('ended\n');
  };
}

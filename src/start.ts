import { breakDown } from './base/breakdown.ts';
import { EXIT, errorText } from './base/errors.ts';
import { watchTerminal } from './base/lost-terminal.ts';
import { guarded } from './base/output.ts';
import { removeUnfinished, watchUnfinished } from './base/unfinished.ts';
import { say } from './commands/terminal/stderr.ts';
import { tellBug } from './commands/terminal/told-error.ts';
import { program } from './program.ts';

// The process, from the first line that needs a Node that is new enough; main.ts sees to that.
const stdout = guarded(process.stdout);
const stderr = guarded(process.stderr);
const letGoOfTerminal = watchTerminal();

// Unhandled rejections as well: Node makes uncaught exceptions of them.
process.on('uncaughtException', (error) => {
  const kept = breakDown();
  tellBug(error, kept);
  leave(EXIT.bug);
});

// What is half written is not left behind by a process that is told to end, where nobody else does that.
watchUnfinished(() => {
  const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;
  const end = (signal: NodeJS.Signals) => {
    if (process.listenerCount(signal) > 1) return;
    removeUnfinished();
    process.off(signal, end);
    process.kill(process.pid, signal);
  };
  for (const signal of signals) process.on(signal, end);
  return () => {
    for (const signal of signals) process.off(signal, end);
  };
});

program(process.argv.slice(2)).then(leave);

/** When everything has been read that was written. */
async function leave(code: number): Promise<void> {
  await stdout.drained();
  const { failure } = stdout;
  if (failure) say(`error: stdout cannot be written: ${errorText(failure)}`);
  await stderr.drained();
  letGoOfTerminal();
  process.exit(failure && code === EXIT.ok ? EXIT.thresholdFailed : code);
}

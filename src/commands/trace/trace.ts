import { Command } from 'commander';
import { anonymiseCommand } from './anonymise.ts';
import { convertTraceCommand } from './convert.ts';
import { inspectCommand } from './inspect.ts';
import { sliceCommand } from './slice.ts';

/** What can be done with a trace, in the order of the help: each in a file of its own beside this one. */
const SUBCOMMANDS: readonly (() => Command)[] = [
  inspectCommand,
  convertTraceCommand,
  anonymiseCommand,
  sliceCommand,
];

/** `confab trace …`: recorded requests, looked at and rewritten without being played. */
export function traceCommand(): Command {
  const command = new Command('trace').description('look at recorded requests');
  for (const subcommand of SUBCOMMANDS) command.addCommand(subcommand());
  return command;
}

import { Command } from 'commander';
import { capacityCommand } from './capacity.ts';
import { curveCommand } from './curve.ts';
import { explainCommand } from './explain.ts';
import { survivalCommand } from './survival.ts';

/** What is asked of a prefix cache, in the order of the help: each in a file of its own beside this one. */
const SUBCOMMANDS: readonly (() => Command)[] = [
  curveCommand,
  explainCommand,
  capacityCommand,
  survivalCommand,
];

/** `confab cache …`: what a prefix cache could find, did find, and how large it is. */
export function cacheCommand(): Command {
  const command = new Command('cache').description('what a prefix cache could find, and did');
  for (const subcommand of SUBCOMMANDS) command.addCommand(subcommand());
  return command;
}

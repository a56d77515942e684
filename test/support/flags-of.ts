import { Command } from 'commander';
import { type Flag, withFlags } from '../../src/commands/flags/flag-table.ts';
import { loadSchema } from '../../src/commands/flags/schema-field.ts';

await loadSchema();

/** What a command line says, by the table of its command's flags, without its action. */
export function flagsOf<Flags>(table: readonly Flag[], line: readonly string[]): Flags {
  return withFlags(new Command(), table)
    .parse([...line], { from: 'user' })
    .opts() as Flags;
}

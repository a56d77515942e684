import type { Reading } from '../../workload/traces/rewrite/open-trace.ts';
import { type Flag, grouped } from '../flags/flag-table.ts';
import { integer } from '../flags/options.ts';

/** How a trace is read, where its file is not to be believed. */
export const readingFlags: readonly Flag[] = grouped('How the input is read', [
  {
    flags: '--format <name>',
    says: 'its format; default: the one that its content fits',
  },
  {
    flags: '--block-tokens <n>',
    says: "tokens that one of its hash ids stands for; default: the format's own",
    parse: integer(1),
  },
  {
    flags: '--time-unit <unit>',
    says: "what its times are in, whatever they look like; default: the format's own unit",
    choices: ['ms', 's'],
  },
]);

export function readingOf({ format, blockTokens, timeUnit }: Reading): Reading {
  return { format, blockTokens, timeUnit };
}

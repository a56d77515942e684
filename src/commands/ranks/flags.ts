import { InvalidArgumentError } from 'commander';
import { parseStartAt, START_AT_EXAMPLES, type StartAt } from '../../ranks/start-at.ts';
import { type Flag, grouped } from '../flags/flag-table.ts';
import { time } from '../flags/options.ts';

export interface RankFlags {
  readonly startAt?: StartAt;
  readonly rendezvous?: string;
  readonly rendezvousTimeout?: number;
}

/** How a process begins together with others. */
export const rankFlags: readonly Flag[] = grouped('Several processes and machines', [
  {
    flags: '--start-at <time>',
    says: `begin at this instant (${START_AT_EXAMPLES} after all is ready)`,
    parse: startAt,
  },
  {
    flags: '--rendezvous <dir>',
    says: 'with --partition: a folder that all ranks write. Each has its run folder below it, all begin together once all are there, and rank 0 makes the report of all',
  },
  {
    flags: '--rendezvous-timeout <time>',
    says: 'how long all ranks are waited for',
    parse: time('sec', 0),
    default: 300,
  },
]);

function startAt(text: string): StartAt {
  const found = parseStartAt(text);
  if (found) return found;
  throw new InvalidArgumentError(
    `Found '${text}'; expected an instant with its zone or a time from when all is ready: ${START_AT_EXAMPLES}.`,
  );
}

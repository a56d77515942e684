import { Command } from 'commander';
import { UsageError } from '../../base/errors.ts';
import type { Reading } from '../../workload/traces/rewrite/open-trace.ts';
import { PARTLY, type Partly, type Sliced } from '../../workload/traces/rewrite/selection.ts';
import { type Flag, withFlags } from '../flags/flag-table.ts';
import { list } from '../flags/lists.ts';
import { integer, time } from '../flags/options.ts';
import { dataFile } from '../scenario/shipped.ts';
import { readingFlags, readingOf } from './reading.ts';

interface Flags extends Reading {
  readonly from?: number;
  readonly to?: number;
  readonly sessions?: readonly string[];
  readonly firstSessions?: number;
  readonly partly: Partly;
}

const ownFlags: readonly Flag[] = [
  {
    flags: '--from <time>',
    says: 'leave out what came before, counted from the first request',
    parse: time('sec'),
  },
  { flags: '--to <time>', says: 'leave out what came later', parse: time('sec') },
  { flags: '--sessions <names>', says: 'these sessions, with commas', parse: list() },
  {
    flags: '--first-sessions <n>',
    says: 'so many sessions, the first to begin',
    parse: integer(1),
  },
  {
    flags: '--partly <how>',
    says: 'a session that is not all between --from and --to: whole if it begins there, left out (inside), or cut',
    choices: PARTLY,
    default: 'whole',
  },
];

/** `confab trace slice INPUT OUTPUT`. */
export function sliceCommand(): Command {
  const command = new Command('slice')
    .description('Write some requests of a trace as they are, by time or by session.')
    .argument('<input>', 'recorded requests, in any format that confab reads', dataFile)
    .argument('<output>', 'file to write; of sessions also a folder, which ends in /')
    .action(slice);
  return withFlags(command, [...ownFlags, ...readingFlags]);
}

async function slice(input: string, output: string, flags: Flags): Promise<void> {
  const { from, to, sessions, firstSessions, partly } = flags;
  const wanted = { fromMs: msOf(from), toMs: msOf(to), sessions, firstSessions };
  if (Object.values(wanted).every((one) => one === undefined)) {
    throw new UsageError(
      'found nothing that is wanted; expected --from, --to, --sessions or --first-sessions',
    );
  }
  const { sliceTrace } = await import('../../workload/traces/rewrite/slice.ts');
  const sliced = await sliceTrace({ input, output, reading: readingOf(flags), partly, ...wanted });
  process.stdout.write(slicedText(output, sliced));
}

function msOf(sec: number | undefined): number | undefined {
  return sec === undefined ? undefined : sec * 1000;
}

function slicedText(output: string, sliced: Sliced & { format: string }): string {
  const { requests, keptRequests, sessions, keptSessions } = sliced;
  const { cutSessions, longerSessions, leftOutRequests, leftOutSessions } = sliced;
  const ofSessions = sessions ? `, ${keptSessions} of ${sessions} sessions` : '';
  const lines = [
    `${output}: ${keptRequests} of ${requests} requests${ofSessions}, each as ${sliced.format} had it`,
    ...(cutSessions
      ? [`  ${cutSessions} sessions are cut: not all of their requests are there`]
      : []),
    ...(longerSessions ? [`  ${longerSessions} sessions go on after --to, and are whole`] : []),
    ...(leftOutSessions
      ? [
          `  ${leftOutRequests} requests of ${leftOutSessions} sessions are left out: not all of these is in the window`,
        ]
      : []),
  ];
  return `${lines.join('\n')}\n`;
}

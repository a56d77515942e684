import { Command } from 'commander';
import { SystemClock } from '../base/clock.ts';
import { UsageError } from '../base/errors.ts';
import { writeWhole } from '../base/write-whole.ts';
import type { Played } from '../play/played.ts';
import { checkWritable } from '../play/writable.ts';
import type { Scenario } from '../scenario/schema.ts';
import type { PointSettings } from '../sessions/points.ts';
import { type Flag, withFlags } from './flags/flag-table.ts';
import { FLAGS, screenFlags, targetFlags, watchFlags } from './flags/flags.ts';
import { ISOLATE, type IsolateFlags } from './flags/isolate-flag.ts';
import { integer, time } from './flags/options.ts';
import { PRECEDENCE } from './flags/precedence.ts';
import { type ScenarioFlags, scenarioOf } from './scenario/scenario-of.ts';
import { flowingHelp } from './terminal/help-text.ts';
import { reportColumns } from './terminal/screen.ts';
import { say } from './terminal/stderr.ts';

interface SessionFlags extends ScenarioFlags, IsolateFlags {
  readonly groups?: number;
  readonly sessions?: number;
  readonly search?: boolean;
  readonly maxTtftP95?: number;
  readonly maxGroups?: number;
  readonly maxSessions?: number;
  readonly goal?: 'sessions' | 'balanced';
  readonly maxRepeats?: number;
  readonly gap: number;
  readonly json?: string;
  readonly simulate?: boolean;
}

const GROUPS_MAX = 64;
const SESSIONS_MAX = 64;

export const sessionFlags: readonly Flag[] = [
  ...targetFlags,
  {
    flags: '-c, --groups <n>',
    says: 'play one point: requests in flight',
    parse: integer(1),
  },
  {
    flags: '-s, --sessions <n>',
    says: 'play one point: sessions of each group',
    parse: integer(1),
  },
  { flags: '--search', says: 'find the largest point within the bound' },
  {
    flags: '--max-ttft-p95 <ms>',
    says: 'the bound; one point above it: exit code 1',
    parse: time('ms', 0),
  },
  {
    flags: '--max-groups <n>',
    says: `search up to so many; default: ${GROUPS_MAX}`,
    parse: integer(1),
  },
  {
    flags: '--max-sessions <n>',
    says: `search up to so many; default: ${SESSIONS_MAX}`,
    parse: integer(1),
  },
  {
    flags: '--goal <what>',
    says: 'sessions: greatest C·S, the default; balanced: greatest 2CS/(C+S)',
    choices: ['sessions', 'balanced'],
  },
  {
    flags: '--max-repeats <n>',
    says: 'search: runs of a point that may be on either side of the bound, by its 95 % interval; default: 6',
    parse: integer(1, 1000),
  },
  // A session has a turn to come back for.
  { flags: '--rounds <n>', path: 'conversation.rounds', parse: integer(2) },
  {
    flags: '--gap <time>',
    says: 'a group rests so long after each request',
    parse: time('sec'),
    default: 0,
  },
  { flags: '--json <file>', says: 'write what the search found' },
  FLAGS.simulate,
  FLAGS.set,
  FLAGS.seed,
  FLAGS.initUserId,
  FLAGS.outputDir,
  ...watchFlags,
  ISOLATE,
  ...screenFlags,
];

const HELP = `
C groups each have one request in flight and go round S sessions, turn by turn:
C·S conversations are open at all times and wait for one of C slots, in order. No
session belongs to one group: whichever slot comes free serves the one that has
waited longest. The scenario says what is said (conversation.userHistory.tokens
is the document of the first turn); its population and pacing are replaced.

--search finds the most sessions C·S with the TTFT p95 of all turns but the first
within --max-ttft-p95, and no failed request. It takes for granted that more
groups, and more sessions, are never faster: it doubles and bisects, and leaves
out what cannot be better than what it has. Every point is a run of its own, by
new users, so that no prompt is in the cache from the point before. Ctrl-C ends
the point that is playing and then the search, and prints what was found.
`;

export function sessionsCommand(): Command {
  const command = new Command('sessions')
    .description('Groups that go round sessions, and how many of them an engine holds.')
    .argument('<scenario>', 'YAML or JSON file, or a name that `confab scenarios` lists');
  return withFlags(command, sessionFlags)
    .addHelpText('after', flowingHelp(PRECEDENCE))
    .addHelpText('after', flowingHelp(HELP))
    .action(async (file: string, flags: SessionFlags) => {
      checkFlags(flags);
      const isSent = !flags.simulate;
      const scenario = await scenarioOf({ file, rows: sessionFlags, flags, isSent });
      process.exitCode = flags.search
        ? await search(scenario, flags)
        : await onePoint(scenario, flags);
    });
}

function checkFlags(flags: SessionFlags): void {
  const { search, groups, sessions, maxTtftP95 } = flags;
  const problems: string[] = [];
  if (search) {
    if (groups !== undefined || sessions !== undefined) {
      problems.push(
        'found --search with --groups or --sessions; expected --max-groups and --max-sessions',
      );
    }
    if (maxTtftP95 === undefined) {
      problems.push('--max-ttft-p95: missing; expected milliseconds with --search');
    }
  } else {
    if (groups === undefined || sessions === undefined) {
      problems.push('expected --groups and --sessions for one point, or --search');
    }
    const names = { maxGroups: '--max-groups', maxSessions: '--max-sessions' };
    for (const [key, name] of Object.entries({
      ...names,
      goal: '--goal',
      json: '--json',
      maxRepeats: '--max-repeats',
    })) {
      if (flags[key as keyof SessionFlags] !== undefined) problems.push(`${name}: needs --search`);
    }
  }
  if (problems.length) throw new UsageError(problems);
}

async function onePoint(scenario: Scenario, flags: SessionFlags): Promise<number> {
  const [{ openPoints }, { sessionTable }, { isWithinBound }, { present, exitCodeOf }] =
    await Promise.all([
      import('../sessions/points.ts'),
      import('../sessions/text.ts'),
      import('../sessions/point.ts'),
      import('./terminal/present.ts'),
    ]);
  const presentPoint = (played: Played) => present(played, flags.wide);
  const playPoint = await openPoints(await settingsOf(scenario, flags, presentPoint, true));
  const { outcome, point } = await playPoint({ groups: flags.groups!, sessions: flags.sessions! });
  if (!point) return exitCodeOf({ outcome });
  const { maxTtftP95 } = flags;
  const table = sessionTable([point], maxTtftP95, reportColumns(flags.wide));
  process.stdout.write(`\n${table}\n`);
  const isBroken = maxTtftP95 !== undefined && !isWithinBound(point, maxTtftP95);
  return exitCodeOf({ outcome: outcome === 'ok' && isBroken ? 'failed' : outcome });
}

async function search(scenario: Scenario, flags: SessionFlags): Promise<number> {
  if (flags.json !== undefined) checkWritable('--json', flags.json);
  const [
    { openPoints },
    { searchPoints },
    report,
    { createRunFolder },
    { removedIfBare },
    { noteInterrupts },
    present,
  ] = await Promise.all([
    import('../sessions/points.ts'),
    import('../sessions/search.ts'),
    import('../sessions/text.ts'),
    import('../record/run-folder.ts'),
    import('../record/bare-folder.ts'),
    import('./terminal/interrupts.ts'),
    import('./terminal/present.ts'),
  ]);
  const clock = new SystemClock();
  const dir = createRunFolder(scenario.output.dir, 'sessions', clock.originEpochMs);
  // The bound of the search is the only one, and one file is no place for many runs.
  const output = { ...scenario.output, dir, exports: [] };
  const played = { ...scenario, thresholds: {}, output };
  const playPoint = await openPoints(
    await settingsOf(played, flags, present.presentProblems, false),
  );
  const interrupts = noteInterrupts();
  const { found, outcome } = await searchPoints(
    {
      goal: flags.goal ?? 'sessions',
      groupsMax: flags.maxGroups ?? GROUPS_MAX,
      sessionsMax: flags.maxSessions ?? SESSIONS_MAX,
      ttftP95MsMax: flags.maxTtftP95!,
      ...(flags.maxRepeats !== undefined && { repeatsMax: flags.maxRepeats }),
    },
    { clock, playPoint, isInterrupted: interrupts.has, say },
  )
    .catch((error: unknown) => {
      removedIfBare(dir, []);
      throw error;
    })
    .finally(interrupts.stop);
  const text = report.sessionSearchText(found, reportColumns(flags.wide));
  process.stdout.write(`${text}\n\nRuns: ${dir}\n`);
  if (flags.json !== undefined) writeWhole(flags.json, [report.sessionSearchJson(found)]);
  const hasNone = outcome === 'ok' && !report.bestPoint(found);
  return present.exitCodeOf({ outcome: hasNone ? 'failed' : outcome });
}

/** Runs that are told about on stderr, and presented so when they are over. */
async function settingsOf(
  scenario: Scenario,
  { apiKey, isolate, gap, maxTtftP95, simulate: isSimulated = false }: SessionFlags,
  present: (played: Played) => void,
  hasIntervals: boolean,
): Promise<PointSettings> {
  const { playOnConsole } = await import('./play.ts');
  return {
    scenario,
    gapSec: gap,
    ttftP95MsMax: maxTtftP95,
    hasOwnEngine: isSimulated || scenario.target.url === 'embedded',
    async play(scenario, workload) {
      const options = { scenario, workload, apiKey, isolate, isSimulated };
      const played = await playOnConsole(options, { hasIntervals });
      present(played);
      return played;
    },
    warn: say,
  };
}

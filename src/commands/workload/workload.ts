import { join } from 'node:path';
import { Command, type Option } from 'commander';
import { defaultCacheDir } from '../../base/cache-dir.ts';
import { errorText, UsageError } from '../../base/errors.ts';
import { makeFolder } from '../../base/make-folder.ts';
import { refuseInput } from '../../workload/files/whole-file.ts';
import { readAgentConfig } from '../../workload/timed/agents/config.ts';
import { agentSessions } from '../../workload/timed/agents/sessions.ts';
import type { WorkloadEntry } from '../../workload/timed/entry.ts';
import { openChosen, openMade, openText } from '../../workload/timed/open-prompts.ts';
import { spoken } from '../../workload/timed/spoken.ts';
import { WorkloadTally } from '../../workload/timed/workload-tally.ts';
import { writeWorkload } from '../../workload/timed/write-workload.ts';
import { withFlags } from '../flags/flag-table.ts';
import { flowingHelp } from '../terminal/help-text.ts';
import { say } from '../terminal/stderr.ts';
import { type WorkloadFlags, workloadFlags } from './flags.ts';
import { concatCommand, joinAsAibrix, mergeCommand } from './join.ts';
import { flagsReadBy, PLANNED_TYPES, type Planning, seedOf } from './kinds.ts';
import { summaryText } from './text.ts';

const AGENT_SAYS = 'sessions of an agent that plans, calls tools and thinks, by --agent-config';

const types = Object.entries(PLANNED_TYPES).map(
  ([name, { says }]) => `  ${name.padEnd(11)}${says}`,
);

const HELP = `
Types:

${[...types, `  ${'agent'.padEnd(11)}${AGENT_SAYS}`].join('\n')}

Writes timed requests that \`confab replay\` and AIBrix's client play, with the flags of
AIBrix's workload generator: JSON lines of timestamp (ms) and requests, each with prompt,
prompt_length, output_length and session_id.

The prompts of a file of sessions are the turns of its sessions, in order; the workload ends
when all have been said. Without --prompt-file prompts are made, so a length is needed.
`;

/** `confab workload --type TYPE`: a file of timed requests. */
export function workloadCommand(): Command {
  const command = new Command('workload').description(
    'Make a workload, a file of timed requests, of patterns, statistics or traces.',
  );
  return (
    withFlags(command, workloadFlags)
      .addHelpText('after', flowingHelp(HELP))
      // Or flags of the same name behind concat and merge would be this one's.
      .enablePositionalOptions()
      .action((flags: WorkloadFlags) => makeWorkload(flags, unread(command, flags)))
      .addCommand(concatCommand())
      .addCommand(mergeCommand())
      .addCommand(joinAsAibrix(), { hidden: true })
  );
}

/** Where the entries come from, and what is to be said when all have come. */
interface Made {
  readonly entries: AsyncIterable<WorkloadEntry>;
  readonly notes: readonly string[];
  /** Requests planned that there was nothing to say in. */
  readonly unsaid?: () => number;
}

async function makeWorkload(flags: WorkloadFlags, notRead: readonly string[]): Promise<void> {
  for (const flag of notRead) say(`${flag} means nothing to --type ${flags.type}: left out`);
  const file = join(flags.outputDir, `workload.${flags.outputFormat}`);
  const { promptFile, trafficFile, promptLenFile, completionLenFile } = flags;
  refuseInput(file, promptFile, trafficFile, promptLenFile, completionLenFile);
  const made = await entriesOf(flags);
  for (const note of made.notes) say(note);
  const tally = new WorkloadTally();
  makeOutputFolder(flags.outputDir);
  await writeWorkload(file, tally.through(made.entries), flags.outputFormat);
  const { summary } = tally;
  const unsaid = made.unsaid?.() ?? 0;
  if (unsaid) say(`all sessions have ended: ${unsaid} later requests had nothing to say`);
  if (flags.figures) {
    const { drawWorkload } = await import('./figures.ts');
    for (const problem of await drawWorkload(flags.outputDir, summary)) say(problem);
  }
  process.stdout.write(`${summaryText(file, summary, flags.wide)}\n`);
}

async function entriesOf(flags: WorkloadFlags): Promise<Made> {
  const { type } = flags;
  if (type === undefined) {
    throw new UsageError(
      `--type: missing; expected ${Object.keys(PLANNED_TYPES).join(', ')} or agent`,
    );
  }
  if (type === 'agent') {
    const config = readAgentConfig(flags.agentConfig);
    const corpus = await openText(promptOptions(flags));
    return {
      entries: agentSessions({ ...config, seed: flags.seed ?? config.seed }, corpus),
      notes: corpus.notes,
    };
  }
  const planning = await PLANNED_TYPES[type].plan(flags);
  const { prompts, notes } = await promptsFor(flags, planning);
  const { entries, unsaid } = spoken(planning.plan, prompts);
  return { entries, unsaid, notes: [...notes, ...(planning.notes ?? [])] };
}

function promptsFor(flags: WorkloadFlags, { hasLengths, blockTokens }: Planning) {
  const { promptFile: file, maxConcurrentSessions: maxSessions, lengths } = flags;
  const options = promptOptions(flags);
  if (file !== undefined) return openChosen({ ...options, file, maxSessions, lengths });
  if (hasLengths) return openMade(options, blockTokens);
  throw new UsageError(
    `--prompt-file: missing; expected one, or a length of prompts: ${LENGTH_FLAGS[flags.type as keyof typeof LENGTH_FLAGS]}`,
  );
}

/** What says how long prompts are. */
const LENGTH_FLAGS = {
  constant: '--prompt-len',
  synthetic: '--prompt-len-pattern, --prompt-len-pattern-config or --prompt-len',
  stat: '--prompt-len-file',
};

function promptOptions(flags: WorkloadFlags) {
  const { tokenizer } = flags;
  return { seed: seedOf(flags), tokenizer, cacheDir: defaultCacheDir(), tell: say };
}

function makeOutputFolder(dir: string): void {
  try {
    makeFolder(dir);
  } catch (error) {
    throw new UsageError(`--output-dir: cannot make ${dir}: ${errorText(error)}`);
  }
}

/** Flags on the command line that this type of workload has no use for. */
function unread(command: Command, { type }: WorkloadFlags): string[] {
  const read = type === undefined ? undefined : flagsReadBy(type);
  return command.options
    .filter((option: Option) => read && !read.includes(option.attributeName()))
    .filter((option) => command.getOptionValueSource(option.attributeName()) === 'cli')
    .map((option) => option.long!)
    .filter((long) => long !== '--log-format');
}

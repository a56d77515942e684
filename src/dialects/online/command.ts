import { Command } from 'commander';
import { SystemClock } from '../../base/clock.ts';
import { makeFolder } from '../../base/make-folder.ts';
import { withFlags } from '../../commands/flags/flag-table.ts';
import { flowingHelp } from '../../commands/terminal/help-text.ts';
import { say } from '../../commands/terminal/stderr.ts';
import { checkWritable } from '../../play/writable.ts';
import { filesReadBy } from '../../scenario/file-paths.ts';
import { parseOverridden } from '../../scenario/load.ts';
import { withOverrides } from '../../scenario/overrides.ts';
import { scenarioYaml } from '../../scenario/yaml.ts';
import { studyBase } from '../priority/flags.ts';
import { checkPriorities } from '../priority/schedules.ts';
import { type OnlineFlags, onlineFlags } from './flags.ts';
import { onlineScenario } from './scenario.ts';

interface CommandFlags extends OnlineFlags {
  readonly seed?: string;
  readonly disableTqdm?: boolean;
  readonly quiet?: boolean;
  readonly verbose?: boolean;
}

const HELP = `
First one request is sent that has to be answered; it is in no number. Then all others,
at the gaps of a gamma distribution or at once, each with its expected length as its
priority if the policy has one. A policy and a priority that contradict each other are
refused before anything is sent.

The result is vLLM's JSON, with generated_texts and the policy in it. confab analyze
reads it, and confab help priority has a whole study.
`;

/** `confab online`: the command line of the priority study's online_benchmarking.py. */
export function onlineCommand(): Command {
  const command = new Command('online').description(
    'Requests of known lengths at a rate, each with its priority: online_benchmarking.py.',
  );
  return withFlags(command, onlineFlags).addHelpText('after', flowingHelp(HELP)).action(run);
}

async function run(flags: CommandFlags, command: Command): Promise<void> {
  const input = onlineScenario(flags, studyBase(flags, command), flags.seed);
  const scenario = parseOverridden(input, flags.set, 'confab online');
  checkPriorities(scenario, flags.schedule, '--schedule');
  if (flags.printScenario) {
    process.stdout.write(scenarioYaml(withOverrides(input, flags.set), scenario));
    return;
  }
  const [{ openWorkload }, { onlineCompanion, resultPath }, { dateOf }] = await Promise.all([
    import('../../workload/load.ts'),
    import('./result.ts'),
    import('../priority/date.ts'),
  ]);
  const date = dateOf(new SystemClock().originEpochMs);
  makeFolder(flags.resultDir);
  // Which model is in its name the server may have to say.
  const path = resultPath(flags, flags.model ?? 'model', date);
  checkWritable('--output-json', path, filesReadBy(scenario));
  const workload = await openWorkload(scenario, { tell: say });
  const [{ playAndPresent }, { readied }] = await Promise.all([
    import('../../commands/play.ts'),
    import('../../play/readied-target.ts'),
  ]);
  const { waitForHealth: healthSec, profile: isProfiled, simulate: isSimulated } = flags;
  await playAndPresent({
    scenario,
    apiKey: flags.apiKey,
    isolate: flags.isolate,
    isSimulated,
    isVerbose: flags.verbose,
    isQuiet: flags.quiet || flags.disableTqdm,
    isWide: flags.wide,
    workload,
    companion: onlineCompanion({
      ...{ flags, date },
      tokenizer: scenario.conversation.tokenizer,
    }),
    // Simulated, there is nothing to be tried before.
    ...(!isSimulated && {
      open: readied(scenario, { healthSec, isProfiled, testedBy: workload, tell: say }),
    }),
  });
}

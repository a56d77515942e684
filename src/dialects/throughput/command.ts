import { Command } from 'commander';
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
import { type ThroughputFlags, throughputFlags } from './flags.ts';
import { throughputScenario } from './scenario.ts';

const HELP = `
All requests are sent at once, each with its expected length as its priority if the
policy has one, and asks for as many tokens as the data say. Tokens are those that
the server counts.
`;

/** `confab throughput`: the command line of the priority study's benchmark_throughput.py. */
export function throughputCommand(): Command {
  const command = new Command('throughput').description(
    'Requests of known lengths, all at once: benchmark_throughput.py.',
  );
  return withFlags(command, throughputFlags).addHelpText('after', flowingHelp(HELP)).action(run);
}

async function run(flags: ThroughputFlags & { quiet?: boolean }, command: Command): Promise<void> {
  const input = throughputScenario(flags, studyBase(flags, command));
  const scenario = parseOverridden(input, flags.set, 'confab throughput');
  checkPriorities(scenario, flags.schedulingPolicy, '--scheduling-policy');
  if (flags.printScenario) {
    process.stdout.write(scenarioYaml(withOverrides(input, flags.set), scenario));
    return;
  }
  const { outputJson, waitForHealth: healthSec, simulate: isSimulated } = flags;
  if (outputJson !== undefined) checkWritable('--output-json', outputJson, filesReadBy(scenario));
  const [{ playAndPresent }, { throughputCompanion }, { readied }] = await Promise.all([
    import('../../commands/play.ts'),
    import('./result.ts'),
    import('../../play/readied-target.ts'),
  ]);
  await playAndPresent({
    scenario,
    apiKey: flags.apiKey,
    isolate: flags.isolate,
    isSimulated,
    isQuiet: flags.quiet,
    isWide: flags.wide,
    companion: throughputCompanion(outputJson),
    ...(!isSimulated && { open: readied(scenario, { healthSec, tell: say }) }),
  });
}

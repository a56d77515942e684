import { Command } from 'commander';
import { withFlags } from '../../commands/flags/flag-table.ts';
import { dataFile } from '../../commands/scenario/shipped.ts';
import { targetUrl } from '../../commands/scenario/target-url.ts';
import { flowingHelp } from '../../commands/terminal/help-text.ts';
import { say } from '../../commands/terminal/stderr.ts';
import { checkWritable } from '../../play/writable.ts';
import { filesReadBy } from '../../scenario/file-paths.ts';
import { parseScenario } from '../../scenario/load.ts';
import { withOverrides } from '../../scenario/overrides.ts';
import { scenarioYaml } from '../../scenario/yaml.ts';
import { type AibrixClientFlags, aibrixClientFlags, DEFAULT_URL } from './flags.ts';
import { aibrixClientScenario } from './scenario.ts';

const HELP = `
Every request is sent at its time; those of a session one after the other, with the
actual answers between them. Where the workload has an output_length, the answer is
asked for in exactly that length (max_tokens and min_tokens), or --output-token-limit
if that is less. A request that fails is left out of what its session says later.

Each line of --output-file-path has the fields of AIBrix's client; confab analyze
reads them, and confab help client says what is different.
`;

/** `confab client`: the workloads of AIBrix's generator, played with the flags of its client. */
export function aibrixClientCommand(): Command {
  const command = new Command('client').description(
    "Plays a workload as AIBrix's client does, with its flags (python -m client.client).",
  );
  return withFlags(command, aibrixClientFlags).addHelpText('after', flowingHelp(HELP)).action(run);
}

async function run(given: AibrixClientFlags, command: Command): Promise<void> {
  const isNamed = given.simulate || command.getOptionValueSource('endpoint') !== 'default';
  const flags = {
    ...given,
    endpoint: targetUrl(isNamed ? given.endpoint : undefined, DEFAULT_URL),
    workloadPath: dataFile(given.workloadPath),
  };
  const input = withOverrides(aibrixClientScenario(flags), flags.set);
  const scenario = parseScenario(input, 'confab client');
  if (flags.printScenario) {
    process.stdout.write(scenarioYaml(input, scenario));
    return;
  }
  checkWritable('--output-file-path', flags.outputFilePath, filesReadBy(scenario));
  const [{ playAndPresent }, { openWorkload }, { aibrixClientCompanion }] = await Promise.all([
    import('../../commands/play.ts'),
    import('../../workload/load.ts'),
    import('./companion.ts'),
  ]);
  const workload = await openWorkload(scenario, { tell: say });
  await playAndPresent({
    scenario,
    apiKey: flags.apiKey,
    isolate: flags.isolate,
    isSimulated: flags.simulate,
    isVerbose: flags.verbose,
    isWide: flags.wide,
    workload,
    companion: aibrixClientCompanion(workload),
  });
}

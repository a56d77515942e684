import { Command } from 'commander';
import { defaultCacheDir } from '../../base/cache-dir.ts';
import { withFlags } from '../../commands/flags/flag-table.ts';
import { targetUrl } from '../../commands/scenario/target-url.ts';
import { flowingHelp } from '../../commands/terminal/help-text.ts';
import { checkWritable } from '../../play/writable.ts';
import { filesReadBy } from '../../scenario/file-paths.ts';
import { parseOverridden } from '../../scenario/load.ts';
import { withOverrides } from '../../scenario/overrides.ts';
import { scenarioYaml } from '../../scenario/yaml.ts';
import { type BurstFlags, burstFlags, type LogType } from './flags.ts';
import { burstScenario } from './scenario.ts';

interface CommandFlags extends BurstFlags {
  readonly logType?: LogType;
  readonly apiKey?: string;
  readonly set: readonly string[];
  readonly simulate?: boolean;
  readonly printScenario?: boolean;
  readonly wide?: boolean;
}

const HELP = `
Two loads, against any server with OpenAI's API:

  --use-burstgpt --burstgpt-path FILE   a trace
      Each row is sent at its time from the first one on, divided by --scale, with
      as many prompt tokens, and asks for exactly its response tokens. Rows of the
      conversation log (--conv-or-api api: of the API log; all), the first
      --prompt-num of them, and no more than --surplus-prompts-num.

  without it                            a model
      --surplus-prompts-num requests, at gaps of a gamma distribution of
      --gamma-shape and --gamma-scale, divided by --scale; or with --gamma-params at
      shapes alpha and rates beta (per second) that change with every --window.
      Lengths of prompts and answers are drawn by Zipf's law.

Prompts are real words of the very length; with --data-path they are those of a pool,
the nearest in both lengths. confab prepare prompt-pool makes one of ShareGPT.

Flags may be spelled with underscores, as the example has them. What they say holds
here, also where the example leaves it undone: --conv-or-api, --ignore-eos,
--max-tokens, --scale of a model, and --seed, which all draws follow from.
`;

/** `confab burstgpt`: the command line of BurstGPT's example, profile_vllm_server.py. */
export function burstgptCommand(): Command {
  const command = new Command('burstgpt').description(
    "BurstGPT's loads, with the command line of its example: a trace, or Gamma arrivals with Zipf lengths.",
  );
  return withFlags(command, burstFlags).addHelpText('after', flowingHelp(HELP)).action(run);
}

async function run(given: CommandFlags, command: Command): Promise<void> {
  const flags = {
    ...given,
    convOrApi: given.logType ?? given.convOrApi,
    baseUrl: baseUrlOf(given, command),
  };
  const input = burstScenario(flags);
  const scenario = parseOverridden(input, flags.set, 'confab burstgpt');
  if (flags.printScenario) {
    process.stdout.write(scenarioYaml(withOverrides(input, flags.set), scenario));
    return;
  }
  const { planLengths } = await import('../../workload/lengths/planned-lengths.ts');
  const planned = await planLengths(scenario, { cacheDir: defaultCacheDir() });
  if (flags.dryRun) {
    const { plannedLines } = await import('./dry-run.ts');
    for (const line of plannedLines(scenario, planned)) process.stdout.write(line);
    return;
  }
  const { logPath, detailLogPath } = flags;
  const { burstCompanion, runsIn } = await import('./logs.ts');
  const read = filesReadBy(scenario);
  checkWritable('--log-path', logPath, read);
  checkWritable('--detail-log-path', detailLogPath, read);
  runsIn(logPath);
  const { playAndPresent } = await import('../../commands/play.ts');
  await playAndPresent({
    scenario,
    apiKey: flags.apiKey,
    isolate: flags.isolate,
    isSimulated: flags.simulate,
    isWide: flags.wide,
    companion: burstCompanion({ scenario, planned, logPath, detailLogPath }),
  });
}

/** In simulated time there is no other engine, whatever is named. */
function baseUrlOf({ simulate, baseUrl, host, port }: CommandFlags, command: Command): string {
  if (simulate) return 'embedded';
  const isNamed = ['host', 'port'].some((flag) => command.getOptionValueSource(flag) === 'cli');
  const here = `http://${host}:${port}`;
  return baseUrl ?? (isNamed ? here : targetUrl(undefined, here));
}

import { Command } from 'commander';
import { withFlags } from '../../commands/flags/flag-table.ts';
import { targetUrl } from '../../commands/scenario/target-url.ts';
import { flowingHelp } from '../../commands/terminal/help-text.ts';
import { say } from '../../commands/terminal/stderr.ts';
import { parseScenario } from '../../scenario/load.ts';
import { withOverrides } from '../../scenario/overrides.ts';
import { scenarioYaml } from '../../scenario/yaml.ts';
import { arrivalModel } from './checks.ts';
import { multiRoundCompanion } from './companion.ts';
import { type MultiRoundFlags, multiRoundFlags } from './flags.ts';
import { gapTiming, multiRoundScenario } from './scenario.ts';
import { processSummary } from './summary.ts';

interface CommandFlags extends MultiRoundFlags {
  readonly apiKey?: string;
  readonly set: readonly string[];
  readonly processSummary?: string;
  readonly printScenario?: boolean;
  readonly verbose?: boolean;
  readonly simulate?: boolean;
  readonly wide?: boolean;
}

const HELP = `
Two arrival models, chosen by the flags that are given:

  --num-users N --answer-len A     production-stack's multi-round-qa.py
      A user launches a question every G = N / QPS seconds, launch to launch, and
      a new user joins every U = (R - 1) / QPS seconds (R is --num-rounds). N users
      are found in the middle of their conversation at the start (--no-ramp-up:
      none). That formula offers R / (R - 1) times the QPS that was asked for;
      --strict-qps makes it U = R / QPS and offers exactly the QPS. With R = 1
      upstream ignores --qps; here it holds. Under overload users pile up;
      --strict-concurrent-users never has more than N of them.

  --user-lag L --max-output-len A  the fork that adds a user lag
      A user thinks for L seconds after each answer. New users come at random gaps
      (lognormal, sigma 2) with mean R / QPS, so exactly the QPS is offered.

Prompts are real words, different for every user after the shared system prompt;
--text hi sends upstream's "hi hi hi" text, byte for byte.

--compat sends what upstream sends. Of production-stack: its texts, its warm-up
requests, a cold first message of the users found at the start, and with R = 1 a
user every 0.1 s whatever the QPS. Of the fork: its texts, its arrivals, which
are the same in every run, the header x-prefill-tokens, ignore_eos also where it
is false, and no min_tokens; with --sharegpt its shuffling, its lengthening and
its system text.
`;

export function multiRoundCommand(): Command {
  const command = new Command('multi-round-qa').description(
    'Multi-round question answering, with the command line of multi-round-qa.py.',
  );
  return withFlags(command, multiRoundFlags)
    .addHelpText('after', flowingHelp(HELP))
    .action(async (given: CommandFlags) => {
      if (given.processSummary !== undefined) {
        process.stdout.write(processSummary(given.processSummary));
        return;
      }
      // In simulated time there is no other engine, whatever is named.
      const baseUrl = given.simulate ? 'embedded' : targetUrl(given.baseUrl);
      const input = withOverrides(multiRoundScenario({ ...given, baseUrl }), given.set);
      const scenario = parseScenario(input, 'confab multi-round-qa');
      if (given.printScenario) {
        process.stdout.write(`${timing(given)}${scenarioYaml(input, scenario)}`);
        return;
      }
      say(timing(given).trimEnd());
      const { playAndPresent } = await import('../../commands/play.ts');
      await playAndPresent({
        scenario,
        apiKey: given.apiKey,
        isolate: given.isolate,
        companion: multiRoundCompanion(given.qps),
        isSimulated: given.simulate,
        isVerbose: given.verbose,
        isWide: given.wide,
      });
    });
}

/** The formulas' results, as comments for the printed scenario and for the log. */
function timing(given: MultiRoundFlags): string {
  if (arrivalModel(given) === 'lag') {
    const meanSec = short(given.numRounds / given.qps);
    return `# user gap: lognormal, mean ${meanSec} s; offered: ${given.qps} requests/s\n`;
  }
  const { gapSec, aliveSec, joinEverySec, offeredQps } = gapTiming(given);
  const note =
    offeredQps > given.qps * (1 + 1e-9)
      ? ` (upstream's formula gives R/(R-1) times --qps; --strict-qps gives ${given.qps})`
      : '';
  return `# per-user gap G ${short(gapSec)} s, a user joins every U ${short(joinEverySec)} s and lives S ${short(aliveSec)} s; offered: ${short(offeredQps)} requests/s${note}\n`;
}

function short(value: number): number {
  return Number(value.toPrecision(6));
}

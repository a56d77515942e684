import { Command } from 'commander';
import { SystemClock } from '../../base/clock.ts';
import { UsageError } from '../../base/errors.ts';
import { withFlags } from '../../commands/flags/flag-table.ts';
import type { IsolateFlags } from '../../commands/flags/isolate-flag.ts';
import { writeGenerated } from '../../commands/generate.ts';
import { dataFile } from '../../commands/scenario/shipped.ts';
import { targetUrl } from '../../commands/scenario/target-url.ts';
import { flowingHelp } from '../../commands/terminal/help-text.ts';
import { reportColumns } from '../../commands/terminal/screen.ts';
import { say } from '../../commands/terminal/stderr.ts';
import { parseScenario } from '../../scenario/load.ts';
import { withOverrides } from '../../scenario/overrides.ts';
import { scenarioYaml } from '../../scenario/yaml.ts';
import { findGeneratorConfig } from '../../workload/chats/generated/config.ts';
import type { Workload } from '../../workload/conversation.ts';
import { type MultiTurnSubject, multiTurnCompanion } from './companion.ts';
import { DEFAULT_URL, type MultiTurnFlags, multiTurnFlags } from './flags.ts';
import { generatorSettings } from './generator-text.ts';
import { multiTurnScenario } from './scenario.ts';
import { warmupShares } from './warmup.ts';

interface CommandFlags extends MultiTurnFlags, IsolateFlags {
  readonly apiKey?: string;
  readonly set: readonly string[];
  readonly excelOutput?: boolean;
  readonly statsJsonOutput?: string;
  readonly warmupPercentages: string;
  readonly verbose?: boolean;
  readonly printContent?: boolean;
  readonly generateOnly?: boolean;
  readonly simulate?: boolean;
  readonly printScenario?: boolean;
  readonly wide?: boolean;
}

const HELP = `
Clients are slots: at most --num-clients requests are in flight, and the turns of
--max-active-conversations conversations are interleaved on them.

By default every conversation is played to its end, tokens are the server's own
counts, and --request-rate is the rate at which each client sends. --compat has
upstream's choices, which change the numbers: each client has conversations of
its own, and when there is none left to begin it drops those under way and stops,
and all others with it (--no-early-stop: they go on until they find none either);
-k and -n are divided among the clients, without the remainder; it pauses after
every answer instead of keeping a rate, counts tokens again itself without the
chat template, takes the tokens of a first chunk off the TTFT, and ends the
runtime with the request that was sent last. Two things it does not copy: a client
that leaves because of one timeout, and include_usage: false, without which a
server does not say what was cached.

--payload forced asks for answers of exactly the recorded length (min_tokens,
temperature 0, seed 0), as the numbers of upstream's README were made; plain
limits them only, as upstream does since June 2026.
`;

export function multiTurnCommand(): Command {
  const command = new Command('multi-turn').description(
    "Interleaved conversations, with the command line of vLLM's benchmark_serving_multi_turn.py.",
  );
  return withFlags(command, multiTurnFlags).addHelpText('after', flowingHelp(HELP)).action(run);
}

async function run(flags: CommandFlags, command: Command): Promise<void> {
  const isNamed = flags.simulate || command.getOptionValueSource('url') !== 'default';
  const given = {
    ...flags,
    url: targetUrl(isNamed ? flags.url : undefined, DEFAULT_URL),
    inputFile: dataFile(flags.inputFile),
  };
  const shares = warmupShares(given.warmupPercentages);
  const isLocal = given.simulate || given.url === 'embedded';
  const meant = multiTurnScenario({
    ...given,
    maxRetries: given.maxRetries ?? Number(process.env['MULTITURN_BENCH_MAX_RETRIES'] ?? 0),
    tokenizer: given.tokenizer ?? (isLocal ? 'gpt2' : undefined),
    ...(isLocal && { model: given.servedModelName ?? 'confab-embedded' }),
  });
  const input = withOverrides(meant, given.set);
  const scenario = parseScenario(input, 'confab multi-turn');
  if (given.printScenario) {
    process.stdout.write(scenarioYaml(input, scenario));
    return;
  }
  if (given.generateOnly) {
    if (given.outputFile === undefined) {
      throw new UsageError('--generate-only: needs --output-file');
    }
    await writeGenerated(given.inputFile, {
      output: given.outputFile,
      seed: String(given.seed),
      tokenizer: scenario.conversation.tokenizer,
      compat: given.compat ?? false,
      printStats: false,
    });
    return;
  }
  const [{ playAndPresent }, { openWorkload }] = await Promise.all([
    import('../../commands/play.ts'),
    import('../../workload/load.ts'),
  ]);
  const workload = await openWorkload(scenario, {
    tell: say,
  });
  checkConversations(given, workload);
  const subject = await subjectOf(given.inputFile, workload);
  await playAndPresent({
    scenario,
    apiKey: given.apiKey,
    isolate: given.isolate,
    isSimulated: given.simulate,
    isVerbose: given.verbose,
    isWide: given.wide,
    workload,
    companion: multiTurnCompanion(
      given,
      {
        ...given,
        warmupShares: shares,
        startedEpochMs: new SystemClock().originEpochMs,
        print: given.printContent ? (text) => say(text, { event: 'content' }) : undefined,
        columns: reportColumns(given.wide),
      },
      subject,
    ),
  });
}

function checkConversations(given: CommandFlags, { conversations = 0 }: Workload): void {
  const { maxActiveConversations: active = given.numClients } = given;
  if (active <= conversations) return;
  const flag = given.maxActiveConversations ? '--max-active-conversations' : '--num-clients';
  throw new UsageError(
    `${flag}: found ${active}; expected at most the conversations of ${given.inputFile}, ${conversations}`,
  );
}

async function subjectOf(file: string, workload: Workload): Promise<MultiTurnSubject> {
  // A conversation is made from its JSON whenever it is asked for: not once a record.
  const ids = new Map<number, string>();
  return {
    numConversations: workload.conversations ?? 0,
    generator: generatorSettings(await findGeneratorConfig(file)),
    conversationId(userId) {
      let id = ids.get(userId);
      if (id === undefined) {
        id = workload.conversation(userId).id ?? String(userId);
        ids.set(userId, id);
      }
      return id;
    },
  };
}

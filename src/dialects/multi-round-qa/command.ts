import { Command } from 'commander';
import { stringify } from 'yaml';
import { collect, header, integer, number, oneOf, share } from '../../commands/options.ts';
import { parseOverridden } from '../../scenario/load.ts';
import type { ScenarioInput } from '../../scenario/schema.ts';
import { multiRoundCompanion } from './companion.ts';
import { arrivalModel, type MultiRoundFlags } from './flags.ts';
import { gapTiming, multiRoundScenario } from './scenario.ts';
import { processSummary } from './summary.ts';

interface CommandFlags extends MultiRoundFlags {
  readonly apiKey?: string;
  readonly set: readonly string[];
  readonly processSummary?: string;
  readonly printScenario?: boolean;
  readonly verbose?: boolean;
  readonly simulate?: boolean;
  readonly maxErrorRate?: number;
  readonly drainTimeout?: number;
  readonly outputDir?: string;
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
`;

export function multiRoundCommand(): Command {
  return flags(
    new Command('multi-round-qa').description(
      'Multi-round question answering, with the command line of multi-round-qa.py.',
    ),
  )
    .addHelpText('after', HELP)
    .action(async (given: CommandFlags) => {
      if (given.processSummary !== undefined) {
        process.stdout.write(processSummary(given.processSummary));
        return;
      }
      const input = scenarioInput(given);
      const scenario = parseOverridden(input, given.set, 'confab multi-round-qa');
      if (given.printScenario) {
        process.stdout.write(`${timing(given)}${stringify(input)}`);
        return;
      }
      process.stderr.write(timing(given));
      const { playAndPresent } = await import('../../commands/play.ts');
      await playAndPresent({
        scenario,
        apiKey: given.apiKey,
        companion: multiRoundCompanion(given.qps),
        isSimulated: given.simulate,
        isVerbose: given.verbose,
      });
    });
}

function flags(command: Command): Command {
  return command
    .option('--num-rounds <n>', 'rounds per user', integer(1))
    .option('--qps <rate>', 'requests per second over all users', number(0))
    .option('--base-url <url>', "base URL, with or without /v1; 'embedded' starts an engine")
    .option('--model <name>', 'request model; default: the first that the engine names')
    .option('--api-key <key>', 'API key; default: the environment variable OPENAI_API_KEY')
    .option('--shared-system-prompt <tokens>', 'tokens that all users share', integer(0))
    .option('--user-history-prompt <tokens>', "tokens of each user's own history", integer(0))
    .option('--num-users <n>', 'production-stack: users at a time', integer(1))
    .option('--answer-len <tokens>', 'production-stack: max_tokens', integer(1))
    .option('--user-lag <seconds>', 'fork: think time after an answer', number())
    .option(
      '--max-input-len <tokens>',
      'fork: longest prompt; longest ShareGPT question',
      integer(1),
    )
    .option('--max-output-len <tokens>', 'fork: max_tokens; longest ShareGPT answer', integer(1))
    .option('--ignore_eos, --ignore-eos', 'answers of exactly the length asked for')
    .option('--time <seconds>', 'stop after this long; default: at Ctrl-C', number(0))
    .option('--output <file>', 'CSV of the completed requests', 'summary.csv')
    .option('--init-user-id <n>', 'the first user is n + 1', integer(0), 0)
    .option('--log-interval <seconds>', 'time between two printed summaries', number(0), 30)
    .option('--request-with-user-id', 'send the header x-user-id', true)
    .option('--no-request-with-user-id', 'do not send it')
    .option(
      '--sharegpt [file]',
      'questions and answer lengths from ShareGPT (default file: ShareGPT.json)',
    )
    .option('--input-inflate-rate <share>', 'ShareGPT: share of questions made longer', share)
    .option('--input-inflate-mult <factor>', 'ShareGPT: by this factor', integer(1))
    .option('--output-inflate-rate <share>', 'ShareGPT: share of answers made longer', share)
    .option('--output-inflate-mult <factor>', 'ShareGPT: by this factor', integer(1))
    .option('--strict-qps', 'offer exactly --qps')
    .option('--no-ramp-up', 'start with no users instead of N in mid-conversation')
    .option('--disable-ramp-up', 'the same, as LMCache spells it')
    .option(
      '--ramp-up-history <how>',
      "users found in mid-conversation carry their history, or send a cold first message as upstream's: synthesised, cold",
      oneOf('synthesised', 'cold'),
      'synthesised',
    )
    .option('--strict-concurrent-users', 'never more than --num-users conversations')
    .option('--enforce-strict-concurrent-users', 'the same, as LMBenchmark spells it')
    .option('--no-warmup', "leave out the ten requests of production-stack's warm-up")
    .option(
      '--text <kind>',
      "prompts of real words, or upstream's: words, hi",
      oneOf('words', 'hi'),
      'words',
    )
    .option('--text-file <file>', 'text to cut the words from')
    .option('--tokenizer <spec>', 'folder, tokenizer.json or model name that counts the tokens')
    .option('--seed <seed>', 'names every random stream of the run')
    .option('--api <api>', 'chat or completions', oneOf('chat', 'completions'))
    .option('--no-stream', 'ask for whole answers; TTFT is then the latency')
    .option('--header <name: value>', 'extra header; may be repeated', header)
    .option('--max-error-rate <share>', 'exit code 1 above this share of failed requests', share)
    .option(
      '--drain-timeout <seconds>',
      'how long requests in flight may take at the end',
      number(),
    )
    .option('--output-dir <dir>', 'parent of the run folder')
    .option('--set <path=value>', 'set a field of the scenario; may be repeated', collect, [])
    .option('--simulate', 'play in virtual time, against the engine in this process')
    .option('--verbose', 'print every request as it ends')
    .option(
      '--process-summary <file>',
      'print the summary of an existing CSV, of this tool or of theirs',
    )
    .option('--print-scenario', 'print the scenario that the flags mean, and send nothing');
}

/** What the dialect makes of its flags, and what this command's own flags add to it. */
function scenarioInput(given: CommandFlags): ScenarioInput {
  // In simulated time there is no other engine, whatever is named.
  const baseUrl = given.simulate ? 'embedded' : given.baseUrl;
  const input = multiRoundScenario({ ...given, baseUrl });
  const { maxErrorRate, drainTimeout, outputDir } = given;
  const hasStop = input.stop !== undefined || drainTimeout !== undefined;
  return {
    ...input,
    ...(maxErrorRate !== undefined && { thresholds: { maxErrorRate } }),
    ...(hasStop && {
      stop: {
        ...input.stop,
        ...(drainTimeout !== undefined && { drainTimeoutSec: drainTimeout }),
      },
    }),
    output: { ...input.output, ...(outputDir !== undefined && { dir: outputDir }) },
  };
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

import { Command } from 'commander';
import { stringify } from 'yaml';
import { SystemClock } from '../../base/clock.ts';
import { UsageError } from '../../base/errors.ts';
import { writeGenerated } from '../../commands/generate.ts';
import {
  collect,
  header,
  integer,
  number,
  oneOf,
  share,
  wholeNumber,
} from '../../commands/options.ts';
import { parseOverridden } from '../../scenario/load.ts';
import { findGeneratorConfig } from '../../workload/chats/generated/config.ts';
import type { Workload } from '../../workload/conversation.ts';
import { type MultiTurnSubject, multiTurnCompanion } from './companion.ts';
import { generatorSettings } from './generator-text.ts';
import { type MultiTurnFlags, multiTurnScenario } from './scenario.ts';
import { warmupShares } from './warmup.ts';

interface CommandFlags extends MultiTurnFlags {
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
  readonly maxErrorRate?: number;
  readonly outputDir?: string;
  readonly gpu?: string;
}

const HELP = `
Clients are slots: at most --num-clients requests are in flight, and the turns of
--max-active-conversations conversations are interleaved on them.

By default every conversation is played to its end, tokens are the server's own
counts, and --request-rate is the rate at which each client sends. --compat has
upstream's choices, which change the numbers: it stops when there is no
conversation left to begin and drops those under way (--no-early-stop: it does
not), pauses after every answer instead of keeping a rate, counts tokens again
itself without the chat template, takes the tokens of a first chunk off the TTFT,
and ends the runtime with the request that was sent last.

--payload forced asks for answers of exactly the recorded length (min_tokens,
temperature 0, seed 0), as the numbers of upstream's README were made; plain
limits them only, as upstream does since June 2026.
`;

export function multiTurnCommand(): Command {
  return flags(
    new Command('multi-turn').description(
      "Interleaved conversations, with the command line of vLLM's benchmark_serving_multi_turn.py.",
    ),
  )
    .addHelpText('after', HELP)
    .action(run);
}

async function run(given: CommandFlags): Promise<void> {
  const shares = warmupShares(given.warmupPercentages);
  const isLocal = given.simulate || given.url === 'embedded';
  const input = multiTurnScenario({
    ...given,
    tokenizer: given.tokenizer ?? (isLocal ? 'gpt2' : undefined),
    ...(isLocal && { model: given.servedModelName ?? 'confab-embedded' }),
  });
  const ours = {
    thresholds: { ...(given.maxErrorRate !== undefined && { maxErrorRate: given.maxErrorRate }) },
    output: { ...(given.outputDir !== undefined && { dir: given.outputDir }) },
    engine: { ...(given.gpu !== undefined && { gpu: given.gpu }) },
  };
  const scenario = parseOverridden({ ...input, ...ours }, given.set, 'confab multi-turn');
  if (given.printScenario) {
    process.stdout.write(stringify({ ...input, ...ours }));
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
  const workload = await openWorkload(scenario);
  checkConversations(given, workload);
  const subject = await subjectOf(given.inputFile, workload);
  await playAndPresent({
    scenario,
    apiKey: given.apiKey,
    isSimulated: given.simulate,
    isVerbose: given.verbose,
    workload,
    companion: multiTurnCompanion(
      given,
      {
        ...given,
        warmupShares: shares,
        startedEpochMs: new SystemClock().originEpochMs,
        print: given.printContent ? (text) => process.stderr.write(text) : undefined,
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

function flags(command: Command): Command {
  return command
    .requiredOption('-i, --input-file <file>', 'conversations, or a generate_conversations file')
    .option('-o, --output-file <file>', "write the conversations with the model's answers")
    .option('--seed <n>', 'names every random stream', integer(0), 0)
    .requiredOption('-m, --model <name>', 'tokenizer, and request model')
    .option('--served-model-name <name>', 'request model, where it is another name')
    .option('-u, --url <url>', "base URL; 'embedded' starts an engine", 'http://localhost:8000')
    .option('--api-key <key>', 'API key; default: the environment variable OPENAI_API_KEY')
    .option('--header <name: value>', 'extra header; may be repeated', header)
    .option('-p, --num-clients <n>', 'requests in flight', integer(1), 1)
    .option(
      '-k, --max-active-conversations <n>',
      'conversations that are interleaved; default: one a client',
      integer(1),
    )
    .option('-n, --max-num-requests <n>', 'stop after so many', integer(1))
    .option('--warmup-step', 'play the first turn of every conversation before measuring')
    .option('--max-turns <n>', 'messages of a conversation, answers counted', integer(1))
    .option('--no-early-stop', 'with --compat: let every client finish')
    .option(
      '--limit-max-tokens <n>',
      'max_tokens; 0: as long as the recorded answer; -1: none is sent',
      wholeNumber,
      0,
    )
    .option('--limit-min-tokens <n>', 'min_tokens, likewise', wholeNumber, 0)
    .option('--request-rate <rate>', 'requests per second of a client; 0: no limit', number(), 0)
    .option(
      '--max-retries <n>',
      'tries after a failed one; default: MULTITURN_BENCH_MAX_RETRIES, or 0',
      integer(0),
      Number(process.env['MULTITURN_BENCH_MAX_RETRIES'] ?? 0),
    )
    .option(
      '--conversation-sampling <how>',
      'whose turn is next: round_robin, random',
      oneOf('round_robin', 'random'),
      'round_robin',
    )
    .option('--verify-output', "an answer that is not the input file's is a failure")
    .option(
      '--request-timeout-sec <seconds>',
      'for one request; more for answers of over 600 tokens',
      number(0),
      120,
    )
    .option('--no-stream', 'ask for whole answers; TTFT is then the latency')
    .option('--send-conversation-id', 'as conversation_id in the body and in X-Session-ID')
    .option('-e, --excel-output', 'write statistics_…xlsx in this folder')
    .option('--stats-json-output <file>', 'write one JSON object a request')
    .option('-v, --verbose', 'print every request; add time_between_user_turns_sec')
    .option('--print-content', 'print prompts and answers')
    .option(
      '--warmup-percentages <list>',
      'a table for each, without this share of the first samples, as in 0%,50%',
      '0%',
    )
    .option('--trust-remote-code', 'accepted, and without effect: no code is loaded')
    .option('--benchmark-timeout-sec <seconds>', 'stop after this long', number(0))
    .option('--generate-only', 'write the conversations to --output-file, and send nothing')
    .option('--compat', "upstream's choices that change numbers, see below")
    .option('--payload <kind>', 'forced, plain: see below', oneOf('forced', 'plain'), 'forced')
    .option('--tokenizer <spec>', "'gpt2', a folder, a tokenizer.json or a model name")
    .option('--max-error-rate <share>', 'exit code 1 above this share of failed requests', share)
    .option('--output-dir <dir>', 'parent of the run folder')
    .option('--set <path=value>', 'set a field of the scenario; may be repeated', collect, [])
    .option('--simulate', 'play in virtual time, against the engine in this process')
    .option('--gpu <profile>', 'of the embedded engine; `confab engine --help` lists them')
    .option('--print-scenario', 'print the scenario that the flags mean, and send nothing');
}

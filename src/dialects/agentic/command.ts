import { Command } from 'commander';
import { defaultCacheDir } from '../../base/cache-dir.ts';
import { UsageError } from '../../base/errors.ts';
import { collect, header, integer, number, oneOf, share } from '../../commands/options.ts';
import { checkWritable } from '../../play/writable.ts';
import { parseOverridden } from '../../scenario/load.ts';
import type { ScenarioInput } from '../../scenario/schema.ts';
import type { AgentTrace } from '../../workload/agents/agent-trace.ts';
import { agentTargets, distinct } from './targets.ts';

interface AgenticFlags {
  readonly traceFile: readonly string[];
  readonly model?: readonly string[];
  readonly baseUrl?: readonly string[];
  readonly numAgents?: number;
  readonly userRequestInterval: number;
  readonly newUserInterval: number;
  readonly promptTokens: number;
  readonly ignoreEos?: boolean;
  readonly onFailure: 'end' | 'skip' | 'retry';
  readonly seed: string;
  readonly apiKey?: string;
  readonly header?: Record<string, string>;
  readonly output: string;
  readonly withText?: boolean;
  readonly logInterval: number;
  readonly drainTimeout?: number;
  readonly maxErrorRate?: number;
  readonly outputDir?: string;
  readonly simulate?: boolean;
  readonly gpu?: string;
  readonly set: readonly string[];
}

const HELP = `
A trace file is one user: JSON lines, one a round, of round_id (from 0), agent_id,
output_tokens and input_from, which hold one element for each agent of the round:

  {"round_id": 1, "agent_id": [0, 2], "output_tokens": [40, 60],
   "input_from": [[[0, 1, "output"]], [[0, 0, "both"], [0, 1, "input"]]]}

All agents of a round are asked at once. An agent is sent the inputs and outputs of
earlier rounds that input_from names, as [round, agent, "input", "output" or "both"],
then a prompt of its own. The next round follows --user-request-interval seconds
after the launch, and not before all agents of this one have answered.

With --on-failure end a failed request ends its trace; with skip its output is left
out of what later rounds are sent; retry tries again up to three times, then ends it.
`;

const DEFAULT_URL = 'http://localhost:8000';
const DEFAULT_MODEL = 'confab-embedded';

/** `confab agentic`: the traces of LMBenchmark's agentic-qa.py, with its flags and more. */
export function agenticCommand(): Command {
  return new Command('agentic')
    .description(
      "Rounds of agents over several models, with the flags of LMBenchmark's agentic-qa.py.",
    )
    .requiredOption('--trace-file <file...>', 'one a user; see below')
    .option('--model <name...>', 'request model: one for all agents, or one for each, by agent_id')
    .option('--base-url <url...>', `likewise; 'embedded' starts an engine; default: ${DEFAULT_URL}`)
    .option('--num-agents <n>', 'agent ids are below it; default: what the traces use', integer(1))
    .option('--user-request-interval <seconds>', "between a user's rounds", number(), 1)
    .option('--new-user-interval <seconds>', 'between two users', number(), 5)
    .option('--prompt-tokens <n>', "of an agent's own prompt", integer(1), 20)
    .option('--ignore-eos', 'ask for answers of exactly output_tokens')
    .option(
      '--on-failure <how>',
      'end, skip, retry: see below',
      oneOf('end', 'skip', 'retry'),
      'end',
    )
    .option('--seed <seed>', 'names every random stream', '0')
    .option('--api-key <key>', 'API key; default: the environment variable OPENAI_API_KEY')
    .option('--header <name: value>', 'extra header; may be repeated', header)
    .option('--output <file>', 'CSV of the completed requests', 'summary.csv')
    .option('--with-text', 'put the messages and answers into it as well')
    .option('--log-interval <seconds>', 'time between two interval summaries', number(0), 30)
    .option('--drain-timeout <seconds>', 'for requests in flight at the end', number())
    .option('--max-error-rate <share>', 'exit code 1 above this share of failed requests', share)
    .option('--output-dir <dir>', 'parent of the run folder')
    .option('--simulate', 'play in virtual time, against one engine in this process')
    .option('--gpu <profile>', 'of the embedded engine; `confab engine --help` lists them')
    .option(
      '--set <engine.field=value>',
      'any field of the embedded engine, as a scenario has it; may be repeated',
      collect,
      [],
    )
    .addHelpText('after', HELP)
    .action(run);
}

async function run(flags: AgenticFlags): Promise<void> {
  const { readAgentTrace } = await import('../../workload/agents/agent-trace.ts');
  const traces = flags.traceFile.map(readAgentTrace);
  const { baseUrl: urls = flags.simulate ? ['embedded'] : [DEFAULT_URL] } = flags;
  const targets = agentTargets(agentsOf(traces, flags.numAgents), modelsOf(flags, urls), urls);
  checkWritable('--output', flags.output);
  const input = scenarioInput(flags, traces.length, distinct(targets.map(({ url }) => url)));
  const scenario = parseOverridden(input, engineFields(flags.set), 'confab agentic');
  const [
    { playAndPresent },
    { openAgentTargets, openSimulatedAgents },
    { agenticCompanion },
    { agentPlayer },
  ] = await Promise.all([
    import('../../commands/play.ts'),
    import('./targets.ts'),
    import('./companion.ts'),
    import('../../population/agents.ts'),
  ]);
  const [{ agentWorkload }, { textsOf }] = await Promise.all([
    import('../../workload/agents/agents.ts'),
    import('../../workload/text/texts.ts'),
  ]);
  const workload = agentWorkload(traces, {
    seed: scenario.seed,
    corpus: await textsOf(scenario, defaultCacheDir()).corpus(),
    promptTokens: flags.promptTokens,
    intervalMs: flags.userRequestInterval * 1000,
    firstUserId: scenario.population.firstUserId,
  });
  await playAndPresent({
    scenario,
    apiKey: flags.apiKey,
    isSimulated: flags.simulate,
    workload,
    open: (clock, apiKey) =>
      flags.simulate
        ? openSimulatedAgents(scenario, targets, clock)
        : openAgentTargets(scenario, targets, clock, apiKey),
    player: (world) => agentPlayer(world, workload),
    companion: agenticCompanion({
      hasText: flags.withText ?? false,
      models: targets.map(({ model }) => model),
    }),
  });
}

/** What is said, and when, follows from the traces and the other flags. */
function engineFields(set: readonly string[]): readonly string[] {
  for (const field of set) {
    if (field.startsWith('engine.')) continue;
    throw new UsageError(
      `--set: found '${field}'; expected a field of the engine, as in engine.blocks=600`,
    );
  }
  return set;
}

function agentsOf(traces: readonly AgentTrace[], given: number | undefined): number {
  let highest = 0;
  for (const { file, rounds } of traces) {
    for (const [round, requests] of rounds.entries()) {
      for (const { agent } of requests) {
        highest = Math.max(highest, agent);
        if (given === undefined || agent < given) continue;
        throw new UsageError(
          `${file}: round ${round}: found agent ${agent}; expected one below --num-agents, ${given}`,
        );
      }
    }
  }
  return given ?? highest + 1;
}

function modelsOf({ model, simulate }: AgenticFlags, urls: readonly string[]): readonly string[] {
  if (model) return model;
  if (simulate || urls.every((url) => url === 'embedded')) return [DEFAULT_MODEL];
  throw new UsageError('--model: missing; expected one for all agents, or one for each');
}

function scenarioInput(flags: AgenticFlags, users: number, urls: readonly string[]): ScenarioInput {
  const { userRequestInterval, newUserInterval, drainTimeout, maxErrorRate, outputDir } = flags;
  return {
    name: 'agentic',
    seed: flags.seed,
    target: { url: urls.join(', '), headers: flags.header, sessionHeaders: ['x-user-id'] },
    // As agentic-qa.py has it.
    sampling: { temperature: 0, ...(flags.ignoreEos && { ignoreEos: true }) },
    failure: { policy: flags.onFailure },
    conversation: { question: { tokens: flags.promptTokens } },
    pacing: { mode: 'interval', pauseSec: userRequestInterval, from: 'sent' },
    population: {
      users,
      arrivals: newUserInterval
        ? { process: 'constant', usersPerSec: 1 / newUserInterval }
        : { process: 'allAtOnce' },
    },
    stop: { ...(drainTimeout !== undefined && { drainTimeoutSec: drainTimeout }) },
    thresholds: { ...(maxErrorRate !== undefined && { maxErrorRate }) },
    output: {
      exports: [{ format: 'csv', file: flags.output }],
      logIntervalSec: flags.logInterval,
      ...(outputDir !== undefined && { dir: outputDir }),
    },
    engine: { ...(flags.gpu !== undefined && { gpu: flags.gpu }) },
  };
}

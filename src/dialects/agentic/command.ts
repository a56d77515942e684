import { Command } from 'commander';
import { defaultCacheDir } from '../../base/cache-dir.ts';
import { UsageError } from '../../base/errors.ts';
import { withFlags } from '../../commands/flags/flag-table.ts';
import { dataFile } from '../../commands/scenario/shipped.ts';
import { targetUrl } from '../../commands/scenario/target-url.ts';
import { flowingHelp } from '../../commands/terminal/help-text.ts';
import { checkWritable } from '../../play/writable.ts';
import { parseOverridden } from '../../scenario/load.ts';
import type { AgentTrace } from '../../workload/agents/agent-trace.ts';
import { type AgenticFlags, agenticFlags, DEFAULT_URL } from './flags.ts';
import { agenticScenario } from './scenario.ts';
import { agentTargets, distinct } from './targets.ts';

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

const DEFAULT_MODEL = 'confab-embedded';

/** `confab agentic`: the traces of LMBenchmark's agentic-qa.py, with its flags and more. */
export function agenticCommand(): Command {
  const command = new Command('agentic').description(
    "Rounds of agents over several models, with the flags of LMBenchmark's agentic-qa.py.",
  );
  return withFlags(command, agenticFlags).addHelpText('after', flowingHelp(HELP)).action(run);
}

async function run(flags: AgenticFlags): Promise<void> {
  const { readAgentTrace } = await import('../../workload/agents/agent-trace.ts');
  const urls = flags.simulate
    ? (flags.baseUrl ?? ['embedded'])
    : (flags.baseUrl ?? [targetUrl(undefined, DEFAULT_URL)]);
  const traces = flags.traceFile.map((file) => readAgentTrace(dataFile(file)));
  const targets = agentTargets(agentsOf(traces, flags.numAgents), modelsOf(flags, urls), urls);
  checkWritable('--output', flags.output);
  const input = agenticScenario(flags, traces.length, distinct(targets.map(({ url }) => url)));
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
    isolate: flags.isolate,
    isWide: flags.wide,
    workload,
    open: (clock, apiKey, network) =>
      flags.simulate
        ? openSimulatedAgents(scenario, targets, clock)
        : openAgentTargets(scenario, targets, clock, apiKey, network),
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

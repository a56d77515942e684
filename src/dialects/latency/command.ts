import { Command } from 'commander';
import { type Clock, SystemClock, VirtualClock } from '../../base/clock.ts';
import { errorText, UsageError } from '../../base/errors.ts';
import { writeWhole } from '../../base/write-whole.ts';
import { withFlags } from '../../commands/flags/flag-table.ts';
import { flowingHelp } from '../../commands/terminal/help-text.ts';
import { say } from '../../commands/terminal/stderr.ts';
import type { Target } from '../../play/target.ts';
import { checkWritable } from '../../play/writable.ts';
import { filesReadBy } from '../../scenario/file-paths.ts';
import { parseOverridden } from '../../scenario/load.ts';
import { withOverrides } from '../../scenario/overrides.ts';
import type { Scenario } from '../../scenario/schema.ts';
import { scenarioYaml } from '../../scenario/yaml.ts';
import { NotAnswered } from '../../transport/ask.ts';
import { studyBase } from '../priority/flags.ts';
import { checkPriorities } from '../priority/schedules.ts';
import { type LatencyFlags, latencyFlags } from './flags.ts';
import { latencyScenario } from './scenario.ts';

const HELP = `
One batch of requests is sent again and again, each time as a whole and when the last
answer has come: how long that takes on average, and its percentiles. A request that
fails ends it. No run folder is made.
`;

/** `confab latency`: the command line of the priority study's benchmark_latency.py. */
export function latencyCommand(): Command {
  const command = new Command('latency').description(
    'How long one batch of requests takes, again and again: benchmark_latency.py.',
  );
  return withFlags(command, latencyFlags).addHelpText('after', flowingHelp(HELP)).action(run);
}

async function run(flags: LatencyFlags, command: Command): Promise<void> {
  const input = latencyScenario(flags, studyBase(flags, command));
  const scenario = parseOverridden(input, flags.set, 'confab latency');
  checkPriorities(scenario, flags.schedulingPolicy, '--scheduling-policy');
  if (flags.printScenario) {
    process.stdout.write(scenarioYaml(withOverrides(input, flags.set), scenario));
    return;
  }
  const { outputJson } = flags;
  if (outputJson !== undefined) checkWritable('--output-json', outputJson, filesReadBy(scenario));
  const { latencyResult, latencyText } = await import('./result.ts');
  const result = latencyResult(await tookMs(scenario, flags));
  if (outputJson !== undefined) {
    writeWhole(outputJson, [`${JSON.stringify(result, undefined, 4)}\n`]);
  }
  process.stdout.write(`${latencyText(result)}\n`);
}

async function tookMs(scenario: Scenario, flags: LatencyFlags): Promise<number[]> {
  const [{ openWorkload }, { firstRequest }, { timedBatches }] = await Promise.all([
    import('../../workload/load.ts'),
    import('../../play/first-request.ts'),
    import('./batches.ts'),
  ]);
  const { numItersWarmup: warmups, numIters: iterations, simulate } = flags;
  const workload = await openWorkload(scenario, { tell: say });
  const { firstUserId, users = workload.conversations ?? 0 } = scenario.population;
  const batch = Array.from({ length: users }, (_, index) =>
    firstRequest(scenario, workload, firstUserId + index),
  );
  const clock = simulate ? new VirtualClock() : new SystemClock();
  const { transport, close } = await opened(scenario, clock, flags);
  try {
    return await timedBatches({ clock, transport, batch, warmups, iterations });
  } catch (error) {
    if (error instanceof NotAnswered) {
      throw new UsageError(`a request of the batch failed: ${errorText(error)}`);
    }
    throw error;
  } finally {
    await close();
  }
}

async function opened(scenario: Scenario, clock: Clock, flags: LatencyFlags): Promise<Target> {
  const { waitForHealth: healthSec, profile: isProfiled, simulate, apiKey } = flags;
  if (simulate) return (await import('../../play/target.ts')).openSimulated(scenario, clock);
  const [{ apiKeyOf, networkOf }, { readied }] = await Promise.all([
    import('../../commands/play.ts'),
    import('../../play/readied-target.ts'),
  ]);
  const open = readied(scenario, { healthSec, isProfiled, tell: say });
  return open(clock, apiKeyOf(scenario, apiKey), networkOf(process.env));
}

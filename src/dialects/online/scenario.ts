import { settingsOf } from '../../commands/flags/flag-table.ts';
import { withOverrides } from '../../scenario/overrides.ts';
import type { ScenarioInput } from '../../scenario/schema.ts';
import { numpySeed } from '../../workload/draw/numpy.ts';
import { studyScenario } from '../priority/data.ts';
import { checkPrecedence } from '../priority/schedules.ts';
import { studyTarget } from '../priority/target.ts';
import { type OnlineFlags, onlineFlags } from './flags.ts';

/** As aiohttp is told there: all of a request within six hours, however long it waits in the server. */
const TIMEOUTS = { firstTokenSec: null, betweenTokensSec: null, totalSec: 6 * 3600 };

const LIMITS = { ttft: 'ttftMs', tpot: 'tpotMs', e2el: 'latencyMs' } as const;

/**
 * The scenario that these flags mean.
 * @throws UsageError for flags that contradict each other.
 */
export function onlineScenario(flags: OnlineFlags, base: string, seed?: string): ScenarioInput {
  const { bestOf, logprobs, numPrompts, maxTokens, balance, goodput } = flags;
  const isEmbedded = base === 'embedded';
  checkPrecedence(flags, '--schedule');
  const scenario: ScenarioInput = {
    name: 'online',
    target: {
      ...studyTarget(base, endpointOf(flags)),
      stream: true,
      ...((bestOf > 1 || logprobs !== undefined) && {
        body: {
          ...(bestOf > 1 && { best_of: bestOf }),
          ...(logprobs !== undefined && { logprobs }),
        },
      }),
    },
    ...studyScenario(flags, {
      file: flags.datasetPath,
      limit: numPrompts,
      shuffle: 'chosen',
      halvesAt: balance,
      maxTokens: maxTokens === 'oracle' ? undefined : maxTokens,
      isEmbedded,
    }),
    population: { arrivals: arrivalsOf(flags, seed) },
    timeouts: TIMEOUTS,
    ...(goodput && {
      slo: Object.fromEntries(
        Object.entries(goodput).map(([name, max]) => [
          LIMITS[name as keyof typeof LIMITS],
          { max },
        ]),
      ),
    }),
  };
  return withOverrides(scenario, settingsOf(onlineFlags, flags));
}

function endpointOf({ endpoint, backend }: OnlineFlags): string {
  return endpoint ?? (backend === 'openai-chat' ? '/v1/chat/completions' : '/v1/completions');
}

/** Gaps are numpy's, so that the script and vLLM's own benchmarks send at the same times with the same seed. */
function arrivalsOf({ requestRate = Infinity, burstiness }: OnlineFlags, seed = '0') {
  if (requestRate === Infinity) return { process: 'allAtOnce' as const };
  return {
    process: 'gamma' as const,
    usersPerSec: requestRate,
    cv: burstiness ** -0.5,
    numpy: { seed: numpySeed(seed) },
  };
}

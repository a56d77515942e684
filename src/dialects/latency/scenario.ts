import { settingsOf } from '../../commands/flags/flag-table.ts';
import { goesByPriority } from '../../engine/schedule/policy.ts';
import { withOverrides } from '../../scenario/overrides.ts';
import type { ScenarioInput } from '../../scenario/schema.ts';
import { studyScenario } from '../priority/data.ts';
import { checkPrecedence } from '../priority/schedules.ts';
import { API_PATHS, studyTarget } from '../priority/target.ts';
import { type LatencyFlags, latencyFlags } from './flags.ts';

const BATCH_OF_DATA = 100;
const BATCH_OF_WORDS = 8;

/**
 * The scenario whose requests are the batch: of the data, or of so many words.
 * @throws UsageError for flags that contradict each other.
 */
export function latencyScenario(flags: LatencyFlags, base: string): ScenarioInput {
  const { inputJson: file, schedulingPolicy: schedule, n, api, batchSize } = flags;
  const isEmbedded = base === 'embedded';
  const ordered = { ...flags, schedule };
  checkPrecedence(ordered, '--scheduling-policy');
  const users = batchSize ?? (file === undefined ? BATCH_OF_WORDS : BATCH_OF_DATA);
  const study =
    file === undefined
      ? ofWords(flags, isEmbedded)
      : studyScenario(ordered, { file, limit: users, shuffle: 'all', isEmbedded });
  const scenario: ScenarioInput = {
    name: 'latency',
    target: { ...studyTarget(base, API_PATHS[api]), stream: false, ...(n > 1 && { body: { n } }) },
    ...study,
    population: {
      arrivals: { process: 'allAtOnce' },
      ...(file === undefined && { users }),
    },
  };
  return withOverrides(scenario, settingsOf(latencyFlags, flags));
}

/** All alike, as vLLM's own benchmark has them: equal lengths are equal priorities. */
function ofWords(
  { inputLen, outputLen, schedulingPolicy: policy }: LatencyFlags,
  isEmbedded: boolean,
): Pick<ScenarioInput, 'conversation' | 'sampling' | 'engine'> {
  return {
    sampling: { temperature: 0, ...(goesByPriority(policy) && { priority: 'maxTokens' as const }) },
    conversation: {
      rounds: 1,
      question: { tokens: inputLen },
      answer: { tokens: outputLen, force: true },
    },
    ...(isEmbedded && { engine: { policy } }),
  };
}

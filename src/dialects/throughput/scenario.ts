import { UsageError } from '../../base/errors.ts';
import { settingsOf } from '../../commands/flags/flag-table.ts';
import { withOverrides } from '../../scenario/overrides.ts';
import type { ScenarioInput } from '../../scenario/schema.ts';
import { studyScenario } from '../priority/data.ts';
import { checkPrecedence } from '../priority/schedules.ts';
import { API_PATHS, studyTarget } from '../priority/target.ts';
import { type ThroughputFlags, throughputFlags } from './flags.ts';

/**
 * The scenario that these flags mean: everything at once.
 * @throws UsageError for flags that contradict each other.
 */
export function throughputScenario(flags: ThroughputFlags, base: string): ScenarioInput {
  const { inputJson: file, schedulingPolicy: schedule, numPrompts, n, outputLen, api } = flags;
  if (file === undefined) {
    throw new UsageError(
      '--input-json: missing; expected a file, as confab oracle create makes it',
    );
  }
  const isEmbedded = base === 'embedded';
  const ordered = { ...flags, schedule };
  checkPrecedence(ordered, '--scheduling-policy');
  const { conversation, ...study } = studyScenario(ordered, {
    file,
    limit: numPrompts,
    shuffle: 'all',
    isEmbedded,
  });
  const scenario: ScenarioInput = {
    name: 'throughput',
    target: {
      ...studyTarget(base, API_PATHS[api]),
      stream: false,
      ...(n > 1 && { body: { n } }),
    },
    ...study,
    conversation: {
      ...conversation,
      answer: { ...conversation?.answer, ...(outputLen && { ceilingTokens: outputLen }) },
    },
    population: { arrivals: { process: 'allAtOnce' } },
    // A request waits in the server for as long as the others take.
    timeouts: { firstTokenSec: null, betweenTokensSec: null },
  };
  return withOverrides(scenario, settingsOf(throughputFlags, flags));
}

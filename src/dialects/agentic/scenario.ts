import { settingsOf } from '../../commands/flags/flag-table.ts';
import { withOverrides } from '../../scenario/overrides.ts';
import type { ScenarioInput } from '../../scenario/schema.ts';
import { type AgenticFlags, agenticFlags } from './flags.ts';

/** The scenario that these flags mean, for so many users, whose agents are at these URLs. */
export function agenticScenario(
  flags: AgenticFlags,
  users: number,
  urls: readonly string[],
): ScenarioInput {
  const { newUserInterval } = flags;
  const scenario: ScenarioInput = {
    name: 'agentic',
    target: { url: urls.join(', '), sessionHeaders: ['x-user-id'] },
    // As agentic-qa.py has it.
    sampling: { temperature: 0 },
    pacing: { mode: 'interval', from: 'sent' },
    population: {
      users,
      arrivals: newUserInterval
        ? { process: 'constant', usersPerSec: 1 / newUserInterval }
        : { process: 'allAtOnce' },
    },
    output: { exports: [{ format: 'csv', file: flags.output }] },
  };
  return withOverrides(scenario, settingsOf(agenticFlags, flags));
}

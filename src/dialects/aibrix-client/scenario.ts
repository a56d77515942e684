import { settingsOf } from '../../commands/flags/flag-table.ts';
import { AIBRIX_HEADERS } from '../../export/aibrix.ts';
import { withOverrides } from '../../scenario/overrides.ts';
import type { ScenarioInput } from '../../scenario/schema.ts';
import { type AibrixClientFlags, aibrixClientFlags } from './flags.ts';

/** The waits of OpenAI's library before a retry: from 0.5 s, doubling to 8 s. */
const BACKOFF = { backoffSec: 0.5, maxBackoffSec: 8 };

/** The scenario that these flags mean. */
export function aibrixClientScenario(flags: AibrixClientFlags): ScenarioInput {
  const { routingStrategy, timeoutSecond: sec, durationLimit, maxRetries: retries } = flags;
  const scenario: ScenarioInput = {
    name: 'aibrix-client',
    target: {
      stream: flags.streaming ?? false,
      headers: routingStrategy ? { 'routing-strategy': routingStrategy } : {},
      ...(flags.sessionKeyHeader && { sessionHeaders: ['x-aibrix-session-key'] }),
    },
    sampling: { temperature: 0 },
    conversation: {
      source: 'trace',
      trace: { file: flags.workloadPath },
      // Exactly as long as the workload says, where it does; ignore_eos is not sent, as it is not there.
      answer: { force: 'minTokens' },
    },
    pacing: { mode: 'trace' },
    population: { arrivals: { process: 'trace' } },
    // As httpx has them: none on the whole.
    timeouts: { connectSec: sec, firstTokenSec: sec, betweenTokensSec: sec },
    // The session goes on without the turn that failed, so that no two questions follow each other.
    failure: { policy: 'skip', retries, ...BACKOFF },
    stop: {
      ...(durationLimit !== undefined && { afterSec: durationLimit, drainTimeoutSec: 0 }),
      recordNotArrived: true,
    },
    output: {
      exports: [{ format: 'aibrix', file: flags.outputFilePath }],
      keepHeaders: [...AIBRIX_HEADERS],
    },
  };
  return withOverrides(scenario, settingsOf(aibrixClientFlags, flags));
}

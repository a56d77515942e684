import { UsageError } from '../../base/errors.ts';
import { settingsOf } from '../../commands/flags/flag-table.ts';
import { withOverrides } from '../../scenario/overrides.ts';
import type { ScenarioInput } from '../../scenario/schema.ts';
import { type MultiTurnFlags, multiTurnFlags } from './flags.ts';

/**
 * The scenario that these flags mean. Clients are slots for requests in flight; the conversations that are
 * interleaved on them are the slots of the closed loop, so no remainder of a division is lost. With --compat they are
 * upstream's: each has conversations of its own, and leaves when there is none to take.
 * @throws UsageError with every contradiction.
 */
export function multiTurnScenario(flags: MultiTurnFlags): ScenarioInput {
  check(flags);
  const { compat, maxRetries = 0 } = flags;
  const payload = flags.payload ?? (compat ? 'plain' : 'forced');
  const scenario: ScenarioInput = {
    name: 'multi-turn',
    target: {
      model: flags.servedModelName ?? flags.model,
      ...(flags.sendConversationId && {
        sessionHeaders: ['X-Session-ID'],
        sessionField: 'conversation_id',
      }),
    },
    ...(payload === 'forced' && { sampling: { temperature: 0, seed: 0 } }),
    timeouts: { firstTokenSec: null, betweenTokensSec: null },
    failure: {
      ...(maxRetries > 0 && { policy: 'retry' as const, retries: maxRetries }),
    },
    conversation: {
      source: 'file',
      file: flags.inputFile,
      tokenizer: flags.tokenizer ?? flags.model,
      ...(compat && { generatorCompat: true }),
      answer: answerOf({ ...flags, payload }),
    },
    pacing: { mode: 'think', pauseSec: 0 },
    population: {
      firstUserId: 0,
      ...(compat ? clientsOf(flags) : slotsOf(flags)),
      ...(flags.requestRate > 0 && { pace: paceOf(flags) }),
    },
  };
  return withOverrides(scenario, settingsOf(multiTurnFlags, flags));
}

type Population = Pick<
  NonNullable<ScenarioInput['population']>,
  'arrivals' | 'maxInFlight' | 'turnOrder'
>;

function slotsOf(flags: MultiTurnFlags): Population {
  const { numClients, maxActiveConversations: concurrency = numClients } = flags;
  return {
    // The script measures from its first request on; --warmup-step comes before.
    arrivals: { process: 'closed', concurrency, startUp: 'measured' },
    maxInFlight: numClients,
    turnOrder: flags.conversationSampling === 'random' ? 'random' : 'fair',
  };
}

function clientsOf(flags: MultiTurnFlags): Population {
  const { numClients: clients, maxActiveConversations = clients } = flags;
  return {
    arrivals: {
      process: 'clients',
      clients,
      conversationsEach: Math.floor(maxActiveConversations / clients),
      choice: flags.conversationSampling === 'random' ? 'random' : 'newestFirst',
      leave: flags.earlyStop ? 'together' : 'alone',
    },
  };
}

/** Upstream thinks after every answer; the rate that the flag names is had by sending when it is due. */
function paceOf({ compat, requestRate, numClients }: MultiTurnFlags) {
  const gapSec = (ratePerSec: number) => ({
    distribution: 'exponential' as const,
    mean: 1 / ratePerSec,
  });
  return compat
    ? { mode: 'rest' as const, gapSec: gapSec(requestRate) }
    : { mode: 'rate' as const, gapSec: gapSec(requestRate * numClients) };
}

function answerOf({ limitMaxTokens, limitMinTokens, payload }: MultiTurnFlags) {
  return {
    ...(limitMaxTokens > 0 && { tokens: limitMaxTokens }),
    ...(limitMaxTokens < 0 && { limit: false }),
    ...(payload === 'forced' &&
      limitMinTokens >= 0 && {
        force: 'minTokens' as const,
        ...(limitMinTokens > 0 && { minTokens: limitMinTokens }),
      }),
  };
}

function check(flags: MultiTurnFlags): void {
  const { numClients, maxActiveConversations: active, limitMaxTokens, limitMinTokens } = flags;
  const problems: string[] = [];
  if (active !== undefined && active < numClients) {
    problems.push(
      `--max-active-conversations: found ${active}; expected at least --num-clients, ${numClients}`,
    );
  }
  if (limitMaxTokens > 0 !== limitMinTokens > 0 && (limitMaxTokens > 0 || limitMinTokens > 0)) {
    problems.push(
      `--limit-min-tokens and --limit-max-tokens: found ${limitMinTokens} and ${limitMaxTokens}; expected both above 0, or neither`,
    );
  }
  if (limitMaxTokens > 0 && limitMinTokens > limitMaxTokens) {
    problems.push(
      `--limit-min-tokens: found ${limitMinTokens}; expected at most --limit-max-tokens, ${limitMaxTokens}`,
    );
  }
  const { compat, maxNumRequests: requests = numClients } = flags;
  if (compat && requests < numClients) {
    problems.push(
      `--max-num-requests: found ${requests}; expected at least --num-clients, ${numClients}, with --compat, which shares them out`,
    );
  }
  if (flags.warmupStep && flags.compat && flags.maxTurns === 1) {
    problems.push('--max-turns: found 1; expected more with --warmup-step, which plays the first');
  }
  if (problems.length) throw new UsageError(problems);
}

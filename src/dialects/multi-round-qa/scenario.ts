import { settingsOf } from '../../commands/flags/flag-table.ts';
import { withOverrides } from '../../scenario/overrides.ts';
import type { ScenarioInput } from '../../scenario/schema.ts';
import { HI_QUESTION } from '../../workload/synthetic/hi.ts';
import { arrivalModel, checkedFlags } from './checks.ts';
import { type MultiRoundFlags, multiRoundFlags } from './flags.ts';
import { forkSettings } from './fork.ts';

/** Tokens of a question of real words; as long as upstream's sentence. */
const QUESTION_TOKENS = 20;
/** Requests of the warm-up that production-stack's script sends before it starts. */
const WARMUP_REQUESTS = 10;
const WARMUP_TEXT = `WARMUP: Hi, I'm user {number}. Here are some text: ${'hi '.repeat(100)}.`;
/** How often upstream looks whether a user joins. */
const UPSTREAM_TICK_SEC = 0.1;
/** Spread of the fork's gaps between users: of the logarithm. */
const FORK_GAP_SIGMA = 2;

/** The timing that production-stack's formulas give, in seconds. */
export interface GapTiming {
  /** Between two launches of one user: users / QPS. */
  readonly gapSec: number;
  /** From a user's first launch to its last. */
  readonly aliveSec: number;
  /** Between two joining users. Upstream: (rounds - 1) / QPS, so rounds / (rounds - 1) times the QPS is offered. */
  readonly joinEverySec: number;
  readonly offeredQps: number;
}

export function gapTiming(flags: MultiRoundFlags): GapTiming {
  const { numRounds, qps } = flags;
  const gapSec = flags.numUsers! / qps;
  const joinEverySec = joinGapSec(flags);
  return {
    gapSec,
    aliveSec: gapSec * (numRounds - 1),
    joinEverySec,
    offeredQps: numRounds / joinEverySec,
  };
}

/** With one round upstream's formula is 0: a user joins at every tick of its loop, whatever the QPS. */
function joinGapSec({ numRounds, qps, strictQps, compat }: MultiRoundFlags): number {
  if (strictQps) return numRounds / qps;
  if (numRounds > 1) return (numRounds - 1) / qps;
  return compat ? UPSTREAM_TICK_SEC : 1 / qps;
}

/**
 * The scenario that these flags mean.
 * @throws UsageError with every flag that is missing or contradicts another.
 */
export function multiRoundScenario(given: Partial<MultiRoundFlags>): ScenarioInput {
  const checked = checkedFlags(given);
  const flags = { ...checked, text: textOf(checked) };
  const model = arrivalModel(flags);
  const scenario: ScenarioInput = {
    name: 'multi-round-qa',
    target: {
      url: flags.baseUrl,
      ...(flags.requestWithUserId && { sessionHeaders: ['x-user-id'] }),
    },
    sampling: { temperature: 0 },
    conversation: {
      ...said(flags, model === 'gap' ? 1 : 0),
      rounds: flags.numRounds,
      answer: {
        tokens: flags.answerLen ?? flags.maxOutputLen,
        ...(flags.ignoreEos && { force: true }),
      },
      ...(flags.sharegpt && { source: 'sharegpt' as const, sharegpt: shareGpt(flags) }),
    },
    ...(model === 'gap' ? gapScenario(flags) : lagScenario(flags)),
    output: { exports: [{ format: 'csv', file: flags.output }] },
  };
  const asSent =
    flags.compat && model === 'lag' ? withOverrides(scenario, forkSettings(flags)) : scenario;
  return withOverrides(asSent, settingsOf(multiRoundFlags, flags));
}

/** Questions of a data set have no frame of `hi` around them in the fork. */
function textOf(flags: MultiRoundFlags): MultiRoundFlags['text'] {
  if (!flags.compat) return flags.text;
  const hasFrame = !flags.sharegpt || arrivalModel(flags) === 'gap';
  return hasFrame ? (flags.text ?? 'hi') : undefined;
}

function said(flags: MultiRoundFlags, firstNumber: number): ScenarioInput['conversation'] {
  const isHi = flags.text === 'hi';
  return {
    systemPrompt: {
      tokens: flags.sharedSystemPrompt ?? 0,
      ...(isHi && { role: 'user' as const }),
    },
    userHistory: { tokens: flags.userHistoryPrompt ?? 0 },
    question: isHi ? { text: HI_QUESTION, firstNumber } : { tokens: QUESTION_TOKENS },
  };
}

type Timing = Pick<ScenarioInput, 'pacing' | 'population' | 'warmup'>;

/** production-stack: a user launches every users / QPS seconds; N users are there from the start. */
function gapScenario(flags: MultiRoundFlags): Timing {
  const { gapSec, joinEverySec } = gapTiming(flags);
  const users = flags.numUsers!;
  const isStrict = flags.strictConcurrentUsers || flags.enforceStrictConcurrentUsers;
  const hasRampUp = flags.rampUp && !flags.disableRampUp;
  const { rampUpHistory = flags.compat ? 'cold' : 'synthesised' } = flags;
  return {
    pacing: {
      mode: 'interval',
      pauseSec: gapSec,
      from: flags.strictQps ? 'intended' : 'sent',
    },
    population: {
      arrivals: { process: 'constant', usersPerSec: 1 / joinEverySec },
      firstUserId: flags.initUserId + 1,
      ...(isStrict && { maxActive: users }),
      ...(hasRampUp && {
        rampUp: { users, joinEverySec, history: rampUpHistory },
      }),
    },
    ...(flags.warmup && {
      warmup: {
        requests: WARMUP_REQUESTS,
        ...(flags.compat && { requestText: WARMUP_TEXT }),
      },
    }),
  };
}

/** The fork: users come at lognormal gaps with mean rounds / QPS and think for a fixed time. */
function lagScenario(flags: MultiRoundFlags): Timing {
  return {
    pacing: { mode: 'think', pauseSec: flags.userLag! },
    population: {
      arrivals: {
        process: 'lognormal',
        usersPerSec: flags.qps / flags.numRounds,
        sigma: FORK_GAP_SIGMA,
      },
      firstUserId: flags.initUserId + 1,
    },
  };
}

function shareGpt(flags: MultiRoundFlags) {
  return {
    file: typeof flags.sharegpt === 'string' ? flags.sharegpt : 'ShareGPT.json',
    ...(flags.maxInputLen !== undefined && { maxInputTokens: flags.maxInputLen }),
    ...(flags.maxOutputLen !== undefined && { maxOutputTokens: flags.maxOutputLen }),
    inflate: {
      inputShare: flags.inputInflateRate ?? 0,
      inputFactor: flags.inputInflateMult ?? 1,
      outputShare: flags.outputInflateRate ?? 0,
      outputFactor: flags.outputInflateMult ?? 1,
    },
  };
}

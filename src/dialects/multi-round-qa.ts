import { UsageError } from '../base/errors.ts';
import type { ScenarioInput } from '../scenario/schema.ts';

/** The command line of multi-round-qa.py: production-stack's, its fork's (user lag), and ours. */
export interface MultiRoundFlags {
  // Both lines
  readonly numRounds: number;
  readonly qps: number;
  readonly baseUrl: string;
  readonly model?: string;
  readonly sharedSystemPrompt?: number;
  readonly userHistoryPrompt?: number;
  readonly sharegpt?: boolean | string;
  readonly initUserId: number;
  readonly time?: number;
  readonly output: string;
  readonly logInterval: number;
  // production-stack
  readonly numUsers?: number;
  readonly answerLen?: number;
  readonly requestWithUserId: boolean;
  // the fork
  readonly userLag?: number;
  readonly maxInputLen?: number;
  readonly maxOutputLen?: number;
  readonly ignoreEos?: boolean;
  readonly inputInflateRate?: number;
  readonly inputInflateMult?: number;
  readonly outputInflateRate?: number;
  readonly outputInflateMult?: number;
  // ours, and what LMBenchmark and LMCache have added
  readonly strictQps?: boolean;
  readonly rampUp: boolean;
  readonly rampUpHistory: 'synthesised' | 'cold';
  readonly strictConcurrentUsers?: boolean;
  readonly warmup: boolean;
  readonly text: 'words' | 'hi';
  readonly textFile?: string;
  readonly tokenizer?: string;
  readonly seed?: string;
  readonly api?: 'chat' | 'completions';
  readonly stream: boolean;
  readonly header?: Record<string, string>;
}

/** Tokens of a question of real words; as long as upstream's sentence. */
const QUESTION_TOKENS = 20;
/** Upstream's question, which differs between rounds in its number only. */
const HI_QUESTION =
  "Here's question #{turn}: can you tell me a new long story with a happy ending?";
/** Requests of the warm-up that production-stack's script sends before it starts. */
const WARMUP_REQUESTS = 10;
/** Spread of the fork's gaps between users: of the logarithm. */
const FORK_GAP_SIGMA = 2;

export type ArrivalModel = 'gap' | 'lag';

/** Which of the two upstream scripts is meant: their flags do not overlap. */
export function arrivalModel(flags: MultiRoundFlags): ArrivalModel {
  const gap = given(flags, { numUsers: '--num-users', answerLen: '--answer-len' });
  const lag = given(flags, {
    userLag: '--user-lag',
    maxOutputLen: '--max-output-len',
    maxInputLen: '--max-input-len',
  });
  if (gap.length && lag.length) {
    throw new UsageError(
      `found ${[...gap, ...lag].join(', ')}; expected --num-users with --answer-len (a fixed gap between launches), or --user-lag with --max-output-len (think time); see --help`,
    );
  }
  if (gap.length) return 'gap';
  if (lag.length) return 'lag';
  throw new UsageError(
    'no arrival model: give --num-users and --answer-len, or --user-lag and --max-output-len; see --help',
  );
}

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
  const users = required(flags.numUsers, '--num-users');
  // With one round upstream's formula is 0 and a user joins at every tick of its loop, whatever the QPS.
  const isExact = flags.strictQps || numRounds === 1;
  const joinEverySec = (isExact ? numRounds : numRounds - 1) / qps;
  const gapSec = users / qps;
  return {
    gapSec,
    aliveSec: gapSec * (numRounds - 1),
    joinEverySec,
    offeredQps: numRounds / joinEverySec,
  };
}

/** The scenario that these flags mean. */
export function multiRoundScenario(flags: MultiRoundFlags): ScenarioInput {
  const model = arrivalModel(flags);
  checkLengths(flags, model);
  const timing = model === 'gap' ? gapScenario(flags) : lagScenario(flags);
  return {
    name: 'multi-round-qa',
    ...(flags.seed !== undefined && { seed: flags.seed }),
    target: {
      url: flags.baseUrl,
      ...(flags.model !== undefined && { model: flags.model }),
      ...(flags.api && { api: flags.api }),
      ...(!flags.stream && { stream: false }),
      ...(flags.header && { headers: flags.header }),
      ...(flags.requestWithUserId && { sessionHeaders: ['x-user-id'] }),
    },
    sampling: { temperature: 0 },
    conversation: {
      ...(flags.tokenizer !== undefined && { tokenizer: flags.tokenizer }),
      ...(flags.textFile !== undefined && { textFile: flags.textFile }),
      text: flags.text,
      systemPrompt: {
        tokens: flags.sharedSystemPrompt ?? 0,
        ...(flags.text === 'hi' && { role: 'user' as const }),
      },
      userHistory: { tokens: flags.userHistoryPrompt ?? 0 },
      question:
        flags.text === 'hi'
          ? { text: HI_QUESTION, firstNumber: model === 'gap' ? 1 : 0 }
          : { tokens: QUESTION_TOKENS },
      rounds: flags.numRounds,
      answer: {
        tokens: required(
          flags.answerLen ?? flags.maxOutputLen,
          model === 'gap' ? '--answer-len' : '--max-output-len',
        ),
        ...(flags.ignoreEos && { force: true }),
      },
      ...(flags.sharegpt && { source: 'sharegpt' as const, sharegpt: shareGpt(flags) }),
    },
    ...timing,
    ...(flags.time !== undefined && { stop: { afterSec: flags.time } }),
    output: { csv: flags.output, logIntervalSec: flags.logInterval },
  };
}

type Timing = Pick<ScenarioInput, 'pacing' | 'population' | 'warmup'>;

/** production-stack: a user launches every users / QPS seconds; N users are there from the start. */
function gapScenario(flags: MultiRoundFlags): Timing {
  const { gapSec, joinEverySec } = gapTiming(flags);
  const users = flags.numUsers!;
  return {
    pacing: {
      mode: 'interval',
      pauseSec: gapSec,
      from: flags.strictQps ? 'intended' : 'sent',
    },
    population: {
      arrivals: { process: 'constant', usersPerSec: 1 / joinEverySec },
      firstUserId: flags.initUserId + 1,
      ...(flags.strictConcurrentUsers && { maxActive: users }),
      ...(flags.rampUp && {
        rampUp: { users, joinEverySec, history: flags.rampUpHistory },
      }),
    },
    ...(flags.warmup && { warmup: { requests: WARMUP_REQUESTS } }),
  };
}

/** The fork: users come at lognormal gaps with mean rounds / QPS and think for a fixed time. */
function lagScenario(flags: MultiRoundFlags): Timing {
  return {
    pacing: { mode: 'think', pauseSec: required(flags.userLag, '--user-lag') },
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

function checkLengths(flags: MultiRoundFlags, model: ArrivalModel): void {
  if (!flags.sharegpt) {
    required(flags.sharedSystemPrompt, '--shared-system-prompt');
    required(flags.userHistoryPrompt, '--user-history-prompt');
  }
  const prompt = (flags.sharedSystemPrompt ?? 0) + (flags.userHistoryPrompt ?? 0);
  if (model === 'lag' && flags.maxInputLen !== undefined && prompt > flags.maxInputLen) {
    throw new UsageError(
      `--max-input-len: found ${flags.maxInputLen}; expected at least --shared-system-prompt plus --user-history-prompt, ${prompt}`,
    );
  }
  if ((flags.outputInflateMult ?? 1) > 1 && !flags.ignoreEos) {
    throw new UsageError(
      '--output-inflate-mult: needs --ignore-eos, or the longer answers are not asked for',
    );
  }
  const inflated = (flags.inputInflateRate ?? 0) + (flags.outputInflateRate ?? 0);
  if (inflated > 1) {
    throw new UsageError(
      `--input-inflate-rate plus --output-inflate-rate: found ${inflated}; expected at most 1`,
    );
  }
}

function required(value: number | undefined, flag: string): number {
  if (value === undefined) throw new UsageError(`${flag}: missing; expected a number`);
  return value;
}

function given(flags: MultiRoundFlags, names: Partial<Record<keyof MultiRoundFlags, string>>) {
  return Object.entries(names)
    .filter(([key]) => flags[key as keyof MultiRoundFlags] !== undefined)
    .map(([, name]) => name);
}

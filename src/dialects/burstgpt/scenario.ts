import { UsageError } from '../../base/errors.ts';
import { settingsOf } from '../../commands/flags/flag-table.ts';
import { withOverrides } from '../../scenario/overrides.ts';
import type { ScenarioInput } from '../../scenario/schema.ts';
import { type BurstFlags, burstFlags } from './flags.ts';

const DEFAULT_GAMMA_SCALE = 2;

/**
 * The scenario that these flags mean.
 * @throws UsageError for flags that contradict each other.
 */
export function burstScenario(flags: BurstFlags): ScenarioInput {
  check(flags);
  const { force, maxTokens, ...sampling } = answering(flags);
  const scenario: ScenarioInput = {
    name: 'burstgpt',
    target: {
      url: flags.baseUrl,
      api: flags.api,
      ...(flags.api === 'completions' && { promptForm: 'plain' as const }),
      stream: flags.stream ?? false,
      ...(flags.modelPath !== undefined && { model: flags.modelPath }),
    },
    sampling,
    conversation: {
      source: 'lengths',
      ...(flags.dataPath !== undefined && { file: flags.dataPath }),
      answer: { force },
      lengths: {
        maxInputTokens: flags.maxPromptLen,
        maxOutputTokens: Math.min(flags.maxGenLen, maxTokens),
      },
    },
    ...(hasEngine(flags) && { engine: engineOf(flags) }),
  };
  const { conversation, ...rest } = flags.useBurstgpt ? recorded(flags) : modelled(flags);
  const { answer, ...said } = conversation;
  const whole: ScenarioInput = {
    ...scenario,
    ...rest,
    conversation: {
      ...scenario.conversation,
      ...said,
      answer: { ...scenario.conversation!.answer, ...answer },
    },
  };
  return withOverrides(whole, settingsOf(burstFlags, flags));
}

/** Which flags are no use beside others is told, not left to be found out. */
function check({ gammaScale, qps, gammaParams }: BurstFlags): void {
  const given = [
    ...(gammaScale === undefined ? [] : ['--gamma-scale']),
    ...(qps === undefined ? [] : ['--qps']),
    ...(gammaParams === undefined ? [] : ['--gamma-params']),
  ];
  if (given.length < 2) return;
  throw new UsageError(
    `found ${given.join(' and ')}; expected one of them: each says how fast requests come`,
  );
}

function answering(flags: BurstFlags) {
  const { maxTokens = Infinity, ignoreEos, forceLengths, doSample } = flags;
  return {
    temperature: flags.temperature ?? (doSample ? 1 : 0),
    ...(ignoreEos && { ignoreEos }),
    force: forceLengths,
    maxTokens,
  };
}

type Load = Pick<ScenarioInput, 'population' | 'pacing'> & {
  readonly conversation: NonNullable<ScenarioInput['conversation']>;
};

/** Each row is sent when the trace says, counted from the first one that is sent. */
function recorded(flags: BurstFlags): Load {
  const { convOrApi, traceModel, skipFailures, promptNum, surplusPromptsNum, scale } = flags;
  return {
    conversation: {
      trace: {
        file: flags.burstgptPath,
        ...(convOrApi !== 'all' && { kind: convOrApi }),
        ...(traceModel !== undefined && { model: traceModel }),
        ...(skipFailures && { skipFailures }),
        limit: Math.min(promptNum, surplusPromptsNum),
      },
    },
    population: { arrivals: { process: 'trace', slowdown: 1 / scale } },
  };
}

/** Gamma gaps, and lengths by Zipf's law: prompt and answer apart, both below the longest. */
function modelled(flags: BurstFlags): Load {
  const { gammaParams, gammaShape: shape, window: windowSec, scale: speedup } = flags;
  const { zipfParam: alpha, maxPromptLen, maxGenLen, surplusPromptsNum: users } = flags;
  const below = (most: number) => ({ distribution: 'zipf' as const, alpha, max: most - 1 });
  const conversation = {
    question: { tokens: below(maxPromptLen) },
    answer: { tokens: below(maxGenLen) },
  };
  if (gammaParams !== undefined) {
    const windows = { process: 'gammaWindows' as const, file: gammaParams, windowSec, speedup };
    return { conversation, population: { users, arrivals: windows } };
  }
  const { gammaScale = DEFAULT_GAMMA_SCALE, qps = 1 / (shape * gammaScale) } = flags;
  const usersPerSec = qps * speedup;
  return {
    conversation,
    population: { users, arrivals: { process: 'gamma', usersPerSec, cv: shape ** -0.5 } },
  };
}

function hasEngine({ maxNumSeqs, maxNumBatchedTokens }: BurstFlags): boolean {
  return maxNumSeqs !== undefined || maxNumBatchedTokens !== undefined;
}

function engineOf({ maxNumSeqs, maxNumBatchedTokens }: BurstFlags) {
  return {
    ...(maxNumSeqs !== undefined && { maxSeqs: maxNumSeqs }),
    ...(maxNumBatchedTokens !== undefined && { maxBatchedTokens: maxNumBatchedTokens }),
  };
}

import { UsageError } from '../../base/errors.ts';
import type { MultiRoundFlags } from './flags.ts';

export type ArrivalModel = 'gap' | 'lag';

/** Which of the two upstream scripts is meant: their flags do not overlap. */
export function arrivalModel(flags: MultiRoundFlags): ArrivalModel | undefined {
  const { gap, lag } = modelFlags(flags);
  if (gap.length) return 'gap';
  return lag.length ? 'lag' : undefined;
}

/**
 * The flags as they may be used: what every run needs is there, and nothing contradicts.
 * @throws UsageError with every problem.
 */
export function checkedFlags(flags: Partial<MultiRoundFlags>): MultiRoundFlags {
  const problems = [...missing(flags), ...contradictions(flags)];
  if (problems.length) throw new UsageError(problems, 'multi-round-qa');
  return flags as MultiRoundFlags;
}

function missing(flags: Partial<MultiRoundFlags>): string[] {
  const { gap, lag } = modelFlags(flags);
  const isAbsent = (name: keyof MultiRoundFlags) => flags[name] === undefined;
  const isGap = gap.length > 0 && !lag.length;
  const isLag = lag.length > 0 && !gap.length;
  const needs: [boolean, string, string][] = [
    [isAbsent('numRounds'), '--num-rounds', 'a whole number of at least 1'],
    [isAbsent('qps'), '--qps', 'requests per second'],
    [isAbsent('baseUrl'), '--base-url', "a URL, with or without /v1, or 'embedded'"],
    [!flags.sharegpt && isAbsent('sharedSystemPrompt'), '--shared-system-prompt', 'tokens'],
    [!flags.sharegpt && isAbsent('userHistoryPrompt'), '--user-history-prompt', 'tokens'],
    [!gap.length && !lag.length, 'arrival model', MODELS],
    [isGap && isAbsent('numUsers'), '--num-users', 'a whole number of at least 1'],
    [isGap && isAbsent('answerLen'), '--answer-len', 'tokens'],
    [isLag && isAbsent('userLag'), '--user-lag', 'seconds'],
    [isLag && isAbsent('maxOutputLen'), '--max-output-len', 'tokens'],
  ];
  return needs
    .filter(([isMissing]) => isMissing)
    .map(([, name, accepted]) => `${name}: missing; expected ${accepted}`);
}

const MODELS =
  '--num-users with --answer-len (a fixed gap between launches), or --user-lag with --max-output-len (think time); see --help';

function contradictions(flags: Partial<MultiRoundFlags>): string[] {
  const { gap, lag } = modelFlags(flags);
  if (gap.length && lag.length) {
    return [`found ${[...gap, ...lag].join(', ')}; expected ${MODELS}`];
  }
  const problems: string[] = [];
  const prompt = (flags.sharedSystemPrompt ?? 0) + (flags.userHistoryPrompt ?? 0);
  if (flags.maxInputLen !== undefined && prompt > flags.maxInputLen) {
    problems.push(
      `--max-input-len: found ${flags.maxInputLen}; expected at least --shared-system-prompt plus --user-history-prompt, ${prompt}`,
    );
  }
  if ((flags.outputInflateMult ?? 1) > 1 && !flags.ignoreEos) {
    problems.push(
      '--output-inflate-mult: needs --ignore-eos, or the longer answers are not asked for',
    );
  }
  const inflated = (flags.inputInflateRate ?? 0) + (flags.outputInflateRate ?? 0);
  if (inflated > 1) {
    problems.push(
      `--input-inflate-rate plus --output-inflate-rate: found ${inflated}; expected at most 1`,
    );
  }
  return problems;
}

/** The flags that are given of those that tell the two scripts apart. */
function modelFlags(flags: Partial<MultiRoundFlags>): { gap: string[]; lag: string[] } {
  const given = (names: Partial<Record<keyof MultiRoundFlags, string>>) =>
    Object.entries(names)
      .filter(([key]) => flags[key as keyof MultiRoundFlags] !== undefined)
      .map(([, name]) => name);
  return {
    gap: given({ numUsers: '--num-users', answerLen: '--answer-len' }),
    lag: given({
      userLag: '--user-lag',
      maxOutputLen: '--max-output-len',
      maxInputLen: '--max-input-len',
    }),
  };
}

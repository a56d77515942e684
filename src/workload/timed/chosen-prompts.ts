import { type Rng, stream } from '../../base/random.ts';
import { matching } from './length-match.ts';
import type { Planned } from './planned.ts';
import { type Prompts, requestOf } from './prompts.ts';
import { sessionWindow } from './session-window.ts';
import { shuffledRounds } from './shuffled-rounds.ts';

/** A prompt of a data set, and the tokens of its recorded answer where it has one. */
export interface CountedPrompt {
  readonly prompt: string;
  readonly tokens: number;
  readonly completionTokens: number | undefined;
  readonly session: string | number | undefined;
}

/** Every turn of the entries of a data set. */
export type CountedDataset = readonly (readonly CountedPrompt[])[];

/**
 * What is done where a length is asked for. exact: the nearest prompt is cut, or goes on in other words, to
 * that length. nearest: any prompt of about that length, as it is; its own lengths are the request's.
 */
export type LengthRule = 'exact' | 'nearest';

export interface ChosenPrompts {
  readonly seed: string | number;
  readonly data: CountedDataset;
  readonly isSessioned: boolean;
  /** How many sessions are open at a time. */
  readonly maxSessions: number;
  readonly lengths: LengthRule;
  /** A text of exactly so many tokens that begins like the given one. */
  readonly fitted: (prompt: CountedPrompt, tokens: number) => string;
}

/** Prompts of a data set: turn by turn of the open sessions, or any that suit. */
export function chosenPrompts(options: ChosenPrompts): Prompts {
  const choose = chooser(options, stream(options.seed, 'workload', 'prompts'));
  const { lengths, fitted } = options;
  return {
    next(planned) {
      const chosen = choose(planned);
      if (!chosen) return undefined;
      const { session, completionTokens } = chosen;
      const { inputTokens, outputTokens } = planned;
      const isExact = lengths === 'exact';
      const tokens = (isExact ? inputTokens : undefined) ?? chosen.tokens;
      const prompt = tokens === chosen.tokens ? chosen.prompt : fitted(chosen, tokens);
      const outputs = isExact
        ? (outputTokens ?? completionTokens)
        : (completionTokens ?? outputTokens);
      return requestOf({ prompt, tokens, outputTokens: outputs, session });
    },
  };
}

function chooser(
  { data, isSessioned, maxSessions, lengths }: ChosenPrompts,
  rng: Rng,
): (planned: Planned) => CountedPrompt | undefined {
  if (isSessioned) return sessionWindow(data, maxSessions, rng);
  const all = data.flat();
  const next = shuffledRounds(all, rng);
  const match = matching(all, lengths === 'exact' ? 0.1 : 0.5, rng);
  return ({ inputTokens, outputTokens }) => {
    const isAsked = inputTokens !== undefined || outputTokens !== undefined;
    if (!isAsked) return next();
    // Where the answer's length is forced, the recorded one need not be near.
    return match(inputTokens, lengths === 'exact' ? undefined : outputTokens) ?? next();
  };
}

import type { Scenario } from '../../scenario/schema.ts';
import { numpySeed } from '../draw/numpy.ts';
import { PythonRandom } from '../draw/python.ts';
import type { Prompt } from './read-prompts.ts';

export interface Choice {
  readonly all: readonly Prompt[];
  /** Tokens of each. */
  readonly inputs: readonly number[];
}

type Settings = NonNullable<Scenario['conversation']['prompts']>;

/**
 * The prompts that `conversation.prompts` asks for, in the order in which they are said. The list is gone through
 * until there are enough; with `halvesAtTokens` once for short answers, and once for the others.
 */
export function chosenPrompts({ conversation, seed }: Scenario, { all, inputs }: Choice): Prompt[] {
  const settings = conversation.prompts!;
  const { shuffle, limit = Infinity, halvesAtTokens: bound } = settings;
  const python = new PythonRandom(numpySeed(seed));
  const places = all.map((_, index) => index);
  const order = shuffle === 'all' ? python.shuffled(places) : places;
  const fitting = order.filter((index) => isWithin(settings, all[index]!, inputs[index]!));
  const chosen = bound === undefined ? fitting.slice(0, limit) : inHalves(fitting);
  const said = shuffle === 'chosen' ? python.shuffled(chosen) : chosen;
  return said.map((index) => all[index]!);

  function inHalves(fitting: readonly number[]): number[] {
    const isShort = (index: number): boolean => outputOf(all[index]!) < bound!;
    const short = fitting.filter(isShort).slice(0, Math.floor(limit / 2));
    const long = fitting.filter((index) => !isShort(index)).slice(0, limit - short.length);
    return [...short, ...long];
  }
}

/** A prompt whose answer's length nobody knows is not left out for it. */
function isWithin(
  { minInputTokens, minOutputTokens, maxInputTokens, maxTotalTokens }: Settings,
  prompt: Prompt,
  input: number,
): boolean {
  const output = outputOf(prompt);
  const least = prompt.outputTokens ?? minOutputTokens;
  return (
    input >= minInputTokens &&
    least >= minOutputTokens &&
    input <= (maxInputTokens ?? Infinity) &&
    input + output <= (maxTotalTokens ?? Infinity)
  );
}

function outputOf({ outputTokens = 0 }: Prompt): number {
  return outputTokens;
}

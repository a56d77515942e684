import { below, type Rng } from '../../base/random.ts';

/** Each a single token, with the space before it, of the vocabularies of GPT-2, Llama 2 and 3, Qwen and Mistral. */
const WORDS =
  'time year people way day man thing woman life child world school state family student group country problem hand part place case week company system program question work government number night point home water room mother area money story fact month lot right study book eye job word business issue side kind head house service friend father power hour game line end member law car city community name president team minute idea body information back parent face others level office door health person art war history party result change morning reason research girl moment air teacher force education'.split(
    ' ',
  );

/** A text of so many words, drawn one by one: no two texts of some words begin alike. */
export function randomWords(rng: Rng, count: number): string {
  const words: string[] = [];
  for (let i = 0; i < count; i++) words.push(WORDS[below(rng, WORDS.length)]!);
  return words.join(' ');
}

/** The words as they stand within a text, for a server that is to answer with nothing else. */
export const ANSWER_WORDS: readonly string[] = WORDS.map((word) => ` ${word}`);

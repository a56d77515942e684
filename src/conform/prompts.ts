import { below, type Rng, stream } from '../base/random.ts';

/** Ids that nearly every vocabulary has, and that stand for no special token: the last of Llama 2's are 31,999. */
const FIRST_ID = 1000;
const IDS = 27_000;

/** Each a token by itself in most vocabularies, the space before it included. */
const WORDS =
  'time year people way day man thing woman life child world school state family student group country problem hand part place case week company system program question work government number night point home water room mother area money story fact month lot right study book eye job word business issue side kind head house service friend father power hour game line end member law car city community name president team minute idea body information back parent face others level office door health person art war history party result change morning reason research girl moment air teacher force education'.split(
    ' ',
  );

/**
 * Prompts that nobody has sent before, drawn for one certificate. Subtle: no two that are fresh begin with the same
 * token, so that not even a cache of single tokens finds one in another.
 */
export class Prompts {
  readonly #rng: Rng;
  readonly #first: number[];

  constructor(seed: string) {
    this.#rng = stream(seed, 'conform');
    this.#first = Array.from({ length: IDS }, (_, i) => FIRST_ID + i);
  }

  /** So many token ids, the first of which began no other fresh ones. */
  fresh(count: number): number[] {
    if (count === 0) return [];
    const at = below(this.#rng, this.#first.length);
    const first = this.#first[at]!;
    this.#first[at] = this.#first.at(-1)!;
    this.#first.pop();
    const rest = Array.from({ length: count - 1 }, () => FIRST_ID + below(this.#rng, IDS));
    return [first, ...rest];
  }

  /** A text of so many words. */
  words(count: number): string {
    return Array.from({ length: count }, () => WORDS[below(this.#rng, WORDS.length)]!).join(' ');
  }
}

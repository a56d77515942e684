/**
 * Tokens of the template have negative ids inside the engine, so that they are in no vocabulary. Outside they
 * come after the vocabulary, as the special tokens of a model do: -1 is the first of them.
 */
export interface TokenIds {
  /** Of the vocabulary with the tokens of the template: what clients send is below it. */
  readonly size: number;
  toClient(id: number): number;
  /** @param id below `size`. */
  fromClient(id: number): number;
}

/** Where nothing is known of the vocabulary: more than any has. */
const VOCABULARY_SIZE = 2 ** 20;

/** `marks`: how many tokens the template has. */
export function tokenIds(marks: number, vocabularySize = VOCABULARY_SIZE): TokenIds {
  return {
    size: vocabularySize + marks,
    toClient: (id) => (id < 0 ? vocabularySize - 1 - id : id),
    fromClient: (id) => (id < vocabularySize ? id : vocabularySize - 1 - id),
  };
}

/** Of the scripts that are written without spaces between words; their marks are of the same scripts. */
const LETTER =
  '(?!\\p{M})[\\p{Script=Han}\\p{Script=Hiragana}\\p{Script=Katakana}\\p{Script=Bopomofo}\\p{Script=Thai}\\p{Script=Lao}\\p{Script=Khmer}\\p{Script=Myanmar}\\p{Script=Tibetan}]';
/** Of a letter: marks above and below it, and the length of a vowel. */
const MARKS = '[\\p{M}ー]*';
/** About a word or two: as fine as English words are, in tokens. */
const LETTERS = 4;

const RUN = new RegExp(`(?:${LETTER}${MARKS}){${LETTERS}}(?=${LETTER})`, 'gu');
const AFTER_SIGN = new RegExp(`(?<=[\\p{P}\\p{S}])(?=${LETTER})`, 'gu');

/** Where all those scripts are, and others: a look at each letter that costs next to nothing. */
const MAY_HAVE_LETTERS = /[\u02ea\u02eb\u0e00-\u1fff\u2e80-\uffff]/;

/**
 * A text that can be cut at spaces. Where letters are of a script without spaces between words, one is put
 * behind every few of them, and behind signs: in no tokenizer in use do tokens reach across a space, and
 * anywhere else they do. By a rule of its own, because what a dictionary takes for words differs with the
 * version of Node. Any other text stays as it is.
 */
export function spaced(text: string): string {
  if (!MAY_HAVE_LETTERS.test(text)) return text;
  return text.replace(AFTER_SIGN, ' ').replace(RUN, '$& ');
}

/** What an ASCII character is, as bits. Nothing is cut beside any other character. */
export const SIGN = 1;
export const LETTER = 2;
export const END_SIGN = 4;
export const SPACE = 32;

export const KINDS = Uint8Array.from({ length: 128 }, (_, code) => {
  const char = String.fromCharCode(code);
  if (/[A-Za-z]/.test(char)) return SIGN | LETTER;
  if (',.;:!?'.includes(char)) return SIGN | END_SIGN;
  return code > SPACE && code < 127 ? SIGN : 0;
});

/** A line feed, as a kind of its own. */
const LINE_FEED = 8;
const LINE_FEED_CODE = 10;

/**
 * A text in pieces whose tokens are those of the whole, by tokenizers that split a text into words before
 * they look for tokens. Different pieces are few, so that most of a text need not be tokenized. The cuts are
 * before the space that begins a word, between a word and the sign that ends it, and around a single line
 * feed before a word: two together are tokens of their own.
 */
export function piecesOf(text: string): string[] {
  const pieces: string[] = [];
  let from = 0;
  let before = 0;
  let twoBefore = 0;
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at);
    const kind = kindOf(code);
    let isCut: boolean;
    if (code === SPACE) isCut = (before & SIGN) !== 0 && isLetter(text.charCodeAt(at + 1));
    else if (kind === LINE_FEED) {
      isCut = (before & LETTER) !== 0 && isLetter(text.charCodeAt(at + 1));
    } else if (before === LINE_FEED) isCut = (kind & LETTER) !== 0 && (twoBefore & SIGN) !== 0;
    else isCut = (kind & END_SIGN) !== 0 && (before & LETTER) !== 0;
    if (isCut) {
      pieces.push(text.slice(from, at));
      from = at;
    }
    twoBefore = before;
    before = kind;
  }
  if (from < text.length) pieces.push(text.slice(from));
  return pieces;
}

function kindOf(code: number): number {
  if (code === LINE_FEED_CODE) return LINE_FEED;
  return code < 128 ? KINDS[code]! : 0;
}

/** Of a character code; of what lies beyond the end of a text: no. */
export function isLetter(code: number): boolean {
  return code < 128 && (KINDS[code]! & LETTER) !== 0;
}

/** Cases, contractions, numbers, signs, quotes, runs of blanks, lines and other scripts. */
export const SAMPLE = `Call me Ishmael. Some years ago--never mind how long precisely--I didn't have
much money ("none", in fact): 3 shillings, 11/2d. It's A QUESTION of the 1851 edition...  two  blanks
	a tab; naïve café, 東京 tower, Привет world! x = f(a[0], b) ; e.g. https://example.org/a_b?c=d ok?!

"Whale ho!" cried He, 'there' -- there she blows , thus . Who? One,
two (
three)
four. THE END`;

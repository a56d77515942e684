import type { Counted } from './count-all.ts';
import type { Tokenizer } from './tokenizer.ts';

/** Texts that are counted together. */
const AHEAD_CHARS = 1 << 20;

export interface CountedItem<T> {
  readonly item: T;
  readonly count: (text: string) => number;
}

/**
 * Passes items on with a count of their texts, which was made ahead for a megabyte of them at a time: that is
 * several times as fast as one by one.
 */
export async function* countedAhead<T>(
  items: AsyncIterable<T> | Iterable<T>,
  textsOf: (item: T) => Iterable<string>,
  tokenizer: Pick<Tokenizer, 'count' | 'countAll'>,
  counted?: Counted,
): AsyncGenerator<CountedItem<T>> {
  let waiting: T[] = [];
  let texts = new Set<string>();
  let chars = 0;
  async function* flush(): AsyncGenerator<CountedItem<T>> {
    const list = [...texts];
    const counts = await tokenizer.countAll(list, counted);
    const known = new Map(list.map((text, i) => [text, counts[i]!]));
    const count = (text: string) => known.get(text) ?? tokenizer.count(text);
    for (const item of waiting) yield { item, count };
    waiting = [];
    texts = new Set();
    chars = 0;
  }
  for await (const item of items) {
    waiting.push(item);
    for (const text of textsOf(item)) {
      if (texts.has(text)) continue;
      texts.add(text);
      chars += text.length;
    }
    if (chars >= AHEAD_CHARS) yield* flush();
  }
  yield* flush();
}

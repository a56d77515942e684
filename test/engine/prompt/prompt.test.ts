import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { beforeEach, expect, test } from 'vitest';
import { PromptBuilder, pieces } from '../../../src/engine/prompt/prompt-builder.ts';
import { TokenCache } from '../../../src/engine/prompt/token-cache.ts';
import { type Coder, findWords } from '../../../src/engine/prompt/vocabulary.ts';
import type { EngineEnd, EngineObserver } from '../../../src/engine/serving.ts';
import { loadTokenizer } from '../../../src/workload/tokenizer/tokenizer.ts';
import { wordTokenizer } from '../../support/engine-rig.ts';
import { absent, sharedFile, titled } from '../../support/needs.ts';

let encoded: string[] = [];
let tokenizer: Coder;
let prompts: PromptBuilder;

beforeEach(() => {
  const words = wordTokenizer();
  encoded = [];
  tokenizer = {
    ...words,
    encode(text) {
      encoded.push(text);
      return words.encode(text);
    },
  };
  prompts = new PromptBuilder(tokenizer);
});

const user = (text: string) => ({ role: 'user', text });
const assistant = (text: string) => ({ role: 'assistant', text });

test('the next prompt starts with this prompt and its answer, token for token', () => {
  const first = [user('Hello there')];
  const before = prompts.chat(first);
  const answer = ' wab wac';
  const after = prompts.chat([...first, assistant(answer), user('And now?')]);
  expect([...after.slice(0, before.length)]).toEqual([...before]);
  const answerIds = tokenizer.encode(answer);
  expect([...after.slice(before.length, before.length + answerIds.length)]).toEqual(answerIds);
});

test('roles and messages are told apart', () => {
  const all = [
    prompts.chat([user('a b')]),
    prompts.chat([assistant('a b')]),
    prompts.chat([user('a'), user(' b')]),
  ];
  expect(new Set(all.map((ids) => ids.join())).size).toBe(3);
});

test('a turn tokenizes its new text only', () => {
  const history = [user('one'), assistant('two')];
  prompts.chat(history);
  encoded = [];
  prompts.chat([...history.map(({ role, text }) => ({ role, text: `${text}` })), user('three')]);
  expect(encoded).toEqual(['three']);
});

/** Messages to the prompt builder of one conversation, however it goes on. */
const histories = fc.array(
  fc.array(fc.record({ role: fc.constantFrom('user', 'assistant'), text: fc.string() }), {
    maxLength: 4,
  }),
  { maxLength: 6 },
);

test('a prompt that grew with its conversation is the prompt of its messages', () => {
  fc.assert(
    fc.property(histories, fc.array(fc.nat(8)), (turns, cuts) => {
      const conversation = {};
      const said: { role: string; text: string }[] = [];
      for (const [turn, more] of turns.entries()) {
        // A conversation can also lose what it ended with.
        said.splice(cuts[turn] ?? said.length, Infinity, ...more);
        expect(prompts.chat(said, conversation)).toEqual(prompts.chat(said));
      }
    }),
    { seed: 6 },
  );
});

test('what a conversation has said keeps its tokens, whatever the cache forgets', () => {
  const small = new PromptBuilder(crossing(tokenizer), { cacheTokens: 1 });
  const conversation = {};
  const said = [user('one two')];
  small.chat(said, conversation);
  encoded = [];
  small.chat([...said, assistant('three')], conversation);
  expect(encoded).toEqual(['three']);
});

/** The tokenizer, with one token that crosses the start of a word. */
function crossing(inner: Coder): Coder {
  return {
    ...inner,
    encode: (text) => (text.includes('. Some') ? [...inner.encode(text), -7] : inner.encode(text)),
  };
}

const end: EngineEnd = {
  finishReason: 'stop',
  promptTokens: 1,
  cachedTokens: 0,
  hostTokens: 0,
  storageTokens: 0,
  outputTokens: 2,
  reasoningTokens: 0,
  preemptions: 0,
  times: { queuedMs: 0, scheduledMs: 0, firstTokenMs: 0, lastTokenMs: 0 },
};

test('an answer that was remembered is not tokenized again', () => {
  const ids: number[] = [];
  const inner: EngineObserver = {
    onToken: (id) => void ids.push(id),
    onEnd: () => {},
    onError: () => {},
  };
  // Where tokens cross word starts, and tokenizing is dear.
  const dear = new PromptBuilder(crossing(tokenizer));
  const observer = dear.remembering(inner);
  observer.onToken(11, ' wak', 0);
  observer.onToken(12, ' wal', 0);
  observer.onEnd(end, 0);
  expect(ids).toEqual([11, 12]);
  dear.chat([]);
  encoded = [];
  expect([...dear.chat([assistant(' wak wal')])].slice(2, 4)).toEqual([11, 12]);
  expect(encoded).toEqual([]);
});

test('a text that grows at its end is tokenized in pieces that stay', () => {
  const text = Array.from({ length: 3000 }, (_, i) => ` word${'abc'[i % 3]}`).join('');
  const dear = new PromptBuilder(crossing(tokenizer));
  const before = dear.text(text);
  encoded = [];
  const after = dear.text(`${text} and more`);
  expect(encoded).toHaveLength(1);
  expect(encoded[0]!.length).toBeLessThan(2100);
  expect([...after.slice(0, before.length)]).toEqual([...before]);
});

test('pieces put together are the text, whatever it is', () => {
  fc.assert(
    fc.property(fc.string({ maxLength: 30 }), fc.nat(400), fc.string(), (unit, times, end) => {
      const text = unit.repeat(times) + end;
      expect(pieces(text).join('')).toBe(text);
    }),
    { seed: 4 },
  );
});

test('the cache keeps the texts used last, within its tokens', () => {
  const cache = new TokenCache(3 * 20);
  const ids = Int32Array.of(1, 2, 3, 4);
  for (const text of ['a', 'b', 'c']) cache.set(text, ids);
  cache.get('a');
  cache.set('d', ids);
  expect(['a', 'b', 'c', 'd'].map((text) => cache.get(text) !== undefined)).toEqual([
    true,
    false,
    true,
    true,
  ]);
  cache.set('d', Int32Array.of(1));
  expect(cache.heldTokens).toBe(57);
});

test('a tokenizer without words is refused', () => {
  const letters: Coder = { encode: () => [1, 2], decode: () => 'x' };
  expect(() => findWords(letters)).toThrow(/found no token that is a space and a word/);
});

test('any sequence of the words found has the same tokens when it is read again', async () => {
  const gpt2 = await loadTokenizer('gpt2');
  const words = findWords(gpt2);
  expect(words).toHaveLength(512);
  fc.assert(
    fc.property(fc.array(fc.constantFrom(...words), { minLength: 1, maxLength: 50 }), (chosen) => {
      expect(gpt2.encode(chosen.map(({ text }) => text).join(''))).toEqual(
        chosen.map(({ id }) => id),
      );
    }),
    { seed: 5, numRuns: 50 },
  );
});

const TEXT = sharedFile('data/text/moby_dick.txt');
const NO_TEXT = absent(TEXT);

test.skipIf(NO_TEXT)(
  titled('tokens of the pieces are the tokens of the whole', NO_TEXT),
  async () => {
    const text = readFileSync(TEXT, 'utf8').slice(20_000, 80_000);
    const gpt2 = await loadTokenizer('gpt2');
    expect([...new PromptBuilder(gpt2).text(text)]).toEqual(gpt2.encode(text));
  },
);

import { expect, test } from 'vitest';
import { type Reading, read } from '../reading.ts';

const e = (body: unknown) => `data: ${JSON.stringify(body)}\n\n`;
const tok = (content: unknown) =>
  e({ choices: [{ index: 0, delta: { content }, finish_reason: null }] });
const fin = (reason: unknown = 'stop') =>
  e({ choices: [{ index: 0, delta: {}, finish_reason: reason }] });
const use = (usage: unknown) => e({ choices: [], usage });
const U = { prompt_tokens: 10, completion_tokens: 2 };
const done = 'data: [DONE]\n\n';
const DOCUMENT =
  '{"choices":[{"message":{"content":"a"},"finish_reason":"stop"}],"usage":{"prompt_tokens":10,"completion_tokens":2}}';

const COUNTED = { usage: { inputTokens: 10, outputTokens: 2 }, finishReason: 'stop' };
const a: Reading = { deltas: ['content:a'], end: COUNTED, failure: undefined };
const end = (fields: object, deltas: readonly string[] = ['content:a']): Reading => ({
  deltas,
  end: { ...COUNTED, ...fields },
  failure: undefined,
});
const fails = (failure: string | RegExp, deltas: readonly string[] = []) => ({
  deltas,
  end: undefined,
  failure: typeof failure === 'string' ? failure : expect.stringMatching(failure),
});
/** What makes an answer of `a` and these parts. */
const withText = (...parts: (string | Buffer)[]) => [tok('a'), ...parts, done];
const utf16 = Buffer.from(tok('a') + done, 'utf16le');
const broken = Buffer.concat([
  Buffer.from('data: {"choices":[{"delta":{"content":"'),
  Buffer.from([0xc0, 0xaf, 0xf8, 0x88]),
  Buffer.from('"}}]}\n\n'),
]);

/** Answers that no server is known to give, and that some server will. */
test.each<[string, (string | Buffer)[], unknown]>([
  [
    'one event in two data lines',
    ['data: {"choices":[{"delta":\ndata: {"content":"a"}}]}\n\n', fin(), use(U), done],
    a,
  ],
  [
    'blanks behind data',
    ['data: {"choices":[{"delta":{"content":"a"}}]}  \n\n', fin(), use(U), 'data: [DONE]  \n\n'],
    a,
  ],
  ['[DONE] in quotes', [tok('a'), fin(), use(U), 'data: "[DONE]"\n\n'], a],
  ['no line end at the end', [tok('a') + fin() + use(U) + 'data: [DONE]'], a],
  ['usage last, without an end of its line', [tok('a'), fin(), use(U).trimEnd()], a],
  [
    'field names in capitals',
    ['DATA: {"choices":[{"delta":{"content":"a"}}]}\n\n', done],
    fails('no text, finish_reason or usage came'),
  ],
  [
    'line separators of Unicode',
    ['data: {"choices":[{"delta":{"content":"a\u2028\u0085b"}}]}\n\n', fin(), use(U), done],
    end({}, ['content:a\u2028\u0085b']),
  ],
  [
    'numbers for texts',
    [tok(5), tok(true), fin(), use(U), done],
    end(
      { remarks: ['no text was understood: 2 output tokens by usage; unknown fields: content'] },
      [],
    ),
  ],
  ['an object for a text', [tok({ text: 'a' }), fin(), use(U), done], a],
  ['an empty finish_reason', withText(fin(''), use(U)), end({ finishReason: undefined })],
  ['a number for a finish_reason', withText(fin(5), use(U)), end({ finishReason: undefined })],
  ['blanks around a finish_reason', withText(fin(' STOP '), use(U)), end({ finishReason: 'STOP' })],
  [
    'escape codes in a finish_reason',
    withText(fin('\u001b[31mstop'), use(U)),
    end({ finishReason: '[31mstop' }),
  ],
  [
    'an object for a finish_reason',
    withText(fin({ type: 'abort', message: 'oom' })),
    fails('finish_reason "abort": oom', ['content:a']),
  ],
  [
    'a text for an error',
    withText(e({ error: 'CUDA out of memory' })),
    fails('CUDA out of memory', ['content:a']),
  ],
  ['an empty error', withText(e({ error: {} }), fin(), use(U)), a],
  ["Baidu's error", [e({ error_code: 336, error_msg: 'quota' })], fails('quota (code 336)')],
  [
    "MiniMax's error",
    [e({ base_resp: { status_code: 1004, status_msg: 'login fail' } })],
    fails('login fail (code 1004)'),
  ],
  [
    "Tencent's error",
    [e({ Response: { Error: { Code: 'AuthFailure', Message: 'no such key' } } }), done],
    fails('no such key'),
  ],
  [
    "Google's error",
    [e([{ error: { code: 429, message: 'quota' } }]), done],
    fails('quota (code 429)'),
  ],
  [
    "Google's error as a document",
    ['[{"error":{"code":429,"message":"quota"}}]'],
    fails('quota (code 429)'),
  ],
  [
    "Cloudflare's error",
    ['{"success":false,"errors":[{"code":7003,"message":"no route"}],"result":null}'],
    fails('no route (code 7003)'),
  ],
  ["GraphQL's error", ['{"errors":[{"message":"bad"}]}'], fails('bad')],
  [
    'a choice twice',
    [
      e({
        choices: [
          { index: 0, delta: { content: 'a' } },
          { index: 0, delta: { content: 'b' } },
        ],
      }),
      fin(),
      use(U),
      done,
    ],
    end({}, ['content:a', 'content:b']),
  ],
  [
    'an object for the list of choices',
    [e({ choices: { 0: { delta: { content: 'a' } } } }), fin(), use(U), done],
    end(
      { remarks: ['no text was understood: 2 output tokens by usage; unknown fields: choices'] },
      [],
    ),
  ],
  [
    'a usage beyond what a double holds',
    withText(fin(), use({ ...U, prompt_tokens: 2 ** 53 })),
    end({
      usage: { outputTokens: 2 },
      remarks: ['usage is no number of tokens: prompt_tokens 9007199254740992'],
    }),
  ],
  [
    'more reasoning than answer',
    withText(fin(), use({ ...U, completion_tokens_details: { reasoning_tokens: 50 } })),
    end({ remarks: ['usage is more than its whole: reasoningTokens 50 of outputTokens 2'] }),
  ],
  [
    'more from outside than was cached',
    withText(
      fin(),
      use({ ...U, prompt_tokens_details: { cached_tokens: 10, external_cached_tokens: 99 } }),
    ),
    end({
      usage: { ...COUNTED.usage, cachedTokens: 10 },
      remarks: ['usage is more than its whole: externalCachedTokens 99 of cachedTokens 10'],
    }),
  ],
  ['usage in usage', withText(fin(), use({ usage: U })), end({ usage: undefined })],
  ['a text for a usage', withText(fin(), use('10')), end({ usage: undefined })],
  [
    'times that cannot be',
    withText(
      fin(),
      e({
        choices: [],
        usage: U,
        metrics: { queue_time_ms: -5, time_to_first_token_ms: 'x', generation_time_ms: 1e300 },
      }),
    ),
    a,
  ],
  [
    'halves of characters in chunks of their own',
    [
      'data: {"choices":[{"delta":{"content":"\\ud83d"}}]}\n\n',
      'data: {"choices":[{"delta":{"content":"\\ude00"}}]}\n\n',
      fin(),
      use(U),
      done,
    ],
    end({}, ['content:\ud83d', 'content:\ude00']),
  ],
  ['UTF-16', [utf16], fails(/^response is not an event stream: d a t a/)],
  [
    'bytes that are no UTF-8',
    [broken, fin(), use(U), done],
    end({}, ['content:\ufffd\ufffd\ufffd\ufffd']),
  ],
  ['a document behind blank lines', [`\n\n  ${DOCUMENT}\n`], a],
  ['a document behind a byte order mark', [`\ufeff${DOCUMENT}`], a],
  ['two documents', [DOCUMENT + DOCUMENT], fails(/^response is not JSON: /)],
  ['a document in a list', [`[${DOCUMENT}]`], fails(/^response without choices: /)],
  [
    'a page in mid-stream',
    [tok('a'), '<html><body>502 Bad Gateway</body></html>'],
    fails('stream ended without finish_reason or [DONE]', ['content:a']),
  ],
  ['nothing but comments', [': keep\n\n: keep\n\n'], fails('response is nothing but comments')],
  [
    'empty events, and such with an id alone',
    ['data:\n\nid: 1\n\n', tok('a'), fin(), use(U), done],
    a,
  ],
  [
    '__proto__ wherever it can be',
    [
      'data: {"choices":[{"delta":{"content":"a","__proto__":{"finish_reason":"x"}}}],"__proto__":{"usage":{"prompt_tokens":5}}}\n\n',
      fin(),
      use(U),
      done,
    ],
    a,
  ],
  [
    'a field twice',
    ['data: {"choices":[{"delta":{"content":"b","content":"a"}}]}\n\n', fin(), use(U), done],
    a,
  ],
])('%s', (_what, body, expected) => {
  expect(read(body)).toEqual(expected);
});

import { describe, expect, test } from 'vitest';
import { StreamReader } from '../../../src/transport/answer/stream-reader.ts';
import { everyByte, read } from '../reading.ts';
import { Recorder } from '../recorder.ts';

const hello = 'data: {"choices":[{"index":0,"delta":{"content":"Hé 😀"}}]}\n\n';
const stop = 'data: {"choices":[{"index":0,"delta":{},"finish_reason":"stop"}]}\n\n';
const done = 'data: [DONE]\n\n';
const usage = 'data: {"choices":[],"usage":{"prompt_tokens":9,"completion_tokens":2}}\n\n';
const counts = { inputTokens: 9, outputTokens: 2 };

function delta(fields: object): string {
  return `data: ${JSON.stringify({ choices: [{ index: 0, delta: fields }] })}\n\n`;
}

describe('deltas', () => {
  test.each([
    // what the delta holds, what is reported
    [{ role: 'assistant', content: '' }, []],
    [{ role: 'assistant', content: null }, []],
    [{ role: 'assistant' }, []],
    [{ role: 'assistant', content: 'both at once' }, ['content:both at once']],
    [{ content: '\u0000' }, ['content:\u0000']],
    [{ reasoning: 'hm' }, ['reasoning:hm']],
    [{ reasoning_content: 'hm' }, ['reasoning:hm']],
    [{ reasoning: 'hm', reasoning_content: 'hm' }, ['reasoning:hm']],
    [{ reasoning: null, reasoning_content: 'hm', content: null }, ['reasoning:hm']],
    [{ reasoning: 'hm', content: 'so' }, ['reasoning:hm', 'content:so']],
    [{ reasoning_content: '', content: 'so' }, ['content:so']],
    [{ tool_calls: [] }, []],
    [
      { tool_calls: [{ index: 0, function: { arguments: '{' } }] },
      ['tool:{"index":0,"function":{"arguments":"{"}}'],
    ],
    [
      { content: '', tool_calls: [{ index: 0 }, { index: 1 }] },
      ['tool:{"index":0}', 'tool:{"index":1}'],
    ],
  ])('%j gives %j', (fields, deltas) => {
    expect(read([delta(fields), done])).toMatchObject({ deltas, end: {} });
  });

  test('completions have their text beside the delta', () => {
    const event = 'data: {"choices":[{"index":0,"text":" so","finish_reason":null}]}\n\n';
    expect(read([event, event, stop]).deltas).toEqual(['content: so', 'content: so']);
  });

  test("TGI's own stream: token texts, without special tokens; the last event ends it", () => {
    const token = (text: string, special: boolean, rest = '"generated_text":null,"details":null') =>
      `data:{"index":1,"token":{"id":5,"text":"${text}","special":${special}},${rest}}\n\n`;
    const last = '"generated_text":" so","details":{"finish_reason":"length","generated_tokens":3}';
    expect(read([token(' so', false), token('</s>', true, last)])).toEqual({
      deltas: ['content: so'],
      end: { finishReason: 'length', usage: { outputTokens: 3 } },
    });
  });

  test('events that are progress, annotations or safety filters are no tokens', () => {
    const progress = delta({ role: 'assistant', content: null }).replace(
      '{"choices"',
      '{"prompt_progress":{"total":9,"processed":5},"choices"',
    );
    const filter = 'data: {"choices":[],"prompt_filter_results":[{"prompt_index":0}]}\n\n';
    const metrics = 'event: llm_metrics\ndata: not json\n\n';
    expect(read([filter, progress, metrics, ': ping\n\n', hello, stop])).toEqual({
      deltas: ['content:Hé 😀'],
      end: { finishReason: 'stop' },
    });
  });
});

describe('usage', () => {
  test.each([
    // usage as sent, as reported; a count that was not sent is absent, not zero
    [{ prompt_tokens: 9, completion_tokens: 2, total_tokens: 11 }, counts],
    [{ prompt_tokens: 9, prompt_tokens_details: null }, { inputTokens: 9 }],
    [{ prompt_tokens: 9, prompt_tokens_details: {} }, { inputTokens: 9 }],
    [
      { prompt_tokens: 9, prompt_tokens_details: { cached_tokens: 0 } },
      { inputTokens: 9, cachedTokens: 0 },
    ],
    [
      { completion_tokens: 2, completion_tokens_details: { reasoning_tokens: 1 } },
      { outputTokens: 2, reasoningTokens: 1 },
    ],
    [
      { completion_tokens: 2, reasoning_tokens: 1 },
      { outputTokens: 2, reasoningTokens: 1 },
    ],
    [{ prompt_tokens: null }, undefined],
    [null, undefined],
  ])('%j is %j', (sent, reported) => {
    const event = `data: ${JSON.stringify({ choices: [], usage: sent })}\n\n`;
    expect(read([hello, stop, event, done]).end?.usage).toEqual(reported);
  });

  const chunk = (fields: object) => `data: ${JSON.stringify({ choices: [], ...fields })}\n\n`;

  test("vLLM's split of the cached tokens and the request's metrics are read beside the counts", () => {
    const details = { cached_tokens: 96, local_cached_tokens: 64, external_cached_tokens: 32 };
    const told = chunk({
      usage: { prompt_tokens: 100, prompt_tokens_details: details },
      metrics: { queue_time_ms: 12.3, time_to_first_token_ms: 85.2, mean_itl_ms: null },
    });
    expect(read([hello, stop, told, done]).end?.usage).toEqual({
      ...{ inputTokens: 100, cachedTokens: 96, localCachedTokens: 64, externalCachedTokens: 32 },
      ...{ queueMs: 12.3, prefillMs: 85.2 },
    });
  });

  test.each([
    [
      { device: 40, host: 20 },
      { externalCachedTokens: 20, hostCachedTokens: 20 },
    ],
    [
      { device: 40, host: 15, storage: 5, storage_backend: 'file' },
      { externalCachedTokens: 20, hostCachedTokens: 15, storageCachedTokens: 5 },
    ],
  ])(
    "SGLang's tiers %j are read from the chunk before the usage, or without one",
    (tiers, split) => {
      const sglext = chunk({ sglext: { cached_tokens_details: tiers } });
      const usage = chunk({ usage: { prompt_tokens: 100, prompt_tokens_details: null } });
      const cached = { cachedTokens: 60, localCachedTokens: 40, ...split };
      expect(read([hello, stop, sglext, done]).end?.usage).toEqual(cached);
      expect(read([hello, stop, sglext, usage, done]).end?.usage).toEqual({
        inputTokens: 100,
        ...cached,
      });
    },
  );

  test.each([
    { metrics: null },
    { metrics: { queue_time_ms: null, time_to_first_token_ms: 'soon' } },
    { sglext: { cached_tokens_details: null } },
    { sglext: { routed_experts: 'x' } },
  ])('%j beside the counts says nothing, and is no zero', (fields) => {
    const told = chunk({ usage: { prompt_tokens: 9 }, ...fields });
    expect(read([hello, stop, told, done]).end?.usage).toEqual({ inputTokens: 9 });
  });

  test('on every chunk: the last one counts, and does not end a stream by itself', () => {
    const running = (text: string, tokens: number) =>
      `data: {"choices":[{"delta":{"content":"${text}"}}],"usage":{"completion_tokens":${tokens}}}\n\n`;
    expect(read([running('a', 1), running('b', 2), stop]).end?.usage).toEqual({ outputTokens: 2 });
    expect(read([running('a', 1), running('b', 2)]).failure).toBe(
      'stream ended without finish_reason or [DONE]',
    );
  });
});

describe('M-56 framing', () => {
  const expected = { deltas: ['content:Hé 😀'], end: { finishReason: 'stop', usage: counts } };
  const stream = hello + stop + usage + done;
  test.each([
    ['LF', stream],
    ['CRLF', stream.replaceAll('\n', '\r\n')],
    ['CR', stream.replaceAll('\n', '\r')],
    ['a byte order mark', `\uFEFF${stream}`],
    ['no space after the colon', stream.replaceAll('data: ', 'data:')],
    ['blanks after the JSON', stream.replaceAll('\n\n', ' \t\n\n')],
    ['comments', `:\n\n: ping - 2026\n\n${stream.replaceAll('data', ':\ndata')}`],
    ['ids, names and retries', stream.replaceAll('data', 'id: 1\nevent: message\nretry: 3\ndata')],
    ['data over several lines', stream.replaceAll(',"delta"', ',\ndata: "delta"')],
    ['empty data', stream.replaceAll('data: {', 'data:\n\ndata: {')],
    ['no blank line at the end', stream.slice(0, -2)],
    ['no [DONE]', hello + stop + usage],
    ['bytes after [DONE]', `${stream}data: {"error":"late"}\n\nttfb=0.1 garbage`],
    ['blank lines in front', `\n\n\n${stream}`],
  ])('%s', (_, body) => {
    expect(read([body])).toEqual(expected);
    expect(read(everyByte(Buffer.from(body)))).toEqual(expected);
  });

  test.each(['\n', '\r\n', '\r'])(
    'an event is read when its blank line %j came, not later',
    (end) => {
      const recorder = new Recorder();
      const reader = new StreamReader(recorder);
      for (const [index, event] of [hello, hello, hello].entries()) {
        reader.feed(Buffer.from(event.replaceAll('\n', end)), index);
        expect(recorder.deltas).toHaveLength(index + 1);
      }
    },
  );

  test('a line of megabytes, in small pieces', () => {
    const long = 'x'.repeat(4_000_000);
    const body = Buffer.from(delta({ content: long }) + done);
    const pieces = [];
    for (let at = 0; at < body.length; at += 1_000) pieces.push(body.subarray(at, at + 1_000));
    expect(read(pieces).deltas).toEqual([`content:${long}`]);
  });

  test('invalid UTF-8 is replaced, and spoils nothing else', () => {
    const [head, tail] = delta({ content: 'a?b' }).split('?') as [string, string];
    const body = Buffer.concat([Buffer.from(head), Buffer.from([0xf0, 0x9f]), Buffer.from(tail)]);
    for (const pieces of [[body], everyByte(body)]) {
      expect(read([...pieces, done]).deltas).toEqual(['content:a\uFFFDb']);
    }
  });
});

describe('M-56 how a stream ends', () => {
  test.each([
    ['[DONE] alone', hello + done, { finishReason: undefined, usage: undefined }],
    ['a finish reason alone', hello + stop, { finishReason: 'stop', usage: undefined }],
    ['usage alone', hello + usage, { finishReason: undefined, usage: counts }],
    [
      'a finish reason with the last content',
      'data: {"choices":[{"delta":{"content":"!"},"finish_reason":"length"}]}\n\n',
      { finishReason: 'length', usage: undefined },
    ],
  ])('%s is an end', (_, body, end) => {
    expect(read([body])).toMatchObject({ end, failure: undefined });
  });

  test.each([
    ['no end at all', hello, 'stream ended without finish_reason or [DONE]'],
    [
      'an event that is cut',
      `${hello}data: {"choi`,
      'stream ended without finish_reason or [DONE]',
    ],
    ['nothing but [DONE]', done, 'no text, finish_reason or usage came'],
    ['nothing', '', 'empty response'],
    ['blanks', ' \n\n', 'empty response'],
    ['comments only', ': hi\n\n', 'response is nothing but comments'],
    [
      'a page',
      '<!DOCTYPE html>\n<title>Welcome</title>',
      'response is not an event stream: <!DOCTYPE html> <title>Welcome</title>',
    ],
    ['data that is not JSON', 'data: hello\n\n', 'event is not JSON: hello'],
    ['an error object', `${hello}data: {"error":{"message":"out of KV"}}\n\n`, 'out of KV'],
    [
      'an error with a code',
      'data: {"error":{"message":"boom","type":"x","code":500}}\n\ndata: [DONE]\n\n',
      'boom (code 500)',
    ],
    [
      "TGI's code",
      'data: {"error":{"message":"boom","http_status_code":422}}\n\n',
      'boom (code 422)',
    ],
    [
      'a code that the message names',
      'data: {"error":{"message":"got 500","code":500}}\n\n',
      'got 500',
    ],
    ['an error string', 'data: {"error":"boom","error_type":"generation"}\n\n', 'boom'],
    ['an error of many lines', 'data: {"error":"a\\n  b\\u0000c"}\n\n', 'a b c'],
    ['an error without a message', 'data: {"error":{"type":"x"}}\n\n', '{"type":"x"}'],
    [
      'an old error',
      'data: {"object":"error","message":"boom","code":40303}\n\n',
      'boom (code 40303)',
    ],
    [
      'an error beside choices',
      'data: {"error":{"message":"lost"},"choices":[{"delta":{"content":"x"},"finish_reason":"error"}]}\n\n',
      'lost',
    ],
    [
      'a finish reason that is an error',
      'data: {"choices":[{"delta":{},"finish_reason":"error"}]}\n\n',
      'finish_reason "error"',
    ],
    ['an error event', 'event: error\ndata: {"message":"boom"}\n\n', 'boom'],
    [
      'an error event with an error',
      'event: error\ndata: {"error":{"message":"boom"}}\n\n',
      'boom',
    ],
    ['an error event in plain text', 'event:error\ndata: boom\n\n', 'boom'],
    ['an error event with a comment', `event: error\n: worker died\n\n${done}`, 'worker died'],
    ['an error event with nothing', `: ping\n\n${hello}event: error\n\n${done}`, 'event: error'],
  ])('%s is a failure', (_, body, failure) => {
    for (const pieces of [[body], everyByte(Buffer.from(body))]) {
      expect(read(pieces)).toMatchObject({ end: undefined, failure });
    }
  });

  test('a failure has the status of the response line', () => {
    const recorder = new Recorder();
    new StreamReader(recorder, { httpStatus: 206 }).end(5);
    expect(recorder.calls).toEqual([
      {
        type: 'fail',
        failure: { status: 'protocol', message: 'empty response', httpStatus: 206 },
        atMs: 5,
      },
    ]);
  });

  test("content that speaks of an 'event: error' is content", () => {
    const text = 'x\u2028event: error\u2028event: error';
    expect(read([delta({ content: text }), 'data: "\nevent: message\ndata: "\n\n', done])).toEqual({
      deltas: [`content:${text}`],
      failure: 'event is not JSON: " "',
    });
  });
});

describe('one JSON document instead of a stream', () => {
  test('is one delta of each kind, at the end', () => {
    const body = JSON.stringify({
      choices: [
        {
          message: { role: 'assistant', reasoning: 'hm', content: 'so' },
          finish_reason: 'stop',
        },
      ],
      usage: { prompt_tokens: 9, completion_tokens: 2 },
    });
    for (const pieces of [[body], everyByte(Buffer.from(`\uFEFF \n${body}`))]) {
      expect(read(pieces)).toEqual({
        deltas: ['reasoning:hm', 'content:so'],
        end: { finishReason: 'stop', usage: counts },
      });
    }
  });

  test.each([
    ['{"choices":[{"text":"so"}]}', undefined],
    ['{"error":{"message":"boom","code":400}}', 'boom (code 400)'],
    ['{"detail":"Not Found"}', 'response without choices: {"detail":"Not Found"}'],
    ['{"choices":[{"mess', 'response is not JSON: {"choices":[{"mess'],
    ['[]', 'response without choices: []'],
    ['{"choices":[{}]}', 'no text, finish_reason or usage came'],
    ['{"a":1}\n{"a":2}\n', 'response is lines of JSON, not events: {"a":1} {"a":2}'],
  ])('%s fails with %s', (body, failure) => {
    expect(read([body]).failure).toBe(failure);
  });
});

describe('times and cancelling', () => {
  test('deltas have the time of the read that completed them', () => {
    const recorder = new Recorder();
    const reader = new StreamReader(recorder);
    reader.feed(Buffer.from(hello.repeat(2) + hello.slice(0, 30)), 10);
    reader.feed(Buffer.from(hello.slice(30) + stop), 20);
    reader.end(30);
    expect(recorder.calls.map((call) => 'atMs' in call && call.atMs)).toEqual([10, 10, 20, 20]);
  });

  test.each([1, 2, 3])('after cancelling at delta %d of one read, nothing is called', (count) => {
    const recorder = new Recorder();
    const reader = new StreamReader(recorder);
    recorder.onCall = () => {
      if (recorder.calls.length === count) reader.cancel();
    };
    reader.feed(Buffer.from(hello.repeat(5) + stop + done), 1);
    reader.feed(Buffer.from(hello), 2);
    reader.end(3);
    expect(recorder.types).toEqual(Array(count).fill('delta'));
  });
});

test('after [DONE] nothing counts, wherever the bytes are cut', () => {
  const body = Buffer.from(hello + stop + done + delta({ content: 'late' }));
  for (let at = 1; at < body.length; at++) {
    const pieces = [body.subarray(0, at), body.subarray(at)];
    expect(read(pieces)).toEqual({ deltas: ['content:Hé 😀'], end: { finishReason: 'stop' } });
  }
});

test('a document that ends within a character is quoted with a sign for that', () => {
  const cut = Buffer.from('{"a":"é').subarray(0, -1);
  expect(read([cut]).failure).toBe('response is not JSON: {"a":"\ufffd');
});

describe('whether an answer has come as a whole', () => {
  const document = '{"choices":[{"message":{"content":"a"}}]}';
  const no = { isDone: false, isComplete: false, mayBeComplete: false, isWhole: false };
  const all = { isComplete: true, mayBeComplete: true, isWhole: true };

  test.each<[string, string[], object]>([
    ['nothing', [], no],
    ['text', [hello], no],
    ['a reason alone', [hello, stop], no],
    ['usage alone', [hello, usage], no],
    ['both', [hello, stop, usage], { ...all, isDone: false }],
    ['[DONE]', [hello, done], { ...all, isDone: true }],
    ['half a document', ['{"choices":['], no],
    ['a document', [document], { ...no, mayBeComplete: true, isWhole: true }],
    ['a document and blanks', [document, ' \n'], { ...no, mayBeComplete: true, isWhole: true }],
    ['a part that ends as a whole does', ['{"a":{}'], { ...no, mayBeComplete: true }],
    ['more after that', ['{"a":{}', ',"b":1'], no],
  ])('after %s', (_, pieces, is) => {
    const reader = new StreamReader(new Recorder());
    for (const piece of pieces) reader.feed(Buffer.from(piece), 1);
    const { isDone, isComplete, mayBeComplete, isWhole } = reader;
    expect({ isDone, isComplete, mayBeComplete, isWhole }).toEqual(is);
  });
});

test.each([
  ['gzip', [0x1f, 0x8b]],
  ['zstd', [0x28, 0xb5, 0x2f, 0xfd]],
])('a body that is compressed with %s, unasked, is a failure', (coding, magic) => {
  const failure = `the body is compressed (${coding}), which was not asked for`;
  expect(read([Buffer.from([...magic, 1, 2])]).failure).toBe(failure);
  // In the middle of a body these are bytes as others are.
  expect(read([Buffer.from('<html>'), Buffer.from(magic)]).failure).not.toBe(failure);
  expect(read([Buffer.from(magic.slice(0, -1))]).failure).not.toBe(failure);
});

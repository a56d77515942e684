import fc from 'fast-check';
import { describe, expect, test, vi } from 'vitest';
import { readChunk } from '../../../src/transport/answer/openai.ts';
import { learnTemplate, textEnd } from '../../../src/transport/answer/template.ts';
import { cut, type Reading, read } from '../reading.ts';

const vllm = (text: string) =>
  `{"id":"c-1","model":"m","choices":[{"index":0,"delta":{"content":${JSON.stringify(text)}},"finish_reason":null}]}`;

function learn(data: string) {
  return learnTemplate(data, readChunk(JSON.parse(data)).deltas[0]!);
}

describe('a template', () => {
  test('fits the events that differ in the text alone', () => {
    const template = learn(vllm(' hello'))!;
    const next = `data: ${vllm(' wörld')}\n\n`;
    expect(next.slice(template.prefix.length, textEnd(template, next, 0))).toBe(' wörld');
  });

  test.each([
    ['another id', `data: ${vllm('x').replace('c-1', 'c-2')}\n\n`],
    ['a finish reason', `data: ${vllm('x').replace('null', '"stop"')}\n\n`],
    ['an escape', `data: ${vllm('a\nb')}\n\n`],
    ['a raw control character', `data: ${vllm('x').replace('"x"', '"a\tb"')}\n\n`],
    ['a text that is cut', `data: ${vllm('x').slice(0, vllm('x').indexOf('x'))}`],
    ['half an event', `data: ${vllm('x')}\n`],
    ['another frame', `data:${vllm('x')}\n\n`],
    ['nothing', ''],
  ])('does not fit %s', (_, event) => {
    expect(textEnd(learn(vllm(' hello'))!, event, 0)).toBe(-1);
  });

  test.each([
    ['whose text is written with escapes', vllm('"')],
    ['whose text also stands earlier', vllm('m')],
    ['whose text looks like punctuation between strings', vllm(',')],
    ['of two lines', vllm('x').replace(',"choices"', ',\n"choices"')],
    ['that carries usage', vllm('x').replace('{"id"', '{"usage":{"prompt_tokens":1},"id"')],
    ['that ends the answer', vllm('x').replace('null', '"stop"')],
    ['that is the last, without a reason', '{"token":{"text":"hello"},"generated_text":"x"}'],
    [
      'that has a reason, and is not the last',
      '{"token":{"text":"hello"},"details":{"finish_reason":"length"}}',
    ],
    ['that says the same twice', vllm('x').replace('"content"', '"reasoning":"y","content"')],
  ])('is not learned from an event %s', (_, data) => {
    expect(learn(data)).toBeUndefined();
  });

  test('spares the parsing of most events', () => {
    const events = Array.from({ length: 100 }, (_, index) => `data: ${vllm(`w${index}`)}\n\n`);
    const parse = vi.spyOn(JSON, 'parse');
    expect(read(events).deltas).toHaveLength(100);
    expect(parse.mock.calls.length).toBeLessThan(5);
    parse.mockRestore();
  });

  test('is given up where every event is different', () => {
    const events = Array.from({ length: 100 }, (_, n) => vllm(`w${n}`).replace('c-1', `c-${n}`));
    const parse = vi.spyOn(JSON, 'parse');
    read(events.map((data) => `data: ${data}\n\n`));
    // Each try parses the event again with another text, and with none.
    expect(parse.mock.calls.length).toBeLessThan(120);
    parse.mockRestore();
  });
});

/** What the stream of these events means, by parsing every one of them and nothing clever. */
function plainReading(events: readonly string[]): Reading {
  const deltas: string[] = [];
  let usage: object | undefined;
  let isAnswer = false;
  let finishReason: string | undefined;
  for (const data of events) {
    const chunk = readChunk(JSON.parse(data));
    isAnswer ||= chunk.isFinal || chunk.deltas.length > 0 || chunk.usage !== undefined;
    deltas.push(...chunk.deltas.map(({ kind, text }) => `${kind}:${text}`));
    usage = chunk.usage?.usage ?? usage;
    finishReason = chunk.finishReason ?? finishReason;
  }
  if (!isAnswer) return { deltas, failure: 'no text, finish_reason or usage came' };
  return { deltas, end: { usage, finishReason } };
}

// Texts that coincide with other parts of the event, and with the template's own syntax.
const text = fc.oneof(
  fc.constantFrom(
    ' the',
    '',
    ',',
    ':',
    '"',
    '\\',
    'm',
    'content',
    'stop',
    '"}',
    '\n\n',
    'c-1',
    '😀',
  ),
  fc.string({ unit: 'binary', maxLength: 6 }),
);
const delta = fc.oneof(
  { weight: 6, arbitrary: fc.record({ content: text }) },
  { weight: 2, arbitrary: fc.record({ role: fc.constant('assistant'), content: text }) },
  { weight: 2, arbitrary: fc.record({ reasoning: text }) },
  { weight: 1, arbitrary: fc.record({ reasoning: text, reasoning_content: text }) },
  { weight: 1, arbitrary: fc.record({ tool_calls: fc.array(fc.record({ content: text })) }) },
);
const event = fc
  .record({
    id: fc.constantFrom('c-1', 'c-1', 'c-1', 'c-2'),
    delta,
    finish: fc.constantFrom(null, null, null, 'stop'),
    usage: fc.constantFrom(undefined, undefined, null, { completion_tokens: 1 }),
    indent: fc.constantFrom(0, 0, 0, 1),
  })
  .map(({ id, delta, finish, usage, indent }) => {
    const choice = { index: 0, delta, finish_reason: finish };
    const data = JSON.stringify({ id, model: 'm', choices: [choice], usage }, null, indent);
    return data.replaceAll('\n', '');
  });

test('any stream in any pieces gives what parsing every event gives', () => {
  fc.assert(
    fc.property(
      fc.array(event, { maxLength: 12 }),
      fc.constantFrom('\n', '\n', '\n', '\r\n', '\r'),
      fc.constantFrom('data: ', 'data: ', 'data:', ': ping\ndata: '),
      fc.array(fc.nat(5_000), { maxLength: 8 }),
      (events, lineEnd, field, positions) => {
        const lines = events.map((data) => `${field.replace('\n', lineEnd)}${data}${lineEnd}`);
        const body = Buffer.from([...lines, `data: [DONE]${lineEnd}`].join(lineEnd));
        const bounded = positions.filter((at) => at < body.length);
        expect(read(cut(body, bounded))).toEqual(plainReading(events));
      },
    ),
    { numRuns: 1_000 },
  );
});

test('where another field speaks when this one is empty, there is no template', () => {
  const of = (reasoning: string) =>
    JSON.stringify({ choices: [{ index: 0, delta: { reasoning, reasoning_content: 'so' } }] });
  const [delta] = readChunk(JSON.parse(of(' the'))).deltas;
  expect(delta).toMatchObject({ text: ' the' });
  expect(readChunk(JSON.parse(of(''))).deltas[0]).toMatchObject({ text: 'so' });
  expect(learnTemplate(of(' the'), delta!)).toBeUndefined();
});

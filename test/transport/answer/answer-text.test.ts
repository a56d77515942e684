import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type Delta, readDeltas } from '../../../src/transport/answer/answer-text.ts';
import { read } from '../reading.ts';

const event = (body: unknown) => `data: ${JSON.stringify(body)}\n\n`;
const done = 'data: [DONE]\n\n';
const usage = event({ choices: [], usage: { prompt_tokens: 9, completion_tokens: 5 } });

function deltasOf(fields: object): readonly string[] {
  return read([event({ choices: [{ index: 0, delta: fields }] }), usage, done]).deltas;
}

describe('text is found where public APIs have it', () => {
  test.each<[object, string[]]>([
    // lists of parts: Mistral, Anthropic through a gateway
    [{ content: [{ type: 'text', text: 'yes' }] }, ['content:yes']],
    [
      {
        content: [
          { type: 'text', text: 'a' },
          { type: 'text', text: 'b' },
        ],
      },
      ['content:ab'],
    ],
    [
      { content: [{ type: 'thinking', thinking: [{ type: 'text', text: 'hm' }] }] },
      ['reasoning:hm'],
    ],
    [
      {
        content: [
          { type: 'thinking', thinking: 'hm' },
          { type: 'text', text: 'so' },
        ],
      },
      ['reasoning:hm', 'content:so'],
    ],
    [{ content: ['a', 'b'] }, ['content:ab']],
    [{ content: { type: 'text', text: 'yes' } }, ['content:yes']],
    [{ content: { parts: [{ text: 'yes' }] } }, ['content:yes']],
    [{ content: [{ type: 'text', text: { value: 'yes', annotations: [] } }] }, ['content:yes']],
    [{ content: [{ type: 'output_text', text: 'yes' }] }, ['content:yes']],
    [{ content: [{ type: 'refusal', refusal: 'no' }] }, ['content:no']],
    [{ content: [{ type: 'image_url', image_url: { url: 'x' }, text: 'x' }] }, []],
    // other fields
    [{ refusal: 'I cannot' }, ['content:I cannot']],
    [{ audio: { id: 'a', transcript: 'hello' } }, ['content:hello']],
    [{ text: 'yes' }, ['content:yes']],
    [{ thinking: 'hm' }, ['reasoning:hm']],
    [{ reasoning_text: 'hm' }, ['reasoning:hm']],
    [{ thinking_blocks: [{ type: 'thinking', thinking: 'hm' }] }, ['reasoning:hm']],
    [{ reasoning_details: [{ type: 'reasoning.text', text: 'hm' }] }, ['reasoning:hm']],
    [{ reasoning_details: [{ type: 'reasoning.summary', summary: 'hm' }] }, ['reasoning:hm']],
    [{ reasoning_details: [{ type: 'reasoning.encrypted', data: 'x' }] }, []],
    [{ reasoning: { content: 'hm' } }, ['reasoning:hm']],
    // the same text under two names
    [
      { reasoning: 'hm', reasoning_details: [{ type: 'reasoning.text', text: 'hm' }] },
      ['reasoning:hm'],
    ],
    [{ content: [] }, []],
    [{ content: {} }, []],
  ])('%j', (fields, deltas) => {
    expect(deltasOf(fields)).toEqual(deltas);
  });

  test('in a delta that is a text itself', () => {
    expect(read([event({ choices: [{ delta: 'hi' }] }), done]).deltas).toEqual(['content:hi']);
  });

  test('parts within parts without end are no text', () => {
    const deep = `${'['.repeat(50_000)}"x"${']'.repeat(50_000)}`;
    const body = `data: {"choices":[{"delta":{"content":${deep}}}]}\n\n`;
    expect(read([body, usage, done])).toMatchObject({ deltas: [], end: {} });
  });
});

/** In the order in which they count. */
const FIELDS = {
  reasoning: [
    ...['reasoning', 'reasoning_content', 'reasoning_text', 'reasoning_summary', 'thinking'],
    ...['thinking_content', 'thought', 'thoughts', 'analysis', 'reasoning_details'],
    'thinking_blocks',
  ],
  content: ['content', 'text', 'output_text', 'refusal', 'output', 'audio'],
} as const;

/** What a delta of these fields says, each kind once. */
function saidBy(fields: object, own?: readonly string[]): Partial<Record<string, string>> {
  const deltas: Delta[] = [];
  readDeltas({ delta: fields }, deltas, own);
  expect(deltas.map(({ kind }) => kind)).toEqual([...new Set(deltas.map(({ kind }) => kind))]);
  return Object.fromEntries(deltas.map(({ kind, text }) => [kind, text]));
}

describe('of the fields of a delta', () => {
  const names = [...FIELDS.reasoning, ...FIELDS.content];
  /** In any order: an object has its fields in the order in which they were named first. */
  const anyFields = fc.array(
    fc
      .tuple(fc.constantFrom(...names), fc.constantFrom('said', '', null))
      .map(([name, value]) => [name, value && `<${name}>`] as const),
    { maxLength: 8 },
  );

  test('the first of each kind that says something counts, in whatever order they come', () => {
    fc.assert(
      fc.property(anyFields, (entries) => {
        const fields = Object.fromEntries(entries);
        const first = (kind: keyof typeof FIELDS) => {
          const name = FIELDS[kind].find((one) => fields[one]);
          return name && { [kind]: `<${name}>` };
        };
        expect(saidBy(fields)).toEqual({ ...first('reasoning'), ...first('content') });
      }),
      { numRuns: 200 },
    );
  });

  test.each(names)('%s alone is understood', (name) => {
    const kind = names.indexOf(name) < FIELDS.reasoning.length ? 'reasoning' : 'content';
    expect(saidBy({ [name]: 'x' })).toEqual({ [kind]: 'x' });
  });

  test('those that the user names come before all others, in his order', () => {
    const own = ['inner', 'monologue'];
    expect(saidBy({ reasoning: 'a', monologue: 'b', content: 'c' }, own)).toEqual({
      ...{ reasoning: 'b', content: 'c' },
    });
    expect(saidBy({ monologue: 'b', inner: 'd' }, own)).toEqual({ reasoning: 'd' });
    expect(saidBy({ reasoning: 'a', monologue: '', inner: null }, own)).toEqual({ reasoning: 'a' });
  });

  test('reasoning comes before what is reasoning in the content', () => {
    const content = [{ type: 'thinking', thinking: 'b' }];
    const both = { reasoning: 'ab' };
    expect(saidBy({ reasoning: 'a', content })).toEqual(both);
    expect(saidBy({ content, reasoning: 'a' })).toEqual(both);
  });

  test("a text beside the delta is a completion's, unless the delta has content", () => {
    const deltas: Delta[] = [];
    readDeltas({ text: 'beside', delta: { content: 'in' } }, deltas);
    readDeltas({ text: 'beside', delta: {} }, deltas);
    readDeltas({ text: 'beside' }, deltas, ['inner']);
    readDeltas({ message: { content: 'whole' } }, deltas);
    expect(deltas.map(({ text }) => text)).toEqual(['in', 'beside', 'beside', 'whole']);
  });
});

describe('a part of the content', () => {
  const fields = [
    ...['text', 'content', 'thinking', 'reasoning', 'reasoning_text', 'summary', 'refusal'],
    ...['transcript', 'output_text', 'value', 'parts'],
  ];

  test.each(fields)('has its text in %s, if in none before it', (name) => {
    const later = fields.slice(fields.indexOf(name)).map((one) => [one, `<${one}>`]);
    expect(saidBy({ content: [Object.fromEntries(later.toReversed())] })).toEqual({
      content: `<${name}>`,
    });
  });

  test.each(['reasoning', 'reasoning.summary', 'thinking', 'thought', 'analysis', 'Summary_Text'])(
    'of the type %s is reasoning',
    (type) => {
      expect(saidBy({ content: [{ type, text: 'hm' }, { text: 'so' }] })).toEqual({
        ...{ reasoning: 'hm', content: 'so' },
      });
    },
  );

  test.each(['image_url', 'video', 'input_file', 'reasoning.encrypted', 'redacted_thinking'])(
    'of the type %s is no text',
    (type) => {
      expect(saidBy({ content: [{ type, text: 'x' }] })).toEqual({});
    },
  );

  test('that is marked as a thought is reasoning, by a true alone', () => {
    expect(saidBy({ content: { parts: [{ text: 'hm', thought: true }] } })).toEqual({
      reasoning: 'hm',
    });
    expect(saidBy({ content: { parts: [{ text: 'so', thought: false }] } })).toEqual({
      content: 'so',
    });
  });

  test('may lie seven deep, and no deeper', () => {
    const nested = (depth: number): unknown => (depth === 0 ? ['x'] : [nested(depth - 1)]);
    expect(saidBy({ content: nested(6) })).toEqual({ content: 'x' });
    expect(saidBy({ content: nested(7) })).toEqual({});
    const parts = (depth: number): unknown => (depth === 0 ? 'x' : { parts: parts(depth - 1) });
    expect(saidBy({ content: parts(7) })).toEqual({ content: 'x' });
    expect(saidBy({ content: parts(8) })).toEqual({});
  });
});

describe('tool calls', () => {
  test('come as an object where TGI has one', () => {
    expect(deltasOf({ tool_calls: { index: 0, id: 'a' } })).toEqual(['tool:{"index":0,"id":"a"}']);
  });

  test("OpenAI's older function call keeps its name", () => {
    const function_call = { name: 'f', arguments: '{' };
    expect(deltasOf({ function_call })).toEqual([`tool:${JSON.stringify({ function_call })}`]);
  });

  test('without end are only named', () => {
    const deep = `${'['.repeat(50_000)}${']'.repeat(50_000)}`;
    const body = `data: {"choices":[{"delta":{"tool_calls":[{"x":${deep}}]}}]}\n\n`;
    expect(read([body, done]).deltas).toEqual(['tool:{…}']);
  });
});

describe('tokens without text that was understood', () => {
  const odd = event({ choices: [{ delta: { role: 'assistant', tokens: ['yes'], glyphs: 'x' } }] });

  test('are remarked, with the fields that nobody here knows', () => {
    expect(read([odd, usage, done]).end?.remarks).toEqual([
      'no text was understood: 5 output tokens by usage; unknown fields: tokens, glyphs',
    ]);
  });

  test('are none where everything is known: an answer of white space that a server trims', () => {
    const empty = event({ choices: [{ delta: { role: 'assistant', content: '' } }] });
    expect(read([empty, usage, done]).end?.remarks).toBeUndefined();
  });

  test('nor where other text was understood, or no tokens are counted', () => {
    const text = event({ choices: [{ delta: { content: 'a' } }] });
    expect(read([odd, text, usage, done]).end?.remarks).toBeUndefined();
    const stop = event({ choices: [{ delta: {}, finish_reason: 'stop' }] });
    expect(read([odd, stop, done]).end?.remarks).toBeUndefined();
  });

  test.each([
    ...['role', 'name', 'annotations', 'index', 'finish_reason', 'logprobs', 'stop_reason', 'type'],
    ...['matched_stop', 'token_ids', 'seed', 'refusal', 'id', 'content_filter_results', 'usage'],
    'native_finish_reason',
  ])('are not remarked for %s, which every dialect has beside the text', (name) => {
    const known = event({ choices: [{ delta: { [name]: [1] } }] });
    expect(read([known, usage, done]).end?.remarks).toBeUndefined();
  });

  test('are looked for in a whole message, too', () => {
    const strange = event({ choices: [{ message: { glyphs: 'x' } }] });
    expect(read([strange, usage, done]).end?.remarks?.[0]).toMatch(/unknown fields: glyphs$/);
  });

  test('are looked for in the choice itself where it has no delta', () => {
    const strange = event({ choices: [{ index: 1, glyphs: 'x' }] });
    expect(read([strange, usage, done]).end?.remarks).toEqual([
      'no text was understood: 5 output tokens by usage; unknown fields: glyphs',
    ]);
  });

  test('name the fields where nothing else came either', () => {
    expect(read([event({ kind: 'x', value: 1 }), done]).failure).toBe(
      'no text, finish_reason or usage came; unknown fields: kind, value',
    );
  });
});

describe('answers in the form of another API', () => {
  test.each<[string, object[], object]>([
    [
      "Anthropic's",
      [
        { type: 'message_start', message: { id: 'm', usage: { input_tokens: 10 } } },
        { type: 'content_block_delta', delta: { type: 'thinking_delta', thinking: 'hm' } },
        { type: 'content_block_delta', delta: { type: 'text_delta', text: 'hi' } },
        {
          type: 'message_delta',
          delta: { stop_reason: 'end_turn' },
          usage: { output_tokens: 2, cache_read_input_tokens: 6 },
        },
        { type: 'message_stop' },
      ],
      {
        deltas: ['reasoning:hm', 'content:hi'],
        end: {
          finishReason: 'end_turn',
          usage: { inputTokens: 10, outputTokens: 2, cachedTokens: 6 },
        },
      },
    ],
    [
      "Responses'",
      [
        { type: 'response.created', response: { id: 'r' } },
        { type: 'response.reasoning_summary_text.delta', delta: 'hm' },
        { type: 'response.output_text.delta', delta: 'hi' },
        {
          type: 'response.completed',
          response: { status: 'completed', usage: { input_tokens: 9, output_tokens: 2 } },
        },
      ],
      {
        deltas: ['reasoning:hm', 'content:hi'],
        end: { finishReason: 'completed', usage: { inputTokens: 9, outputTokens: 2 } },
      },
    ],
    [
      "Ollama's",
      [
        { message: { role: 'assistant', content: 'hi' }, done: false },
        { message: {}, done: true, done_reason: 'length', prompt_eval_count: 9, eval_count: 1 },
      ],
      {
        deltas: ['content:hi'],
        end: { finishReason: 'length', usage: { inputTokens: 9, outputTokens: 1 } },
      },
    ],
    [
      "llama-server's",
      [
        { content: 'hi', stop: false },
        { content: '', stop: true, stop_type: 'limit', tokens_evaluated: 9, tokens_predicted: 1 },
      ],
      {
        deltas: ['content:hi'],
        end: { finishReason: 'length', usage: { inputTokens: 9, outputTokens: 1 } },
      },
    ],
    [
      "Gemini's",
      [
        { candidates: [{ content: { parts: [{ text: 'hm', thought: true }] } }] },
        {
          candidates: [{ content: { parts: [{ text: 'hi' }] }, finishReason: 'STOP' }],
          usageMetadata: {
            promptTokenCount: 9,
            candidatesTokenCount: 1,
            thoughtsTokenCount: 2,
            cachedContentTokenCount: 4,
          },
        },
      ],
      {
        deltas: ['reasoning:hm', 'content:hi'],
        end: {
          finishReason: 'STOP',
          usage: { inputTokens: 9, outputTokens: 3, reasoningTokens: 2, cachedTokens: 4 },
        },
      },
    ],
    [
      "DashScope's",
      [
        { output: { text: 'hi', finish_reason: 'null' } },
        {
          output: { choices: [{ message: { content: '!' }, finish_reason: 'stop' }] },
          usage: { input_tokens: 9, output_tokens: 2 },
        },
      ],
      {
        deltas: ['content:hi', 'content:!'],
        end: { finishReason: 'stop', usage: { inputTokens: 9, outputTokens: 2 } },
      },
    ],
  ])('%s', (_, events, reading) => {
    expect(read(events.map(event))).toMatchObject(reading);
  });

  test('a whole one is a document', () => {
    const body = JSON.stringify({
      type: 'message',
      content: [{ type: 'text', text: 'hi' }],
      stop_reason: 'end_turn',
      usage: { input_tokens: 9, output_tokens: 1 },
    });
    expect(read([body])).toMatchObject({ deltas: ['content:hi'], end: {} });
  });

  test('their failures are failures', () => {
    const failed = { type: 'response.failed', response: { error: { message: 'boom' } } };
    expect(read([event(failed)]).failure).toBe('boom');
    const overloaded = {
      type: 'error',
      error: { type: 'overloaded_error', message: 'Overloaded' },
    };
    expect(read([`event: error\n${event(overloaded)}`]).failure).toBe('Overloaded');
  });
});

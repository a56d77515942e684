import { describe, expect, test } from 'vitest';
import { type Chunk, isAnswer, readChunk } from '../../../src/transport/answer/openai.ts';

/** What a chunk says, without what it does not say; a tool call as JSON. */
function said(body: object) {
  const { deltas, finishReason, usage, id, isFinal } = readChunk(body);
  expect(isAnswer(body)).toBe(true);
  return {
    ...(deltas.length && { deltas: deltas.map(({ kind, text }) => `${kind}:${text}`) }),
    ...(finishReason !== undefined && { finishReason }),
    ...(usage && { usage: usage.usage }),
    ...(id !== undefined && { id }),
    ...(isFinal && { isFinal }),
  } satisfies { [Name in keyof Chunk]?: unknown };
}

const ends = (finishReason: string) => ({ finishReason, isFinal: true });

describe("Anthropic's messages", () => {
  test.each([
    [
      { type: 'message_start', message: { id: 'm', usage: { input_tokens: 3 } } },
      { id: 'm', usage: { inputTokens: 3 } },
    ],
    [
      { type: 'content_block_start', content_block: { type: 'text', text: 'hi' } },
      { deltas: ['content:hi'] },
    ],
    [
      { type: 'content_block_start', content_block: { type: 'thinking', thinking: 'hm' } },
      { deltas: ['reasoning:hm'] },
    ],
    [
      {
        ...{ type: 'content_block_start', index: 1 },
        content_block: { type: 'tool_use', id: 't', name: 'f', input: {} },
      },
      { deltas: ['tool:{"index":1,"id":"t","type":"function","function":{"name":"f"}}'] },
    ],
    [
      {
        ...{ type: 'content_block_delta', index: 1 },
        delta: { type: 'input_json_delta', partial_json: '{' },
      },
      { deltas: ['tool:{"index":1,"function":{"arguments":"{"}}'] },
    ],
    [
      { type: 'content_block_delta', delta: { type: 'text_delta', text: 'hi' } },
      { deltas: ['content:hi'] },
    ],
    [
      { type: 'message_delta', delta: { stop_reason: 'end_turn' }, usage: { output_tokens: 2 } },
      { ...ends('end_turn'), usage: { outputTokens: 2 } },
    ],
    [
      {
        ...{ type: 'message', id: 'm', stop_reason: 'max_tokens' },
        content: [{ type: 'text', text: 'hi' }],
        usage: { input_tokens: 3, output_tokens: 2 },
      },
      {
        ...{ ...ends('max_tokens'), id: 'm', deltas: ['content:hi'] },
        usage: { inputTokens: 3, outputTokens: 2 },
      },
    ],
  ])('%j', (body, expected) => {
    expect(said(body)).toEqual(expected);
  });
});

describe("OpenAI's responses", () => {
  const response = { id: 'r', usage: { input_tokens: 3, output_tokens: 2 } };
  const usage = { inputTokens: 3, outputTokens: 2 };

  test.each([
    [{ type: 'response.output_text.delta', delta: 'hi' }, { deltas: ['content:hi'] }],
    [{ type: 'response.refusal.delta', delta: 'no' }, { deltas: ['content:no'] }],
    [{ type: 'response.reasoning_text.delta', delta: 'hm' }, { deltas: ['reasoning:hm'] }],
    [
      { type: 'response.function_call_arguments.delta', output_index: 2, delta: '{' },
      { deltas: ['tool:{"index":2,"function":{"arguments":"{"}}'] },
    ],
    [
      { type: 'response.completed', response: { ...response, status: 'completed' } },
      { ...ends('completed'), id: 'r', usage },
    ],
    [
      {
        type: 'response.incomplete',
        response: {
          ...{ ...response, status: 'incomplete' },
          incomplete_details: { reason: 'max_output_tokens' },
        },
      },
      { ...ends('max_output_tokens'), id: 'r', usage },
    ],
    [
      { type: 'response.incomplete', response: { status: 'incomplete' } },
      { ...ends('incomplete') },
    ],
    [{ type: 'response.completed', response: {} }, ends('completed')],
  ])('%j', (body, expected) => {
    expect(said(body)).toEqual(expected);
  });

  test.each(['response.created', 'response.output_text.done', 'output_text.delta'])(
    '%s says nothing of the answer',
    (type) => {
      expect(isAnswer({ type, delta: 'hi', response })).toBe(false);
    },
  );
});

describe("Ollama's chats and completions", () => {
  test.each([
    [{ done: false, message: { content: 'hi' } }, { deltas: ['content:hi'] }],
    [{ done: false, response: 'hi' }, { deltas: ['content:hi'] }],
    [{ done: false, message: { content: '', thinking: 'hm' } }, { deltas: ['reasoning:hm'] }],
    // Counts and reasons are the last one's.
    [{ done: false, response: 'hi', done_reason: 'x', eval_count: 1 }, { deltas: ['content:hi'] }],
    [{ done: true }, ends('stop')],
    [
      { done: true, response: '!', done_reason: 'length', prompt_eval_count: 3, eval_count: 2 },
      { ...ends('length'), deltas: ['content:!'], usage: { inputTokens: 3, outputTokens: 2 } },
    ],
  ])('%j', (body, expected) => {
    expect(said(body)).toEqual(expected);
  });
});

describe("llama-server's completions", () => {
  const counts = { tokens_evaluated: 3, tokens_predicted: 2 };
  const usage = { inputTokens: 3, outputTokens: 2 };

  test.each([
    [{ content: 'hi', stop: false, ...counts }, { deltas: ['content:hi'] }],
    [
      { content: '', stop: true, ...counts, stop_type: 'eos' },
      { ...ends('eos'), usage },
    ],
    [
      { content: '', stop: true, ...counts, stop_type: 'limit' },
      { ...ends('length'), usage },
    ],
    // before it had a stop_type
    [
      { content: '', stop: true, ...counts, stopped_limit: true },
      { ...ends('length'), usage },
    ],
    [
      { content: '', stop: true, ...counts, stopped_limit: false },
      { ...ends('stop'), usage },
    ],
    [
      { content: '!', stop: true },
      { ...ends('stop'), deltas: ['content:!'] },
    ],
  ])('%j', (body, expected) => {
    expect(said(body)).toEqual(expected);
  });

  test.each([{ content: 'hi', stop: 'no' }, { content: ['hi'], stop: true }, { stop: true }])(
    '%j is none',
    (body) => {
      expect(isAnswer(body)).toBe(false);
    },
  );
});

describe("Gemini's candidates", () => {
  const candidates = [{ content: { parts: [{ text: 'hi' }] } }];

  test.each([
    [
      { candidates, responseId: 'g' },
      { id: 'g', deltas: ['content:hi'] },
    ],
    [
      { candidates: [{ finishReason: 'STOP' }], usageMetadata: { promptTokenCount: 3 } },
      { ...ends('STOP'), usage: { inputTokens: 3 } },
    ],
    [
      { candidates, usageMetadata: { candidatesTokenCount: 2, cachedContentTokenCount: 1 } },
      { deltas: ['content:hi'], usage: { outputTokens: 2, cachedTokens: 1 } },
    ],
    [
      { candidates, usageMetadata: { candidatesTokenCount: 2, thoughtsTokenCount: 5 } },
      { deltas: ['content:hi'], usage: { outputTokens: 7, reasoningTokens: 5 } },
    ],
    [
      { candidates, usageMetadata: { thoughtsTokenCount: 5 } },
      { deltas: ['content:hi'], usage: { reasoningTokens: 5 } },
    ],
  ])('%j', (body, expected) => {
    expect(said(body)).toEqual(expected);
  });
});

describe("DashScope's output", () => {
  const usage = { input_tokens: 3, output_tokens: 2 };

  test.each([
    [{ output: { text: 'hi', finish_reason: 'null' } }, { deltas: ['content:hi'] }],
    [
      { output: { text: 'hi', finish_reason: 'stop' }, usage, request_id: 'd' },
      {
        ...{ ...ends('stop'), id: 'd', deltas: ['content:hi'] },
        usage: { inputTokens: 3, outputTokens: 2 },
      },
    ],
    [
      { output: { choices: [{ message: { content: 'hi' } }] }, usage, request_id: 'd' },
      { id: 'd', deltas: ['content:hi'], usage: { inputTokens: 3, outputTokens: 2 } },
    ],
  ])('%j', (body, expected) => {
    expect(said(body)).toEqual(expected);
  });

  test.each([{ output: [{ text: 'hi' }] }, { output: null }, { output: 'hi' }, { output: {} }])(
    '%j is none',
    (body) => {
      expect(isAnswer(body)).toBe(false);
    },
  );
});

test('usage in the form of another API ends no answer by itself', () => {
  expect(
    readChunk({ type: 'message_start', message: { usage: { input_tokens: 3 } } }).isFinal,
  ).toBe(false);
});

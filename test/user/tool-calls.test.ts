import { expect, test } from 'vitest';
import { answerMessage } from '../../src/user/session.ts';
import { toolFields } from '../../src/user/tool-calls.ts';

const pieces = (...list: object[]) => list.map((piece) => JSON.stringify(piece));
const call = (id: string, name: string, args: string) => ({
  id,
  type: 'function',
  function: { name, arguments: args },
});

test('pieces of a call are put together, by their index', () => {
  const fields = toolFields(
    pieces(
      { index: 0, ...call('a', 'f', '') },
      { index: 1, ...call('b', 'g', '{') },
      { index: 0, function: { arguments: '{"q"' } },
      { index: 1, function: { arguments: '}' } },
      { index: 0, id: '', function: { name: null, arguments: ':1}' } },
    ),
  );
  expect(fields).toEqual({ tool_calls: [call('a', 'f', '{"q":1}'), call('b', 'g', '{}')] });
});

test.each([
  ['without an index', {}],
  ['that a server numbers 0 one and all', { index: 0 }],
])('whole calls %s are calls of their own', (_, numbered) => {
  const [a, b] = [call('a', 'f', '{}'), call('b', 'g', '{}')];
  expect(toolFields(pieces({ ...numbered, ...a }, { ...numbered, ...b }))).toEqual({
    tool_calls: [a, b],
  });
});

test('pieces without an index go on with the last call', () => {
  const fields = toolFields(pieces(call('a', 'f', '{'), { function: { arguments: '}' } }));
  expect(fields).toEqual({ tool_calls: [call('a', 'f', '{}')] });
});

test('what servers add is kept as it came', () => {
  const extra_content = { google: { thought_signature: 'x' } };
  const fields = toolFields(pieces({ index: 0, ...call('a', 'f', '{}'), extra_content }));
  expect(fields).toEqual({ tool_calls: [{ ...call('a', 'f', '{}'), extra_content }] });
});

test("OpenAI's older function call keeps its form", () => {
  const fields = toolFields(
    pieces(
      { function_call: { name: 'f', arguments: '' } },
      { function_call: { arguments: '{"q":' } },
      { function_call: { arguments: '1}' } },
    ),
  );
  expect(fields).toEqual({ function_call: { name: 'f', arguments: '{"q":1}' } });
});

test('an answer without tool calls has no field for them', () => {
  expect(toolFields([])).toBeUndefined();
  expect(JSON.parse(answerMessage('so', undefined).json.toString())).toEqual({
    role: 'assistant',
    content: 'so',
  });
});

test('the history has them as they came', () => {
  const fields = toolFields(pieces(call('a', 'f', '{}')));
  expect(JSON.parse(answerMessage('', undefined, fields).json.toString())).toEqual({
    role: 'assistant',
    content: '',
    tool_calls: [call('a', 'f', '{}')],
  });
});

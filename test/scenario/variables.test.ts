// biome-ignore-all lint/suspicious/noTemplateCurlyInString: they are what is tested.

import { describe, expect, test } from 'vitest';
import { UsageError } from '../../src/base/errors.ts';
import { type Environment, parsedWithVariables } from '../../src/scenario/variables.ts';

const ENV: Environment = {
  HOST: 'engine.internal',
  USERS: '12',
  NAME: '7',
  THINK: '2s',
  EMPTY: '',
  HEADERS: '{x-team: search}',
  MY_TOKEN: 'abcdefgh12',
};

const readOf = (text: string) => parsedWithVariables(text, ENV, 's.yaml');

function problemsOf(text: string): readonly string[] {
  try {
    readOf(text);
  } catch (error) {
    if (error instanceof UsageError) return error.problems;
    throw error;
  }
  throw new Error('no problem was found');
}

test.each<[string, unknown]>([
  ['target: {url: http://${HOST}:8000/v1}', { target: { url: 'http://engine.internal:8000/v1' } }],
  ['population:\n  users: ${USERS}', { population: { users: 12 } }],
  // In braces YAML needs the quotes, or not.
  ['population: { users: "${USERS}" }', { population: { users: 12 } }],
  ['population: {users: ${USERS}}', { population: { users: 12 } }],
  // A text's field takes the text.
  ['name: ${NAME}', { name: '7' }],
  ['pacing: {pauseSec: ${THINK}}', { pacing: { pauseSec: '2s' } }],
  ['seed: ${SEED:-5}', { seed: 5 }],
  ['name: ${EMPTY:-none}', { name: 'none' }],
  ['name: "${EMPTY}"', { name: '' }],
  ['name: a${UNSET:-}b', { name: 'ab' }],
  ['target: {headers: ${HEADERS}}', { target: { headers: { 'x-team': 'search' } } }],
  ['target: {headers: {x-n: "${USERS}"}}', { target: { headers: { 'x-n': '12' } } }],
  ['target: {body: {a: "${USERS}", b: ${USERS}}}', { target: { body: { a: '12', b: 12 } } }],
  ['conversation: {question: {text: "$${HOST} $5 $HOST"}}', text('${HOST} $5 $HOST')],
  ['# ${UNSET}\nseed: 3 # ${UNSET}', { seed: 3 }],
  ['sampling: {stop: [a, "${HOST}"]}', { sampling: { stop: ['a', 'engine.internal'] } }],
  ['seed: 4', { seed: 4 }],
])('%j', (source, value) => {
  expect(readOf(source)).toEqual(value);
});

function text(said: string) {
  return { conversation: { question: { text: said } } };
}

describe('problems, all at once', () => {
  test('variables that are not set: line, field, and what to do', () => {
    expect(problemsOf('name: x\ntarget:\n  url: ${A}\n  model: ${B}/${C-D}')).toEqual([
      'line 3: target.url: ${A} is not set in the environment; set A, or give a default: ${A:-…}',
      'line 4: target.model: ${B} is not set in the environment; set B, or give a default: ${B:-…}',
      'line 4: target.model: found ${C-D}; expected ${NAME} or ${NAME:-default}, or $${C-D} for the characters themselves',
    ]);
  });

  test('a value cannot bring fields with it', () => {
    const value = parsedWithVariables('name: ${X}', { X: 'a\nseed: 9' }, 's.yaml');
    expect(value).toEqual({ name: 'a\nseed: 9' });
  });

  test('a secret goes where it is known for one, and is shown nowhere', () => {
    const bearer = 'target: {headers: {Authorization: "Bearer ${MY_TOKEN}"}}';
    expect(readOf(bearer)).toEqual({
      target: { headers: { Authorization: 'Bearer abcdefgh12' } },
    });
    for (const leak of ['target: {model: ${MY_TOKEN}}', 'target: {headers: {x-a: ${MY_TOKEN}}}']) {
      const [problem] = problemsOf(leak);
      expect(problem).toMatch(/^line 1: target\..*: \$\{MY_TOKEN\} is called like a secret/);
      expect(problem).not.toContain('abcdefgh12');
    }
  });
});

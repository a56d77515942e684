import { expect, test } from 'vitest';
import { loadScenario, parseScenario } from '../../src/scenario/load.ts';
import { inTodaysWords, RENAMED } from '../../src/scenario/renamed.ts';

const file = 'trace.jsonl';
const old = {
  name: 'old',
  conversation: { source: 'mooncake', mooncake: { file, blockTokens: 16 } },
  population: { arrivals: { process: 'trace', slowdown: 2 } },
};

test('an old name is refused with the new one, as a field and as a value', () => {
  expect(() => parseScenario(old)).toThrow(
    [
      'scenario: 2 problems',
      '  conversation.source: mooncake is now source: trace, with conversation.trace',
      '  conversation.mooncake: is now conversation.trace, with source: trace',
    ].join('\n'),
  );
  expect(() => loadScenario('/dev/null', ['conversation.mooncake.file=x'])).toThrow(
    'conversation.mooncake: is now conversation.trace, with source: trace',
  );
});

test('the scenario of an older journal can be read in the words of today, and is left as it was', () => {
  const before = structuredClone(old);
  expect(parseScenario(inTodaysWords(old))).toEqual(
    parseScenario({
      ...old,
      conversation: { source: 'trace', trace: { file, blockTokens: 16 } },
    }),
  );
  expect(old).toEqual(before);
});

test('a scenario without old names stays as it is, and so does what is no scenario', () => {
  const scenario = parseScenario({ conversation: { rounds: 3 } });
  expect(inTodaysWords(scenario)).toBe(scenario);
  expect(inTodaysWords(undefined)).toBeUndefined();
});

test('no name in the table is one that is accepted today', () => {
  for (const name of Object.keys(RENAMED)) {
    const [path, value] = name.split('=') as [string, string?];
    const input = path
      .split('.')
      .reduceRight<unknown>((inner, key) => ({ [key]: inner }), value ?? {});
    expect(() => parseScenario(input)).toThrow(path);
  }
});

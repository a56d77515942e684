import { expect, test } from 'vitest';
import { parseScenario } from '../../src/scenario/load.ts';
import { RENAMED, upgraded } from '../../src/scenario/renamed.ts';
import { loadScenario } from '../support/composed.ts';

const file = 'trace.jsonl';
const old = {
  name: 'old',
  conversation: { source: 'mooncake', mooncake: { file, blockTokens: 16 } },
  population: { arrivals: { process: 'trace', slowdown: 2 } },
  output: { csv: 'all.csv' },
};

test('an old name is refused with the new one, as a field and as a value', () => {
  expect(() => parseScenario(old)).toThrow(
    [
      'scenario: 3 problems',
      '  conversation.source: found "mooncake"; it is now trace, with conversation.trace',
      `  conversation.mooncake: found {"file":"${file}","blockTokens":16}; it is now conversation.trace, with source: trace`,
      '  output.csv: found "all.csv"; it is now output.exports: [{format: csv, file: …}]',
    ].join('\n'),
  );
  expect(() => loadScenario('/dev/null', ['conversation.mooncake.file=x'])).toThrow(
    'conversation.mooncake: found {"file":"x"}; it is now conversation.trace',
  );
});

test('the scenario of an older journal can be read in the words of today, and is left as it was', () => {
  const before = structuredClone(old);
  expect(parseScenario(upgraded(old))).toEqual(
    parseScenario({
      ...old,
      conversation: { source: 'trace', trace: { file, blockTokens: 16 } },
      output: { exports: [{ format: 'csv', file: 'all.csv' }] },
    }),
  );
  expect(old).toEqual(before);
});

test.each([[parseScenario({})], [undefined], ['no scenario'], [{ output: null }]])(
  'what has no old name stays as it is: %j',
  (scenario) => expect(upgraded(scenario)).toBe(scenario),
);

test.each(RENAMED)('$path $value is accepted no more', ({ path, value = 1 }) => {
  const input = path.split('.').reduceRight<unknown>((inner, key) => ({ [key]: inner }), value);
  expect(() => parseScenario(input)).toThrow(`${path}: found ${JSON.stringify(value)}; it is now `);
});

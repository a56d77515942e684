import { expect, test } from 'vitest';
import { parseScenario } from '../../src/scenario/load.ts';
import { RENAMED, upgraded } from '../../src/scenario/renamed.ts';

test('the scenario of an older journal is what it is now', () => {
  const { exports: _, ...output } = parseScenario({}).output;
  const old = { ...parseScenario({}), output: { ...output, csv: 'all.csv' } };
  expect(() => parseScenario(old)).toThrow(/output\.csv/);
  expect(parseScenario(upgraded(old))).toEqual(
    parseScenario({ output: { exports: [{ format: 'csv', file: 'all.csv' }] } }),
  );
});

test.each([[parseScenario({})], [undefined], ['no scenario'], [{ output: null }]])(
  'what has no such field stays as it is: %j',
  (scenario) => expect(upgraded(scenario)).toBe(scenario),
);

test.each(RENAMED)('$path is a field no more', ({ path }) => {
  const [last, ...keys] = path.split('.').toReversed();
  const input = keys.reduce<object>((inner, key) => ({ [key]: inner }), { [last!]: 1 });
  expect(() => parseScenario(input)).toThrow(`${path}: found 1; it is now `);
});

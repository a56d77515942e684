import { expect, test } from 'vitest';
import { parseScenario, scenarioJsonSchema } from '../../src/scenario/load.ts';
import { withOverrides } from '../../src/scenario/overrides.ts';
import { at } from '../../src/scenario/paths.ts';

test.each<[path: string, text: string, number: number]>([
  ['stop.afterSec', '5m', 300],
  ['pacing.pauseSec', '1.5s', 1.5],
  ['engine.apiMs', '0.02s', 20],
  ['timeouts.firstTokenSec', '2min', 120],
  ['thresholds.ttftMs.p95', '0.5s', 500],
  ['output.metricsEverySec', '500ms', 0.5],
  ['engine.defects.expirySec', '1h', 3600],
])('%s: %s', (path, text, number) => {
  const input = withOverrides({}, [{ path: path.split('.'), value: text }]);
  expect(at(path.split('.'), parseScenario(input))).toBe(number);
});

test('distributions of times are of times', () => {
  const pauseSec = (value: unknown) => parseScenario({ pacing: { pauseSec: value } }).pacing;
  expect(pauseSec({ distribution: 'lognormal', mean: '1m', cv: 0.5, max: '1h' })).toMatchObject({
    pauseSec: { distribution: 'lognormal', mean: 60, cv: 0.5, max: 3600 },
  });
  expect(pauseSec({ distribution: 'data', values: ['1s', 2, '3000ms'] })).toMatchObject({
    pauseSec: { values: [1, 2, 3] },
  });
  expect(() => pauseSec({ distribution: 'gamma', mean: 1, cv: '1s' })).toThrow('cv: found "1s"');
});

test('what is no time is refused with what is accepted, and so is one where a rate belongs', () => {
  expect(() => parseScenario({ stop: { afterSec: 'soon' } })).toThrow(
    'stop.afterSec: found "soon"; expected a number of seconds, or a time such as 90s, 5m, 1h30m or 250ms',
  );
  expect(() =>
    parseScenario({ population: { arrivals: { process: 'constant', usersPerSec: '1s' } } }),
  ).toThrow('usersPerSec: found "1s"; expected number');
});

test('what a server takes under its own names is left as it is', () => {
  const target = { headers: { timeoutMs: '5s' }, body: { waitSec: '1m', more: { waitSec: '1m' } } };
  expect(parseScenario({ target }).target).toMatchObject(target);
});

test('the JSON Schema has both forms, and keeps what it says of the number', () => {
  const { properties } = scenarioJsonSchema() as { properties: Record<string, never> };
  const { afterSec, drainTimeoutSec } = at(['stop', 'properties'], properties) as never as Record<
    string,
    object
  >;
  expect(afterSec).toMatchObject({
    description: expect.stringContaining('stop after this long'),
    anyOf: [{ type: 'number', exclusiveMinimum: 0 }, { type: 'string' }],
  });
  expect(drainTimeoutSec).toMatchObject({ default: 120, anyOf: [{ minimum: 0 }, {}] });
});

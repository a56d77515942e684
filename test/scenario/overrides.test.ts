import { expect, test } from 'vitest';
import { parseScenario } from '../../src/scenario/load.ts';
import { withOverrides } from '../../src/scenario/overrides.ts';
import type { ScenarioInput } from '../../src/scenario/schema.ts';
import { scenarioYaml } from '../../src/scenario/yaml.ts';

test('a later override wins, whether it is a text or in parts, and the scenario given is left alone', () => {
  const scenario = { seed: 1, target: { headers: { a: '1' } } };
  const changed = withOverrides(scenario, [
    'seed=2',
    { path: ['seed'], value: '3' },
    { path: ['target', 'headers', 'X.Dotted'], value: 'a: b' },
    'stop.afterSec=4',
  ]);
  expect(changed).toEqual({
    seed: '3',
    target: { headers: { a: '1', 'X.Dotted': 'a: b' } },
    stop: { afterSec: 4 },
  });
  expect(scenario).toEqual({ seed: 1, target: { headers: { a: '1' } } });
});

test('a scenario is written in the order of the schema, without defaults, whatever it was made in', () => {
  const input: ScenarioInput = {
    stop: { afterSec: 3 },
    population: {
      users: 4,
      arrivals: { process: 'closed', concurrency: 2 },
      maxActive: undefined,
    },
    target: { headers: { b: '1', a: '2' }, url: 'embedded' },
    seed: 5,
  };
  expect(scenarioYaml(input, parseScenario(input))).toBe(
    [
      'seed: 5',
      'target:',
      '  url: embedded',
      '  headers:',
      '    b: "1"',
      '    a: "2"',
      'population:',
      '  arrivals:',
      '    process: closed',
      '    concurrency: 2',
      '  users: 4',
      'stop:',
      '  afterSec: 3',
      '',
    ].join('\n'),
  );
});

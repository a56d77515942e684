import { expect, test } from 'vitest';
import { UsageError } from '../../src/base/errors.ts';
import { environmentSettings, variableOf } from '../../src/scenario/environment.ts';
import { allFields, documentOf } from '../../src/scenario/fields.ts';
import { scenarioSchema } from '../../src/scenario/schema.ts';

test('every field has a variable of its own', () => {
  const fields = [...allFields(documentOf(scenarioSchema)).keys()];
  expect(fields.length).toBeGreaterThan(150);
  expect(new Set(fields.map(variableOf)).size).toBe(fields.length);
  expect(variableOf('population.arrivals.usersPerSec')).toBe(
    'CONFAB_POPULATION_ARRIVALS_USERS_PER_SEC',
  );
  expect(variableOf('engine.kvGB')).toBe('CONFAB_ENGINE_KV_GB');
});

test('values are YAML, those of texts are texts, and whole sections come before their fields', () => {
  expect(
    environmentSettings({
      CONFAB_POPULATION_ARRIVALS_CONCURRENCY: '9',
      CONFAB_POPULATION_ARRIVALS: '{process: closed, concurrency: 4}',
      CONFAB_NAME: '7',
      CONFAB_TARGET_STREAM: 'false',
      CONFAB_STOP_AFTER_SEC: '5m',
      CONFAB_SEED: '',
      OTHER: 'x',
    }),
  ).toEqual([
    { path: ['name'], value: '7' },
    {
      path: ['population', 'arrivals'],
      value: { process: 'closed', concurrency: 4 },
    },
    { path: ['target', 'stream'], value: false },
    { path: ['stop', 'afterSec'], value: '5m' },
    { path: ['population', 'arrivals', 'concurrency'], value: 9 },
  ]);
});

test('what Kubernetes says of a service called confab is no field', () => {
  expect(
    environmentSettings({
      CONFAB_SERVICE_HOST: '10.0.0.1',
      CONFAB_SERVICE_PORT_HTTP: '80',
      CONFAB_PORT: 'tcp://10.0.0.1:80',
      CONFAB_ENGINE_PORT_80_TCP_ADDR: '10.0.0.1',
    }),
  ).toEqual([]);
});

test('names that are no field are refused with what may have been meant; no value is shown', () => {
  const problems = (env: Record<string, string>): string => {
    try {
      return JSON.stringify(environmentSettings(env));
    } catch (error) {
      if (error instanceof UsageError) return error.message;
      throw error;
    }
  };
  const text = problems({
    CONFAB_POPULATION_USER: 'sk-secret-value-123',
    CONFAB_CONCURRENCY: '3',
    CONFAB_USER: '3',
    CONFAB_TARGET_HEADERS: '{a: [sk-secret-value-123',
  });
  expect(text).toMatch(/^environment: 4 problems/);
  expect(text).toContain(
    'CONFAB_POPULATION_USER: no field of a scenario (did you mean CONFAB_POPULATION_USERS?); expected its path in capitals',
  );
  expect(text).toContain('(did you mean CONFAB_POPULATION_ARRIVALS_CONCURRENCY or ');
  expect(text).toContain('CONFAB_TARGET_HEADERS: the value is not YAML: ');
  expect(text).toContain(
    'CONFAB_USER: no field of a scenario (did you mean CONFAB_POPULATION_USERS, ',
  );
  expect(text).not.toContain('secret-value');
});

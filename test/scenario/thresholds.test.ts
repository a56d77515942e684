import { expect, test } from 'vitest';
import { parseScenario, scenarioJsonSchema } from '../../src/scenario/load.ts';

test('a limit is read for any metric and statistic', () => {
  const thresholds = { maxErrorRate: 0.1, iclMs: { p9999: 80, std: 2 }, turnsDone: { min: 1 } };
  expect(parseScenario({ thresholds }).thresholds).toEqual(thresholds);
});

test.each([
  [{ ttft: { p50: 1 } }, /thresholds\.ttft: unknown field; accepted here: maxErrorRate, ttftMs, /],
  [
    { ttftMs: { p42: 1 } },
    /thresholds\.ttftMs\.p42: unknown field; accepted here: mean, std, min, /,
  ],
  [{ ttftMs: { count: 1 } }, /thresholds\.ttftMs\.count: unknown field/],
  [{ itlMs: { p99: 0 } }, /thresholds\.itlMs\.p99: found 0; .*>0/],
  [{ itlMs: 7 }, /thresholds\.itlMs: found 7; expected object/],
  [{ maxErrorRate: 2 }, /thresholds\.maxErrorRate: found 2; .*<=1/],
])('%j is refused with what is accepted', (thresholds, message) => {
  expect(() => parseScenario({ thresholds })).toThrow(message);
});

test('the JSON Schema describes the limits once, and every metric in words', () => {
  const { properties, $defs } = scenarioJsonSchema() as {
    properties: { thresholds: { properties: Record<string, object> } };
    $defs: Record<string, { properties: object; additionalProperties: boolean }>;
  };
  expect(properties.thresholds.properties['latencyMs']).toEqual({
    $ref: '#/$defs/limits',
    description: 'latency ms: end of the response minus sent',
  });
  expect(Object.keys($defs['limits']!.properties)).toContain('p999');
  expect($defs['limits']!.additionalProperties).toBe(false);
});

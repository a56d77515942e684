import { expect, test } from 'vitest';
import { type FieldPath, fieldOf } from '../../src/scenario/field.ts';

test.each<[FieldPath, object]>([
  ['seed', { default: 0, description: 'names every random stream of the run' }],
  ['engine.gpu', { default: 'a100', type: 'string' }],
  ['engine.blocks', { type: 'integer', minimum: 2 }],
  ['engine.kvGB', { type: 'number', exclusiveMinimum: 0 }],
  ['engine.policy', { default: 'fcfs', enum: expect.arrayContaining(['fcfs', 'priority']) }],
  ['engine.offload.cpu.capacityGB', { type: 'number' }],
  ['thresholds.maxErrorRate', { minimum: 0, maximum: 1 }],
  ['timeouts.totalSec', { default: null, type: 'number', exclusiveMinimum: 0 }],
  // Of a member of a union, and of an object that may be left out.
  ['population.arrivals.concurrency', { type: 'integer', minimum: 1 }],
  ['population.rampUp.history', { default: 'synthesised' }],
])('%s', (path, says) => {
  expect(fieldOf(path)).toMatchObject(says);
});

test('a field without a default has none', () => {
  expect(fieldOf('engine.blocks')).not.toHaveProperty('default');
});

test('a path that the schema does not have does not compile', () => {
  // @ts-expect-error
  expect(() => fieldOf('population.usres')).toThrow('no field population.usres');
  // @ts-expect-error
  expect(() => fieldOf('seed.deeper')).toThrow('no field seed.deeper');
});

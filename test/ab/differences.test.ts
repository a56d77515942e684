import { expect, test } from 'vitest';
import { CONTROL_NAMES } from '../../src/ab/controls.ts';
import { armDifferences, controlsFor } from '../../src/ab/differences.ts';

test('arms differ in the fields that one of them has, or has otherwise', () => {
  const a = { engine: { blocks: 10, gpu: 'a100' }, seed: 1 };
  const b = { engine: { gpu: 'h100', blocks: 10, offload: { preset: 'vllm' } }, seed: 1 };
  expect(armDifferences(a, b)).toEqual([
    { path: 'engine.gpu', a: 'a100', b: 'h100' },
    { path: 'engine.offload', a: undefined, b: { preset: 'vllm' } },
  ]);
  expect(armDifferences(a, a)).toEqual([]);
});

test.each([
  ['engine.offload.cpu', false, CONTROL_NAMES, true],
  // A brings back what was evicted, too.
  ['engine.offload.cpu', true, ['floor', 'salt', 'no-reuse', 'fits'], true],
  ['engine.prefixCaching', false, ['floor', 'salt', 'no-reuse'], true],
  ['engine.policy', false, ['floor', 'salt', 'no-reuse'], false],
  ['target.url', false, ['floor', 'salt', 'no-reuse'], false],
])('what %s gains has to stand its controls', (path, hasTiers, controls, isOfReuse) => {
  expect(controlsFor([{ path, a: 1, b: 2 }], hasTiers)).toEqual({ controls, isOfReuse });
});

test('a gain of two differences has to stand the controls of both, and is of reuse if both are', () => {
  const differences = ['engine.offload.cpu', 'engine.gpu'].map((path) => ({ path, a: 1, b: 2 }));
  expect(controlsFor(differences, false)).toEqual({
    controls: ['floor', 'salt', 'no-reuse'],
    isOfReuse: false,
  });
});

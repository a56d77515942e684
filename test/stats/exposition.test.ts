import { expect, test } from 'vitest';
import { samplesOf } from '../../src/stats/exposition.ts';

const PAGE = `# HELP up is it
# TYPE up gauge
up 1
vllm:x_total{model_name="a, \\"b\\" {c}",engine="0"} 3.5e+06
vllm:x_total{engine="1"} +Inf 1700000000000
vllm:y_bucket{le="+Inf"} 7

broken{
`;

test('samples have their names, labels and values, whatever stands in a label', () => {
  expect(samplesOf(PAGE, () => true)).toEqual([
    { name: 'up', labels: {}, value: 1 },
    { name: 'vllm:x_total', labels: { model_name: 'a, \\"b\\" {c}', engine: '0' }, value: 3.5e6 },
    { name: 'vllm:x_total', labels: { engine: '1' }, value: Number.NaN },
    { name: 'vllm:y_bucket', labels: { le: '+Inf' }, value: 7 },
  ]);
});

test('only what is wanted is read', () => {
  expect(samplesOf(PAGE, (name) => name === 'up')).toHaveLength(1);
});

import { expect, test } from 'vitest';
import { labelsOf, samplesOf } from '../../src/server/exposition.ts';

const PAGE = `# HELP up is it
# TYPE up gauge
up 1
vllm:x_total{model_name="a, \\"b\\" {c}",engine="0"} 3.5e+06
vllm:x_total{engine="1"} +Inf 1700000000000
vllm:y_bucket{le="+Inf"} 7

broken{
broken{x="1"}
 3
{x="1"} 3
last{} 5`;

test('samples have their names, labels and values, whatever stands in a label', () => {
  const samples = samplesOf(PAGE, () => true);
  expect(
    samples.map(({ labelText, ...sample }) => ({ ...sample, labels: labelsOf(labelText) })),
  ).toEqual([
    { name: 'up', labels: {}, value: 1 },
    { name: 'vllm:x_total', labels: { model_name: 'a, \\"b\\" {c}', engine: '0' }, value: 3.5e6 },
    { name: 'vllm:x_total', labels: { engine: '1' }, value: Number.NaN },
    { name: 'vllm:y_bucket', labels: { le: '+Inf' }, value: 7 },
    { name: 'last', labels: {}, value: 5 },
  ]);
});

test('only what is wanted is read', () => {
  expect(samplesOf(PAGE, (name) => name === 'up')).toHaveLength(1);
});

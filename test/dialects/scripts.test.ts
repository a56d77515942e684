import { expect, test } from 'vitest';
import { withVerb } from '../../src/dialects/scripts.ts';

test.each([
  ['./bench/multi-round-qa.py', ['multi-round-qa']],
  ['synthetic_prefix_sharing_dataset', ['dataset', 'shared-prefix']],
  ['generator.dataset_generator.multiturn_prefix_sharing_dataset', ['dataset', 'multi-turn']],
  ['generator/dataset_generator/utility.py', []],
  ['aibrix/benchmarks/generator/dataset_generator/utility.py', []],
  ['utility.py', []],
])('%s is the verb that has its flags, whatever it is behind', (script, verb) => {
  expect(withVerb([script, '--x', '1'])).toEqual([...verb, '--x', '1']);
});

test('verbs stay, and a script whose name is only like one', () => {
  for (const first of ['run', 'dataset', 'utilities', '--version', 'toString']) {
    expect(withVerb([first, 'x'])).toEqual([first, 'x']);
  }
  expect(() => withVerb(['benchmark_serving.py'])).toThrow('expected confab run --url URL --qps');
});

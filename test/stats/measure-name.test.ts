import { expect, test } from 'vitest';
import { named } from '../../src/stats/measure-name.ts';

const KNOWN = { totals: ['goodput.share'], statistics: ['mean', 'p95'] } as const;
const read = (name: string) => named(name, KNOWN, '--x');

test('a number is a metric with or without its unit and a statistic, or one of the whole run', () => {
  expect(read('ttft.p95')).toEqual({ metric: 'ttftMs', statistic: 'p95' });
  expect(read('ttftMs.mean')).toEqual({ metric: 'ttftMs', statistic: 'mean' });
  expect(read('goodput.share')).toEqual({ total: 'goodput.share' });
});

test.each([
  ['tfft.p95', "--x: found 'tfft.p95' (did you mean ttft.p95?); expected a metric"],
  ['goodput.shre', "--x: found 'goodput.shre' (did you mean goodput.share?); expected a metric"],
  ['nosuch', "--x: found 'nosuch'; expected a metric"],
  ['ttft.p99', "--x: found 'ttft.p99' (did you mean ttft.p95?); expected a metric"],
  ['ttft.p95.p95', "--x: found 'ttft.p95.p95'; expected a metric"],
])('%s is refused, with what is near it', (name, message) => {
  expect(() => read(name)).toThrow(message);
});

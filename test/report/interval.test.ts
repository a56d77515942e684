import { expect, test } from 'vitest';
import { intervalLine } from '../../src/report/interval.ts';
import { Intervals } from '../../src/stats/interval.ts';
import { turnRecord } from '../record/sample.ts';

test('an interval is one line; an idle one has zeros and dashes', () => {
  const intervals = new Intervals(0);
  intervals.add(turnRecord());
  intervals.add(turnRecord({ status: 'http' }));
  expect(intervalLine(intervals.cut(30_000, 3))).toMatchInlineSnapshot(
    `"30.0 s, last 30.0 s: 1 completed, 1 failed, 3 in flight, 0.167 sent/s, 0.033 completed/s, input 34.40 tokens/s, output 0.333 tokens/s, mean TTFT 100.0 ms, mean TPOT 10.56 ms"`,
  );
  expect(intervalLine(intervals.cut(60_000, 3))).toMatchInlineSnapshot(
    `"60.0 s, last 30.0 s: 0 completed, 0 failed, 3 in flight, 0 sent/s, 0 completed/s, input 0 tokens/s, output 0 tokens/s, mean TTFT - ms, mean TPOT - ms"`,
  );
});

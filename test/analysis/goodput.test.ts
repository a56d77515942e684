import { describe, expect, test } from 'vitest';
import { goodputOf, goodputTargets } from '../../src/analysis/goodput.ts';
import type { AnalysedRequest } from '../../src/analysis/request.ts';

function ok(latencySec: number, ttftSec?: number, tpotSec?: number): AnalysedRequest {
  return { status: 'success', latencySec, ttftSec, tpotSec };
}

const FAST_FAILURE: AnalysedRequest = { status: 'error', startSec: 0, endSec: 0.001 };

describe('001-40: goodput', () => {
  test('is a rate and a share of what completed or failed; a failure is never good', () => {
    const requests = [ok(1), ok(2), ok(3), FAST_FAILURE];
    expect(goodputOf(requests, goodputTargets(['e2e:2']), 10)).toEqual({
      targets: [{ metric: 'e2e', maxSec: 2, good: 2, share: 0.5 }],
      ...{ good: 2, judged: 4, share: 0.5, perSec: 0.2 },
    });
  });

  test('with several targets is of requests that meet all of them', () => {
    const requests = [ok(1, 0.1, 0.01), ok(1, 0.9, 0.01), ok(9, 0.1, 0.01), ok(1, 0.1, 0.5)];
    const targets = goodputTargets(['e2e:2', 'ttft:0.5,tpot:.1']);
    const { good, share, targets: each } = goodputOf(requests, targets, undefined);
    expect({ good, share }).toEqual({ good: 1, share: 0.25 });
    expect(each.map((one) => one.good)).toEqual([3, 3, 3]);
  });

  test('does not judge what was cut off or never sent', () => {
    const cut: AnalysedRequest[] = [{ status: 'cancelled' }, { status: 'unsent' }];
    expect(goodputOf([ok(1), ...cut], goodputTargets(['e2e:2']), 1)).toMatchObject({
      ...{ good: 1, judged: 1, share: 1 },
    });
  });

  test('takes an answer of one token, which has no TPOT, for good', () => {
    const requests = [ok(1, 0.1, 0.01), ok(1, 0.1)];
    expect(goodputOf(requests, goodputTargets(['tpot:0.05']), 1)).toMatchObject({ share: 1 });
  });

  test('is unknown where no answer has what is limited, as TTFT of answers that came whole', () => {
    const whole = goodputOf([ok(1), FAST_FAILURE], goodputTargets(['ttft:1']), 1);
    expect(whole).not.toHaveProperty('share');
    expect(whole).not.toHaveProperty('perSec');
    const failed = goodputOf([FAST_FAILURE], goodputTargets(['ttft:1']), 1);
    expect(failed).toMatchObject({ good: 0, judged: 1, share: 0, perSec: 0 });
    expect(goodputOf([], goodputTargets(['ttft:1']), 1)).not.toHaveProperty('share');
  });

  test.each(['itl:1', 'e2e', 'e2e:-1', 'e2e:x', 'e2e:1s', ''])('refuses %j', (text) => {
    expect(() => goodputTargets([text])).toThrow(
      `--goodput-target: found '${text}'; expected METRIC:SECONDS, as ttft:0.5, where METRIC is one of e2e, ttft, tpot`,
    );
  });

  test('refuses two limits of one metric', () => {
    expect(() => goodputTargets(['e2e:1,e2e:2'])).toThrow('e2e is given twice; expected once');
  });
});

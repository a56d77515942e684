import { expect, test } from 'vitest';
import { evictionSections } from '../../src/report/evictions.ts';
import { sectionsText } from '../../src/report/render/text.ts';
import { summarise } from '../../src/report/run-summary.ts';
import type { EvictionsSummary } from '../../src/server/evictions.ts';
import { footer, header, sampleRecords } from '../record/sample.ts';

const summary = summarise({
  parts: [{ header: header(), records: sampleRecords({ users: 2 }), footer: footer() }],
  warnings: [],
});

const text = (evictions?: EvictionsSummary): string =>
  sectionsText(evictionSections({ ...summary, ...(evictions && { evictions }) }));

test('evictions are said by memory and by whom, with their times', () => {
  const gpu = { total: 1500, own: 300, other: 1200, unknown: 0 };
  const cpu = { total: 1, own: 0, other: 0, unknown: 1 };
  const disk = { total: 8, own: 1, other: 3, unknown: 4 };
  const lifetimeSec = { count: 1500, mean: 12.3456, p50: 10, p99: 58.21 };
  expect(
    text({
      blocks: { gpu, cpu, disk, remote: { total: 0, own: 0, other: 0, unknown: 0 } },
      ...{
        lifetimeSec,
        idleSec: { count: 1500, mean: 4000, p50: 1700 },
        reuseGapSec: { count: 0 },
      },
    }),
  ).toMatchInlineSnapshot(`
    "Evictions
      gpu             1500 blocks: 20.0 % for their own session, 80.0 % for another
      cpu             1 block, for whom is unknown: requests name no session
      disk            8 blocks: 25.0 % for their own session, 75.0 % for another, of
                      the 4 where both are known
      lifetime        mean 12.35 s, p50 10.00, p99 58.21, from stored to evicted
      idle            mean 4000 s, p50 1700, p99 -, since stored or last found again
                      of 1500 blocks of the GPU; percentiles are as good as the
                      engine's buckets"
  `);
});

test('nothing is said where nothing is known, or was lost', () => {
  expect(text()).toBe('');
  expect(text({ blocks: { gpu: { total: 0, own: 0, other: 0, unknown: 0 } } })).toBe('');
  expect(text({ lifetimeSec: { count: 0 } })).toBe('');
});

import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import type { Factors } from '../../../../src/workload/timed/planned.ts';
import { readCloudIde } from '../../../../src/workload/timed/stat/cloudide.ts';
import { readMaas } from '../../../../src/workload/timed/stat/maas.ts';
import { type StatSection, statPlan } from '../../../../src/workload/timed/stat/stat.ts';
import { timeMsOf } from '../../../../src/workload/timed/stat/time.ts';
import { scratchDir } from '../../scratch.ts';

const dir = scratchDir();
const SAME: Factors = { rate: 1, input: 1, output: 1 };

function csv(name: string, ...lines: string[]): string {
  const file = join(dir, name);
  writeFileSync(file, `${lines.join('\n')}\n`);
  return file;
}

const MINUTES = ['2024-10-1 00:00:00', '2024-10-1 00:01:00', '2024-10-1 00:02:00'];
/** A line a minute, of the same cells. */
const minutes = (...cells: string[]) =>
  MINUTES.map((time, i) => `${time},${cells[i % cells.length]}`);

const traffic = csv(
  'traffic.csv',
  '"Time","Total","Success","4xx Error"',
  ...minutes('60,50,2', '9,8,1'),
);
const prompts = csv('prompts.csv', '"Time","P50","P70","P90","P99"', ...minutes('60,110,220,400'));
const answers = csv('answers.csv', '"Time","P50","P70","P95","P99"', ...minutes('20,40,80,100'));

const maas = (files: { traffic?: string; prompts?: string; answers?: string } = {}) =>
  readMaas({
    traffic: files.traffic ?? traffic,
    promptLengths: files.prompts ?? prompts,
    completionLengths: files.answers ?? answers,
  });
const planned = (sections: StatSection[], factors = SAME, durationMs = 180_000) => [
  ...statPlan({ seed: 1, durationMs, sections, factors }),
];

function percentile(values: readonly number[], share: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.ceil(share * sorted.length) - 1]!;
}

describe('the maas form', () => {
  test('001-17 has the rate of Success in each row, for as long as the next row is away', () => {
    const sections = maas();
    expect(sections.map(({ perSec, lengthMs }) => [perSec, lengthMs])).toEqual([
      [50, 60_000],
      [8, 60_000],
      [50, 60_000],
    ]);
    const plan = planned(sections);
    const inMinute = (minute: number) =>
      plan.filter(({ atMs }) => Math.floor(atMs / 60_000) === minute).length;
    for (const [minute, expected] of [3000, 480, 3000].entries()) {
      expect(Math.abs(inMinute(minute) - expected)).toBeLessThan(4 * Math.sqrt(expected));
    }
  });

  test('001-17 every percentile is met within 10 %, in a minute of 480 requests as well', () => {
    const plan = planned(maas());
    for (const minute of [0, 1, 2]) {
      const own = plan.filter(({ atMs }) => Math.floor(atMs / 60_000) === minute);
      const [inputs, outputs] = [
        own.map(({ inputTokens }) => inputTokens!),
        own.map(({ outputTokens }) => outputTokens!),
      ];
      for (const [share, tokens] of [
        [0.5, 60],
        [0.7, 110],
        [0.9, 220],
        [0.99, 400],
      ] as const) {
        expect(Math.abs(percentile(inputs, share) / tokens - 1)).toBeLessThan(0.1);
      }
      for (const [share, tokens] of [
        [0.5, 20],
        [0.7, 40],
        [0.95, 80],
        [0.99, 100],
      ] as const) {
        expect(Math.abs(percentile(outputs, share) / tokens - 1)).toBeLessThan(0.1);
      }
    }
  });

  test.each([
    [
      'with 5xx errors',
      { traffic: csv('t5.csv', 'Time,Total,Success,4xx Error,5xx Error', ...minutes('60,50,2,8')) },
    ],
    [
      'of percentiles alone, without times',
      { prompts: csv('p3.csv', 'P50,P70,P99', '2000,4000,10000', '1,2,3', '2,2,2') },
    ],
    ['with P95 for prompts and P90 for answers', { prompts: answers, answers: prompts }],
    [
      'with CRLF and a byte order mark',
      { prompts: csv('pc.csv', '\ufeffTime,P50,P90\r', ...minutes('60,90\r')) },
    ],
    [
      'in milliseconds since 1970',
      {
        traffic: csv('te.csv', 'Time,Success', '1727740800000,5', '1727740860000,5'),
        prompts,
        answers,
      },
    ],
  ])('001-18 is read %s', (_name, files) => {
    expect(maas(files)[0]!.inputTokens!(0.5)).toBeGreaterThan(0);
    expect(planned(maas(files)).length).toBeGreaterThan(0);
  });

  test('goes by rows whose time all files have', () => {
    const two = csv('two.csv', 'Time,P50', `${MINUTES[0]},5`, `${MINUTES[2]},7`);
    const sections = maas({ prompts: two });
    expect(sections.map(({ lengthMs }) => lengthMs)).toEqual([120_000, 120_000]);
    expect(sections.map(({ inputTokens }) => inputTokens!(0.5))).toEqual([5, 7]);
  });

  test('001-20 factors multiply the rate and the lengths', () => {
    const [whole, tenth] = [
      planned(maas(), SAME),
      planned(maas(), { rate: 0.1, input: 0.5, output: 2 }),
    ];
    expect(Math.abs(tenth.length * 10 - whole.length)).toBeLessThan(
      4 * Math.sqrt(10 * whole.length),
    );
    expect(
      percentile(
        tenth.map(({ inputTokens }) => inputTokens!),
        0.9,
      ) / 110,
    ).toBeCloseTo(1, 0);
    expect(
      percentile(
        tenth.map(({ outputTokens }) => outputTokens!),
        0.5,
      ) / 40,
    ).toBeCloseTo(1, 0);
  });

  test.each([
    [
      { prompts: csv('w1.csv', 'Time,P50,P90', ...minutes('60,50')) },
      /w1\.csv: line 2: P90: found 50; expected at least P50, 60/,
    ],
    [
      { prompts: csv('w2.csv', 'Time,P50', ...minutes('-3')) },
      /w2\.csv: line 2: P50: found "-3"; expected a number of at least 0/,
    ],
    [
      { prompts: csv('w3.csv', 'Time,mean', ...minutes('3')) },
      /w3\.csv: line 1: found columns Time,mean; expected percentiles/,
    ],
    [
      { prompts: csv('w4.csv', 'P50', '3') },
      /w4\.csv: found 1 rows; expected 3, as in .*traffic\.csv/,
    ],
    [
      { prompts: csv('w5.csv', 'Time,P50', '2023-1-1 00:00:00,3') },
      /traffic\.csv: found no time that .*w5\.csv/,
    ],
    [
      { traffic: csv('w6.csv', 'Time,Failed', ...minutes('3')) },
      /w6\.csv: line 1: found columns Time,Failed; expected Success, Total or Rate/,
    ],
    [
      { traffic: csv('w7.csv', 'Time,Success', 'yesterday,3') },
      /w7\.csv: line 2: Time: found "yesterday"/,
    ],
    [
      { traffic: csv('w8.csv', 'Time,Success', `${MINUTES[1]},3`, `${MINUTES[0]},3`) },
      /w8\.csv: line 3: Time: found one that is not after/,
    ],
    [
      { traffic: csv('w9.csv', 'Time,Success', `${MINUTES[1]},3,4`) },
      /w9\.csv: line 2: found 3 cells; expected 2/,
    ],
    [{ traffic: csv('w10.csv', 'Time,Success') }, /w10\.csv: found no row below Time,Success/],
  ])('that is wrong is refused: %#', (files, message) => {
    expect(() => maas(files)).toThrow(message);
  });
});

describe('the cloudide form', () => {
  const rates = (times: readonly string[]) =>
    csv(
      'ide.csv',
      'Time,sum of requests',
      ...['10', 'undefined', '4'].map((rate, i) => `${times[i]},${rate}`),
    );
  const bytes = (head: string, times: readonly string[]) =>
    csv(
      'bytes.csv',
      head,
      ...['400,200', '450,210', '500,220'].map((row, i) => `${times[i]},${row}`),
    );
  const EPOCH = ['1727740800000', '1727740860000', '1727740920000'];

  test.each([
    ['as in the README', 'Time,recv_bytes,sent_bytes', MINUTES],
    ["as a dashboard's", 'Time,recv_bytes.rate@host,sent_bytes.rate@host', MINUTES],
    ['in milliseconds since 1970', 'Time,recv_bytes,sent_bytes', EPOCH],
  ])(
    '001-19 %s: prompts from what was received, answers from what was sent',
    (_name, head, times) => {
      const file = bytes(head, times);
      const sections = readCloudIde({
        traffic: rates(times),
        promptLengths: file,
        completionLengths: file,
      });
      expect(sections.map(({ perSec, lengthMs }) => [perSec, lengthMs])).toEqual([
        [10, 60_000],
        [0, 60_000],
        [4, 60_000],
      ]);
      expect(sections.map(({ inputTokens }) => inputTokens?.(0.9))).toEqual([40, undefined, 125]);
      expect(sections.map(({ outputTokens }) => outputTokens?.(0.9))).toEqual([20, undefined, 55]);
      const plan = planned(sections);
      expect(plan.some(({ atMs }) => atMs >= 60_000 && atMs < 120_000)).toBe(false);
    },
  );

  test('001-19 columns of several hosts are added, and one file is enough for both lengths', () => {
    const file = csv(
      'hosts.csv',
      'Time,recv_bytes.rate@a,recv_bytes.rate@b,sent_bytes',
      ...minutes('30,50,20'),
    );
    const sections = readCloudIde({
      traffic: rates(MINUTES),
      promptLengths: file,
      completionLengths: undefined,
    });
    expect([sections[0]!.inputTokens!(0.5), sections[0]!.outputTokens!(0.5)]).toEqual([8, 2]);
  });

  test('bytes of no known name are refused', () => {
    const file = csv('wrong.csv', 'Time,received', ...minutes('1'));
    expect(() =>
      readCloudIde({ traffic: rates(MINUTES), promptLengths: file, completionLengths: file }),
    ).toThrow(/wrong\.csv: line 1: found columns Time,received; expected recv_bytes/);
  });
});

test('times are read as dashboards write them', () => {
  const expected = Date.UTC(2024, 9, 1, 8, 5);
  for (const text of [
    '2024-10-1 08:05:00',
    '2024-10-01T08:05:00Z',
    '2024-10-01 08:05',
    '2024-10-01T10:05:00+02:00',
    '1727769900000',
    '1727769900',
  ]) {
    expect(timeMsOf(text)).toBe(expected);
  }
  expect(timeMsOf('2024-10-1 08:05:00.25')).toBe(expected + 250);
  for (const text of ['', 'noon', '2024-13-1', '2024-10-1 25:00:00', '1/10/2024']) {
    expect(timeMsOf(text)).toBeUndefined();
  }
});

import { expect, test } from 'vitest';
import { placeParts, totalMs, union, unionOfWindows } from '../../../src/stats/time/timeline.ts';
import { footer, header, samplePart, turnRecord } from '../../record/sample.ts';

const span = (startMs: number, endMs: number) => ({ startMs, endMs });

test.each([
  [[], [], 0],
  [[span(0, 5), span(7, 9)], [span(0, 5), span(7, 9)], 7],
  [[span(7, 9), span(0, 8)], [span(0, 9)], 9],
  [[span(0, 9), span(2, 3), span(9, 10)], [span(0, 10)], 10],
])('the union of %j is %j, %d ms long', (intervals, expected, lengthMs) => {
  expect(union(intervals)).toEqual(expected);
  expect(totalMs(union(intervals))).toBe(lengthMs);
});

const measured = (parts: Parameters<typeof placeParts>[0]) =>
  placeParts(parts).map((part) => part.measured);

test('wall-clock parts lie where their epoch says: resumes add up, partitions lie beside each other', () => {
  const { originEpochMs } = header();
  const resume = samplePart({
    header: header({ part: 1, originEpochMs: originEpochMs + 500_000 }),
  });
  const partition = samplePart({ header: header({ originEpochMs: originEpochMs + 1000 }) });
  expect(totalMs(union(measured([samplePart(), resume])))).toBe(240_000);
  expect(totalMs(union(measured([samplePart(), partition])))).toBe(121_000);
});

test('virtual parts have no epoch: partitions begin together, a resume follows the longest of them', () => {
  const part = (number: number, measureEndMs: number) =>
    samplePart({
      header: header({ clock: 'virtual', originEpochMs: 0, part: number }),
      footer: footer({ measureEndMs }),
    });
  expect(measured([part(0, 100), part(0, 300), part(0, 200), part(1, 50), part(2, 9)])).toEqual([
    ...[span(0, 100), span(0, 300), span(0, 200)],
    ...[span(300, 350), span(350, 359)],
  ]);
  expect(measured([part(0, 0), part(1, 50)])).toEqual([span(0, 0), span(0, 50)]);
});

test('a part without a footer lasts from its first due time to its last end, warm-up left out', () => {
  const part = samplePart({
    footer: undefined,
    records: [
      turnRecord({ sentMs: 10, intendedMs: 5, phase: 'warmup' }),
      turnRecord({ sentMs: 2000, intendedMs: 1000 }),
      turnRecord({ sentMs: 3000, endMs: 9000 }),
      turnRecord({ sentMs: 4000, endMs: undefined }),
    ],
  });
  const [placed] = placeParts([part]);
  const whole = { ...span(1000, 9000), isFinished: false };
  expect(placed).toMatchObject({ measured: span(1000, 9000), offering: span(1000, 9000) });
  expect(placed).toMatchObject({ arriving: whole, fallingDue: whole, isEstimated: true });
  const unsent = { sentMs: undefined, intendedMs: 7, endMs: undefined } as const;
  const instant = samplePart({ footer: undefined, records: [{ ...turnRecord(), ...unsent }] });
  expect(measured([instant])).toEqual([span(7, 7)]);
  expect(measured([samplePart({ footer: undefined, records: [] })])).toEqual([span(0, 0)]);
});

const window = (startMs: number, endMs: number, isFinished: boolean) => ({
  ...{ startMs, endMs, isFinished },
});

test.each([
  [[window(0, 9, true), window(2, 9, false)], [window(0, 9, false)]],
  [[window(0, 9, true), window(2, 9, true)], [window(0, 9, true)]],
  [[window(0, 9, true), window(2, 8, false)], [window(0, 9, true)]],
  [[window(0, 7, true), window(2, 8, false)], [window(0, 8, false)]],
  [
    [window(0, 2, false), window(3, 4, true)],
    [window(0, 2, false), window(3, 4, true)],
  ],
])('windows %j end as the last of those beside each other: %j', (windows, expected) => {
  expect(unionOfWindows(windows)).toEqual(expected);
});

test('requests can fall due until the drain; conversations come until the last of them has', () => {
  const of = (fields: Parameters<typeof footer>[0]) => {
    const [{ offering, arriving, fallingDue }] = placeParts([
      samplePart({ header: header(), footer: footer(fields) }),
    ]) as [ReturnType<typeof placeParts>[number]];
    return { offering, arriving, fallingDue };
  };
  const offering = span(0, 110_000);
  const [finished, cutOff] = [true, false].map((isFinished) => ({ ...offering, isFinished }));
  expect(of({})).toEqual({ offering, arriving: cutOff, fallingDue: cutOff });
  expect(of({ arrivalsEndMs: 5000 })).toEqual({
    ...{ offering, arriving: window(0, 5000, true), fallingDue: finished },
  });
  expect(of({ arrivalsEndMs: 5000, stoppedBy: 'duration' })).toMatchObject({
    ...{ arriving: window(0, 5000, true), fallingDue: cutOff },
  });
  expect(of({ arrivalsEndMs: -5, measureStartMs: 7 }).arriving).toEqual(window(7, 7, true));
});

test('what lies elsewhere on the timeline is shifted as a whole', () => {
  const { originEpochMs } = header();
  const later = samplePart({
    header: header({ originEpochMs: originEpochMs + 500 }),
    footer: footer({
      ...{ measureStartMs: 10, drainStartMs: 80, measureEndMs: 90 },
      arrivalsEndMs: 70,
    }),
  });
  expect(placeParts([samplePart(), later])[1]).toMatchObject({
    ...{ offsetMs: 500, measured: span(510, 590), offering: span(510, 580) },
    ...{ arriving: window(510, 570, true), fallingDue: window(510, 580, true) },
    isEstimated: false,
  });
});

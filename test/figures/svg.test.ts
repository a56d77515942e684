import { describe, expect, test } from 'vitest';
import { lettersWidth } from '../../src/figures/letters.ts';
import type { Panel, PointsPanel } from '../../src/figures/panel.ts';
import { stacked } from '../../src/figures/stacked.ts';
import { DARK, LIGHT } from '../../src/figures/style.ts';
import { svgOf } from '../../src/figures/svg.ts';
import type { Point } from '../../src/stats/sample.ts';

const AXES = { x: { label: 'time', unit: 's' }, y: { label: 'TTFT', unit: 'ms' } } as const;

function panel(
  kind: PointsPanel['kind'],
  points: readonly Point[],
  more: Partial<PointsPanel> = {},
): PointsPanel {
  return { title: 'A title', kind, ...AXES, series: [{ name: 'p50', points }], ...more };
}

function many(count: number): Point[] {
  return Array.from({ length: count }, (_, i) => [i, 100 + 50 * Math.sin(i / 1000) + (i % 7)]);
}

const KINDS = ['line', 'scatter', 'step', 'bar'] as const;

interface Letters {
  readonly text: string;
  readonly left: number;
  readonly right: number;
  readonly top: number;
  readonly bottom: number;
}

/** The texts of a picture and the room that each takes: groups and pictures in it shift what they hold. */
function textsOf(svg: string): Letters[] {
  const texts: Letters[] = [];
  const places = [{ x: 0, y: 0, size: 16, anchor: 'start' }];
  for (const [tag, name = '', attributes = '', text] of svg.matchAll(
    /<\/(?:svg|g)>|<(svg|g|text)\b([^>]*?)(?:\/>|>([^<]*))/g,
  )) {
    if (tag.startsWith('</')) {
      places.pop();
      continue;
    }
    const of = (attribute: string) => new RegExp(`\\b${attribute}="([^"]*)"`).exec(attributes)?.[1];
    const shift = /translate\(([-\d.]+),\s*([-\d.]+)\)/.exec(of('transform') ?? '');
    const outer = places.at(-1)!;
    const size = Number(of('font-size') ?? outer.size);
    const pixels = (value = '0') => (value.endsWith('em') ? size : 1) * Number.parseFloat(value);
    const here = {
      x: outer.x + Number(shift?.[1] ?? 0) + pixels(of('x')),
      y: outer.y + Number(shift?.[2] ?? 0) + pixels(of('y')),
      size,
      anchor: of('text-anchor') ?? outer.anchor,
    };
    if (name !== 'text') {
      if (!tag.endsWith('/>')) places.push(here);
      continue;
    }
    const plain = text!.replace(/&\w+;/g, '&');
    const width = lettersWidth(plain, { size, isBold: of('font-weight') === 'bold' });
    const left = { middle: here.x - width / 2, end: here.x - width }[here.anchor] ?? here.x;
    const { y } = here;
    texts.push({
      ...{ text: plain, left, right: left + width },
      ...{ top: y - size * 0.75, bottom: y + size * 0.2 },
    });
  }
  return texts;
}

/** The path of the first series. */
function lineOf(svg: string): string {
  return /<g [^>]*aria-label="line"[^>]*><path [^>]*d="([^"]*)"/.exec(svg)![1]!;
}

function overlapping(texts: readonly Letters[]): string[] {
  return texts.flatMap((one, index) =>
    texts
      .slice(index + 1)
      .filter(
        (other) =>
          one.left < other.right &&
          other.left < one.right &&
          one.top < other.bottom &&
          other.top < one.bottom,
      )
      .map((other) => `${one.text} | ${other.text}`),
  );
}

describe('a picture', () => {
  test.each(KINDS)('of %s is drawn for none, for one and for many points', (kind) => {
    expect(svgOf([panel(kind, [])])).toContain('no data');
    const one = svgOf([panel(kind, [[3, 42]])]);
    expect(one).not.toContain('no data');
    expect(one).not.toContain('NaN');
    expect(one).toContain('#0072b2');
    expect(svgOf([panel(kind, many(100))])).not.toContain('NaN');
  });

  test.each(KINDS)('of %s does not grow with the number of points', (kind) => {
    const few = svgOf([panel(kind, many(10_000))]);
    expect(svgOf([panel(kind, many(20_000))]).length).toBeLessThan(1.3 * few.length);
    expect(few.length).toBeLessThan(100_000);
  });

  test('is the same to the last byte for the same data', () => {
    const panels = KINDS.map((kind) => panel(kind, many(5000)));
    expect(svgOf(panels)).toBe(svgOf(structuredClone(panels)));
  });

  test('shows the extremes of a line, however many points it has', () => {
    const points = many(5000).map(([x, y]): Point => [x, x === 2501 ? 1000 : y]);
    const axisOf = (drawn: readonly Point[]) =>
      textsOf(svgOf([panel('line', drawn)])).map(({ text }) => text);
    const heights = [...lineOf(svgOf([panel('line', points)])).matchAll(/[ML][\d.]+,([\d.]+)/g)];
    expect(axisOf(points)).toContain('1000');
    // The highest point that is drawn lies where the axis ends.
    expect(Math.min(...heights.map((match) => Number(match[1])))).toBe(24);
    expect(heights.length).toBeLessThan(4000);
  });

  test('has a gap in a step where nothing is known', () => {
    const x = { label: 'time', unit: 's', step: 1 };
    const moves = (points: readonly Point[]) =>
      lineOf(svgOf([panel('step', points, { x })])).match(/M/g)!.length;
    expect(
      moves([
        [0, 1],
        [1, 2],
        [2, 1],
      ]),
    ).toBe(1);
    expect(
      moves([
        [0, 1],
        [1, 2],
        [5, 1],
      ]),
    ).toBe(2);
  });

  test('has no text on another, and none outside', () => {
    const long = 'a name that is long, as those of models are';
    const series = Array.from({ length: 20 }, (_, k) => ({
      name: `${long} ${k}`,
      points: many(30),
    }));
    const panels: Panel[] = [
      panel('line', many(100), {
        series,
        title: `${long}, ${long}, ${long}`,
        notes: [`${long}. ${long}. ${long}. ${long}.`],
      }),
      panel('bar', many(30), { x: { label: 'x', scale: 'log', unit: 'tokens' } }),
      panel(
        'scatter',
        [
          [1e-6, 1e-3],
          [1e9, 1e6],
        ],
        { x: { label: 'x', scale: 'log' }, y: { label: long, scale: 'log' } },
      ),
      panel(
        'line',
        [
          [1.7e12, 0.5],
          [1.7001e12, 0.7],
        ],
        { x: { label: 'x', scale: 'time' }, y: { label: 'share', unit: 'share' } },
      ),
      {
        title: 'Sessions',
        kind: 'interval',
        ...AXES,
        y: { label: 'session' },
        series: [
          {
            name: 'turn',
            spans: [
              [0, 0, 5],
              [1, 6, 6],
              [2, 4, 8],
            ],
          },
        ],
      },
      panel('line', []),
    ];
    for (const page of [{}, { columns: 3 }, { width: 700, height: 900 }]) {
      const texts = textsOf(svgOf(panels, page));
      expect(texts.length).toBeGreaterThan(60);
      expect(overlapping(texts)).toEqual([]);
      expect(texts.filter(({ left }) => left < 0)).toEqual([]);
    }
  });

  test('has round ticks: times in minutes, hours and days, tokens in thousands, shares in percent', () => {
    const labels = (points: readonly Point[], more: Partial<PointsPanel> = {}) =>
      textsOf(svgOf([panel('line', points, more)])).map(({ text }) => text);
    const day = labels(
      [
        [0, 0],
        [86_400, 1],
      ],
      { y: { label: 'hits', unit: 'share' } },
    );
    expect(day).toEqual(expect.arrayContaining(['time (h)', '0', '3', '24', '100 %', '20 %']));
    expect(
      labels([
        [0, 0],
        [600, 20_000],
      ]),
    ).toEqual(expect.arrayContaining(['time (min)', '2', 'TTFT (s)', '5']));
    const tokens = { label: 'input', unit: 'tokens' };
    expect(
      labels(
        [
          [0, 0],
          [600, 200_000],
        ],
        { y: tokens },
      ),
    ).toContain('50k');
    const log = { x: { label: 'input', scale: 'log' } } as const;
    expect(
      labels(
        [
          [1, 0],
          [1_000_000, 1],
        ],
        log,
      ),
    ).toEqual(expect.arrayContaining(['1', '100', '10k', '1M']));
    const clock = { x: { label: 'at', scale: 'time' } } as const;
    expect(
      labels(
        [
          [Date.UTC(2026, 0, 1), 0],
          [Date.UTC(2026, 0, 2), 1],
        ],
        clock,
      ),
    ).toEqual(expect.arrayContaining(['at (UTC)', '2026-01-01', '12:00']));
  });

  test('goes as far as is asked, also where nothing is', () => {
    const x = { label: 'time', unit: 's', over: [0, 50] } as const;
    const texts = textsOf(
      svgOf([
        panel(
          'line',
          [
            [20, 1],
            [30, 2],
          ],
          { x },
        ),
      ]),
    );
    expect(texts.map(({ text }) => text)).toEqual(expect.arrayContaining(['0', '50']));
  });

  test('says what it leaves out', () => {
    const log = panel(
      'scatter',
      [
        [0, 1],
        [Number.NaN, 1],
        [5, 1],
        [50, 2],
      ],
      { x: { label: 'x', scale: 'log' } },
    );
    expect(svgOf([log])).toContain('2 points have no place on these axes.');
    const series = Array.from({ length: 20 }, () => ({ name: 's', points: many(3) }));
    expect(svgOf([panel('line', [], { series })])).toContain('and 6 more');
  });

  test('of a timeline has a bar from begin to end on each row, and one for what took no time', () => {
    const spans = [
      [0, 0, 50],
      [1, 50, 50],
      [2, 50, 100],
    ] as const;
    const svg = svgOf([
      { title: 'T', kind: 'interval', ...AXES, y: { label: 's' }, series: [{ name: '', spans }] },
    ]);
    const bars = [...lineOf(svg).matchAll(/M([\d.]+),([\d.]+)L([\d.]+),/g)].map((match) =>
      match.slice(1).map(Number),
    );
    expect(bars).toHaveLength(3);
    const [first, second, third] = bars as [number[], number[], number[]];
    expect(first[1]).toBeLessThan(second[1]!);
    expect(second[2]! - second[0]!).toBeCloseTo(1);
    expect(third[0]).toBeCloseTo(first[2]!);
  });

  test('is XML whatever the names hold', () => {
    const svg = svgOf([
      panel('line', many(3), {
        title: '<a> & "b" \u0007',
        series: [{ name: '\ud800', points: many(3) }],
      }),
    ]);
    expect(svg).toContain('&lt;a&gt; &amp; &quot;b&quot; \ufffd');
  });

  test('stacks series upon each other, at each place those that are there', () => {
    const series = [
      {
        name: 'queue',
        points: [
          [0, 10],
          [1, 40],
        ],
      },
      { name: 'prefill', points: [[0, 20]] },
      {
        name: 'decode',
        points: [
          [0, 30],
          [1, 60],
        ],
      },
    ] as const;
    for (const kind of ['bar', 'step', 'line'] as const) {
      const svg = svgOf([panel(kind, [], { series, isStacked: true, x: { label: 'x', step: 1 } })]);
      // The axis goes to the top of the highest stack, not of the highest series.
      const labels = textsOf(svg).map(({ text }) => text);
      expect(labels).toContain('100');
      expect(labels).not.toContain('120');
    }
    expect(stacked(series)[2]!.points).toEqual([
      [0, 30, 60],
      [1, 40, 100],
    ]);
  });

  test('shades bands and windows, marks limits, and names them in the legend', () => {
    const svg = svgOf([
      panel('line', many(10), {
        bands: [
          {
            name: '95 % of p50',
            of: 'p50',
            points: [
              [0, 90, 110],
              [9, 95, 115],
            ],
          },
        ],
        marks: [
          { name: 'capacity, as the server says', at: 20 },
          { name: 'limit', at: 400, axis: 'y' },
        ],
        windows: [{ name: 'the client was late', spans: [[2, 3]] }],
      }),
    ]);
    const texts = textsOf(svg).map(({ text }) => text);
    expect(texts).toEqual(
      expect.arrayContaining([
        ...['p50', '95 % of p50', 'capacity, as the server says', 'limit', 'the client was late'],
        // Marks lie on the axes.
        ...['20', '400'],
      ]),
    );
    for (const mark of ['area', 'rect', 'rule']) expect(svg).toContain(`aria-label="${mark}"`);
  });

  test('bands of bars are whiskers, and those of one name have one entry in the legend', () => {
    const bands = ['p50', 'p95'].map((of) => ({
      name: '95 % of either',
      of,
      points: [[0, 90, 110] as const, [1, 95, 115] as const],
    }));
    const series = ['p50', 'p95'].map((name) => ({ name, points: many(2) }));
    const svg = svgOf([panel('bar', [], { series, bands })]);
    expect(svg).not.toContain('aria-label="area"');
    expect(textsOf(svg).filter(({ text }) => text === '95 % of either')).toHaveLength(1);
    const whiskers = /<g [^>]*aria-label="rule"[^>]*>(.*?)<\/g>/gs;
    const counts = [...svg.matchAll(whiskers)].map(([, lines]) => lines!.split('<line').length - 1);
    expect(counts.filter((count) => count === 2)).toHaveLength(2);
  });
});

describe('colours', () => {
  const luminance = (colour: string) => {
    const [r, g, b] = [1, 3, 5]
      .map((at) => Number.parseInt(colour.slice(at, at + 2), 16) / 255)
      .map((part) => (part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4));
    return 0.2126 * r! + 0.7152 * g! + 0.0722 * b!;
  };
  const contrast = (a: string, b: string) => {
    const [low, high] = [luminance(a), luminance(b)].sort((one, other) => one - other);
    return (high! + 0.05) / (low! + 0.05);
  };

  test.each([
    ['light', LIGHT],
    ['dark', DARK],
  ])('of the %s form can be seen: 4.5 for letters, 3 for series (WCAG 2.2)', (_name, palette) => {
    const { ink, grey, paper, series } = palette;
    for (const letters of [ink, grey]) expect(contrast(letters, paper)).toBeGreaterThan(4.5);
    for (const colour of series) expect(contrast(colour, paper)).toBeGreaterThan(3);
  });
});

test('an axis of rounds begins with the first, one of what is counted with 0', () => {
  const points: Point[] = [1, 2, 3, 4, 5, 6].map((round) => [round, 100]);
  const labels = (isNumbering: Partial<PointsPanel['x']>) => {
    const x = { label: 'round', unit: 'count', ...isNumbering };
    return textsOf(svgOf([panel('line', points, { x })])).map(({ text }) => text);
  };
  expect(labels({})).toEqual(expect.arrayContaining(['1', '6']));
  const zeros = (texts: readonly string[]) => texts.filter((text) => text === '0').length;
  expect(zeros(labels({})) - zeros(labels({ isNumbering: true }))).toBe(1);
  expect(labels({ isNumbering: true })).toEqual(expect.arrayContaining(['1', '6']));
});

import type { Panel } from '../../../src/figures/panel.ts';
import type { FilledChapter } from '../../../src/report/html/chapter.ts';
import type { Section } from '../../../src/report/section.ts';

/** Text that would be more than text, were it not escaped. */
export const HOSTILE =
  '</script><script>window.hacked = 1</script><img src=x onerror="hacked=1">&amp;';
const LONG =
  'meta-llama/Llama-3.3-70B-Instruct-quantised-with-a-name-that-nobody-breaks-and-that-goes-on';

const x = { label: 'time since measuring began', unit: 's' } as const;
const ms = { label: 'TTFT', unit: 'ms' } as const;
const wave = (count: number) =>
  Array.from({ length: count }, (_, at) => [at, 120 + 100 * Math.sin(at / 40)] as const);

/** Every kind of picture, with all that can lie behind and across it. */
export const PANELS: readonly Panel[] = [
  {
    ...{ title: 'Lines, a band, windows and marks', kind: 'line', x, y: ms },
    series: [
      { name: 'p50', points: wave(3000) },
      { name: 'p50, planned', points: wave(30).map(([at, up]) => [at * 100, up]), isDashed: true },
      { name: HOSTILE, points: [[5, 5]] },
    ],
    bands: [
      {
        name: '95 % of p50',
        of: 'p50',
        points: [
          [0, 50, 90],
          [2000, 70, 130],
        ],
      },
    ],
    windows: [
      {
        name: 'the client was late',
        spans: [
          [100, 140],
          [800, 800],
        ],
      },
    ],
    marks: [
      { name: 'what the server says that it holds', at: 2600 },
      { name: 'limit', at: 300, axis: 'y' },
    ],
    notes: [HOSTILE],
  },
  {
    ...{ title: 'Steps, stacked', kind: 'step', isStacked: true },
    x: { ...x, step: 10 },
    y: { label: 'prompt tokens', unit: 'share' },
    series: [
      {
        name: 'GPU cache',
        points: [
          [0, 0.2],
          [10, 0.5],
          [30, 0.1],
        ],
      },
      {
        name: 'computed',
        points: [
          [0, 0.8],
          [10, 0.5],
          [30, 0.9],
        ],
      },
    ],
  },
  {
    ...{ title: 'Bars with names, stacked', kind: 'bar', isStacked: true, y: ms },
    x: { label: 'quantile', step: 1, names: ['p50', 'p90', 'p99', LONG] },
    series: [
      {
        name: 'queue',
        points: [
          [0, 10],
          [1, 40],
          [2, 600],
          [3, 10],
        ],
      },
      {
        name: 'prefill',
        points: [
          [0, 20],
          [1, 30],
          [2, 50],
          [3, 90],
        ],
      },
    ],
  },
  {
    ...{ title: 'Bars side by side', kind: 'bar', y: ms, x: { label: 'round', unit: 'count' } },
    series: ['a', 'b', 'c'].map((name) => ({ name, points: wave(6) })),
  },
  {
    ...{ title: 'A cloud on logarithmic axes', kind: 'scatter' },
    x: { label: 'input', unit: 'tokens', scale: 'log' },
    y: { ...ms, scale: 'log' },
    series: [
      { name: 'round 1', points: wave(5000).map(([at, up]) => [at + 3, up * (1 + (at % 9))]) },
      { name: 'later rounds', points: wave(90).map(([at, up]) => [at + 1, up + at]) },
    ],
  },
  {
    ...{ title: 'Dates', kind: 'line', y: { label: 'hits', unit: 'share' } },
    x: { label: 'at', scale: 'time' },
    series: [
      {
        name: '',
        points: [
          [Date.UTC(2026, 0, 1), 0],
          [Date.UTC(2026, 0, 3), 1],
        ],
      },
    ],
  },
  {
    ...{ title: 'A timeline', kind: 'interval', x, y: { label: 'session', unit: 'count' } },
    series: [
      {
        name: 'requests',
        spans: [
          [0, 0, 50],
          [1, 20, 20],
          [2, 50, 100],
        ],
      },
    ],
  },
  { title: 'One point', kind: 'line', x, y: ms, series: [{ name: 'p50', points: [[3, 42]] }] },
  {
    ...{ title: `Many names: ${LONG}`, kind: 'line', x, y: { label: LONG, unit: 'ms' } },
    series: Array.from({ length: 24 }, (_, at) => ({ name: `${LONG} ${at}`, points: wave(9) })),
  },
];

const SECTIONS: readonly Section[] = [
  { title: `Failures: ${HOSTILE}`, isWarning: true, lines: [HOSTILE, LONG.repeat(3)] },
  {
    title: 'Fields, a table and terms',
    fields: [
      { label: 'engine', lines: [HOSTILE, LONG.repeat(2)] },
      { label: 'finished by', lines: ['length 3'], level: 1 },
    ],
    table: {
      columns: [
        { title: '' },
        ...Array.from({ length: 14 }, (_, at) => ({ title: `column ${at}`, unit: 'ms' })),
      ],
      rows: [HOSTILE, LONG].map((name, level) => ({
        cells: [name, ...Array.from({ length: 14 }, (_, at) => at * 1000)],
        level,
      })),
    },
    notes: [LONG.repeat(2)],
    terms: [{ term: 'TTFT', says: HOSTILE }],
  },
];

export const HARD_CHAPTERS: readonly FilledChapter[] = [
  { id: 'words', title: `Words ${HOSTILE}`, sections: SECTIONS },
  {
    id: 'pictures',
    title: 'Pictures',
    figures: [...PANELS, { ...PANELS[0]!, series: [] } as Panel],
  },
];

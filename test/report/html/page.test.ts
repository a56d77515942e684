import { expect, test } from 'vitest';
import type { PointsPanel } from '../../../src/figures/panel.ts';
import { type Chapter, filled } from '../../../src/report/html/chapter.ts';
import { csvOf, numbersOf, shownTable } from '../../../src/report/html/figure-table.ts';
import { renderChapters, renderPage } from '../../../src/report/html/page.ts';
import { HARD_CHAPTERS, HOSTILE } from './pages.ts';

const panel = (points: PointsPanel['series'][number]['points']): PointsPanel => ({
  ...{ title: 'T', kind: 'line', x: { label: 'time', unit: 's' }, y: { label: 'TTFT' } },
  series: [
    { name: 'a, "b"', points },
    { name: 'c', points: [[1, 0.123456789]] },
  ],
});

test('whatever names and reasons hold, it is text, and nothing ends an element early', () => {
  const page = renderPage({ title: HOSTILE, chapters: HARD_CHAPTERS });
  expect(page).not.toContain('<script>window.hacked');
  expect(page).not.toContain('<img');
  expect(page).toContain('&lt;/script&gt;');
  const scripts = page.match(/<script/g)!.length;
  expect(page.match(/<\/script>/g)).toHaveLength(scripts);
});

test('a page asks nobody for anything, unless it is shown during a run', () => {
  const page = renderPage({ title: 'T', chapters: HARD_CHAPTERS });
  expect(page).toContain("default-src 'none'");
  expect(page.replaceAll('http://www.w3.org/2000/svg', '')).not.toMatch(
    /(src|href)="?https?:|url\(/,
  );
  expect(page).not.toContain('connect-src');
  expect(renderPage({ title: 'T', chapters: [], isLive: true })).toContain("connect-src 'self'");
});

test('the same chapters make the same bytes', () => {
  const once = renderPage({ title: 'T', chapters: HARD_CHAPTERS });
  expect(renderPage({ title: 'T', chapters: structuredClone(HARD_CHAPTERS) })).toBe(once);
});

test('warnings of all chapters stand before everything else, once', () => {
  const html = renderChapters([
    { id: 'one', title: 'One', sections: [{ lines: ['plain'] }] },
    { id: 'two', title: 'Two', sections: [{ title: 'Beware', isWarning: true, lines: ['x'] }] },
  ]);
  expect(html.indexOf('Beware')).toBeLessThan(html.indexOf('plain'));
  expect(html.match(/Beware/g)).toHaveLength(1);
});

test('pictures of one name have places of their own, and one without data is named, not drawn', () => {
  const html = renderChapters([
    {
      ...{ id: 'one', title: 'One' },
      figures: [panel([[0, 1]]), panel([[0, 1]]), { ...panel([]), title: 'Empty', series: [] }],
    },
  ]);
  expect([...html.matchAll(/<figure id="([^"]*)"/g)].map((match) => match[1])).toEqual([
    'figure-t',
    'figure-t-2',
  ]);
  expect(html).toContain('No data for: Empty.');
});

test('chapters that have nothing to say are left out', async () => {
  const rows: Chapter<number>[] = [
    { id: 'none', title: 'None', of: () => undefined },
    { id: 'empty', title: 'Empty', of: async () => ({ sections: [], figures: [] }) },
    { id: 'some', title: 'Some', of: (about) => ({ sections: [{ lines: [String(about)] }] }) },
  ];
  expect(await filled(rows, 7)).toEqual([
    { id: 'some', title: 'Some', sections: [{ lines: ['7'] }] },
  ]);
});

test('the CSV of a picture has a column a series, and nothing where nothing is known', () => {
  expect(
    csvOf(
      numbersOf(
        panel([
          [0, 1000],
          [1, 2],
        ]),
      ),
    ),
  ).toBe('time (s),"a, ""b""",c\n0,1000,\n1,2,0.123457\n');
  expect(csvOf(numbersOf({ ...panel([[0, 1]]), kind: 'scatter' }))).toBe(
    'series,time (s),TTFT\n"a, ""b""",0,1\nc,1,0.123457\n',
  );
});

test('a table of many numbers has some of them, and says how many more there are', () => {
  const { table, leftOut } = shownTable(
    numbersOf(panel(Array.from({ length: 950 }, (_, at) => [at, at]))),
  );
  expect(table.rows).toHaveLength(95);
  expect(leftOut).toBe(855);
});

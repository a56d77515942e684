import { expect, test } from 'vitest';
import type { Panel } from '../../src/figures/panel.ts';
import { Drawn } from '../../src/live/drawn.ts';

const panel = (name: string, y: number): Panel => ({
  ...{ name, title: name, kind: 'line' },
  ...{ x: { label: 'time', unit: 's' }, y: { label: 'rate', unit: '/s' } },
  series: [{ name: '', points: [[0, y]] }],
});

test('those that have changed are drawn anew, one at a time and in turn', () => {
  const drawn = new Drawn();
  const names = (...panels: Panel[]) => drawn.next(panels)?.[0];
  expect(names(panel('a', 1), panel('b', 1))).toBe('a');
  expect(names(panel('a', 2), panel('b', 1))).toBe('b');
  expect(names(panel('a', 3), panel('b', 2))).toBe('a');
  expect(names(panel('a', 3), panel('b', 2))).toBe('b');
  expect(names(panel('a', 3), panel('b', 2))).toBeUndefined();
});

test('what a page has is what was drawn last, and of a page that has it no more nothing', () => {
  const drawn = new Drawn();
  const first = drawn.html(panel('a', 1), 'a');
  expect(drawn.html(panel('a', 2), 'a')).toBe(first);
  const [, second] = drawn.next([panel('a', 2)])!;
  expect(second).not.toBe(first);
  expect(drawn.html(panel('a', 3), 'a')).toBe(second);
  drawn.keep([panel('b', 1)]);
  expect(drawn.html(panel('a', 1), 'a')).toBe(first);
});

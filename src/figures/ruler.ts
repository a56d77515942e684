import { nice } from 'd3-array';
import type { PanelAxis } from './panel.ts';
import { marked, type Tick } from './ticks.ts';

/** An axis laid on the page: values to pixels. */
export interface Ruler {
  readonly title: string;
  /** Pixels, of which one has no more than a tenth. */
  readonly at: (value: number) => number;
  /** Those that have room for their labels. */
  readonly ticks: readonly Tick[];
}

export type Domain = readonly [min: number, max: number];

interface Laid {
  readonly axis: PanelAxis;
  readonly domain: Domain;
  /** Whether the axis is to end at a tick. */
  readonly isRounded?: boolean;
  /** Pixels at the ends of the domain. */
  readonly from: number;
  readonly to: number;
  /** Pixels along the axis that a label needs, with the distance from the next. */
  readonly room: (label: string) => number;
}

/** Pixels from one tick to the next where labels are short. */
const DISTANCE = 60;

export function rulerOf({ axis, domain: exact, isRounded, from, to, room }: Laid): Ruler {
  const most = Math.max(1, Math.floor(Math.abs(to - from) / DISTANCE));
  const domain = isRounded ? rounded(axis, exact, most) : exact;
  const place = axis.scale === 'log' ? Math.log10 : (value: number) => value;
  const [first, last] = [place(domain[0]), place(domain[1])];
  const at = (value: number) =>
    tenth(from + ((place(value) - first) / (last - first)) * (to - from));
  const { title, ticks } = marked(axis, domain);
  for (let count = most; count > 0; count--) {
    const candidates = ticks(count);
    if (areApart(candidates, at, room)) return { title, at, ticks: candidates };
  }
  return { title, at, ticks: ticks(1).slice(0, 1) };
}

function areApart(ticks: readonly Tick[], at: Ruler['at'], room: Laid['room']): boolean {
  return ticks.every(({ value, label }, index) => {
    const next = ticks[index + 1];
    if (!next) return true;
    return Math.abs(at(next.value) - at(value)) >= (room(label) + room(next.label)) / 2;
  });
}

export function tenth(pixels: number): number {
  return Math.round(pixels * 10) / 10;
}

/** What an axis goes over, where these values are to be shown; undefined if there are none. */
export function domainOf(
  axis: PanelAxis,
  { min, max }: { readonly min: number; readonly max: number },
  isFromZero: boolean,
): Domain | undefined {
  if (!(min <= max)) return undefined;
  if (axis.scale === 'log') return min === max ? [min / 2, max * 2] : [min, max];
  if (axis.scale === 'time') return min === max ? [min - 1000, max + 1000] : [min, max];
  const low = isFromZero && min > 0 ? 0 : min;
  const high = isFromZero && max < 0 ? 0 : max;
  if (low < high) return [low, high];
  // One value, which stands in the middle; where it is 0, at the edge.
  return low === 0 ? [0, 1] : low > 0 ? [0, 2 * low] : [2 * low, 0];
}

function rounded(axis: PanelAxis, [min, max]: Domain, count: number): Domain {
  if (axis.scale) return [min, max];
  const [low, high] = nice(min, max, count);
  return [low, axis.unit === 'share' && max <= 1 ? Math.min(high, 1) : high];
}

import { nice } from 'd3-array';
import type { PanelAxis } from './panel.ts';
import { marked, type Tick } from './ticks.ts';

/** An axis as it is laid on the page. */
export interface LaidAxis {
  readonly title: string;
  readonly type: 'linear' | 'log' | 'utc';
  readonly domain: Domain;
  /** Those that have room for their labels. */
  readonly ticks: readonly Tick[];
}

export type Domain = readonly [min: number, max: number];

interface Laid {
  readonly axis: PanelAxis;
  readonly domain: Domain;
  /** Whether the axis is to end at a tick. */
  readonly isRounded?: boolean;
  /** Pixels: of the axis, and from one tick to the next at least. */
  readonly length: number;
  readonly distance?: number;
  /** Pixels along the axis that a label needs, with the distance from the next. */
  readonly room: (label: string) => number;
}

/** Pixels from one tick to the next where labels are short, unless it says otherwise. */
const DISTANCE = 60;

export function axisOf({
  axis,
  domain: exact,
  isRounded,
  length,
  distance = DISTANCE,
  room,
}: Laid): LaidAxis {
  const most = Math.max(1, Math.floor(length / distance));
  const domain = isRounded ? rounded(axis, exact, most) : exact;
  const type = axis.scale === 'time' ? 'utc' : (axis.scale ?? 'linear');
  const place = axis.scale === 'log' ? Math.log10 : (value: number) => value;
  const perUnit = length / (place(domain[1]) - place(domain[0]));
  const areApart = (ticks: readonly Tick[]) =>
    ticks.every(({ value, label }, index) => {
      const next = ticks[index + 1];
      if (!next) return true;
      const distance = (place(next.value) - place(value)) * perUnit;
      return distance >= (room(label) + room(next.label)) / 2;
    });
  const { title, ticks } = marked(axis, domain);
  for (let count = most; count > 0; count--) {
    const candidates = ticks(count);
    if (areApart(candidates)) return { title, type, domain, ticks: candidates };
  }
  return { title, type, domain, ticks: ticks(1).slice(0, 1) };
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

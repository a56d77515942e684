import { ticks } from 'd3-array';
import { scaleLog, scaleUtc } from 'd3-scale';
import type { PanelAxis } from './panel.ts';

/** Where an axis has a line and a number; values are of the axis, in its own unit. */
export interface Tick {
  readonly value: number;
  readonly label: string;
}

export interface Marked {
  /** Label and unit, as they stand beside the axis. */
  readonly title: string;
  /** About so many round values between the ends of the domain. */
  readonly ticks: (count: number) => Tick[];
}

/** How an axis is marked whose domain goes from `min` to `max`. */
export function marked(axis: PanelAxis, [min, max]: readonly [number, number]): Marked {
  if (axis.names) return { title: titleOf(axis), ticks: categories(axis.names) };
  if (axis.scale === 'time') return { title: titleOf(axis, 'UTC'), ticks: dates(min, max) };
  if (axis.scale === 'log') return { title: titleOf(axis), ticks: decades(axis, min, max) };
  const shown = shownUnit(axis, Math.max(Math.abs(min), Math.abs(max)));
  if (!shown) {
    const label = labelled(axis, min, max);
    return {
      title: titleOf(axis),
      ticks: (count) =>
        whole(axis, ticks(min, max, count)).map((value) => ({ value, label: label(value) })),
    };
  }
  const { name, of, steps } = shown;
  const label = labelled({ label: '' }, min / of, max / of);
  return {
    title: titleOf(axis, name),
    ticks: (count) =>
      stepped(min / of, max / of, count, steps).map((value) => ({
        value: value * of,
        label: label(value),
      })),
  };
}

/** There is no half of a thing, unless there are hardly any. */
function whole({ unit }: PanelAxis, values: readonly number[]): readonly number[] {
  if (unit !== 'count') return values;
  const numbers = values.filter(Number.isInteger);
  return numbers.length > 1 ? numbers : values;
}

/** Every name, or every so manyth where there is no room for all. */
function categories(names: readonly string[]): (count: number) => Tick[] {
  return (count) => {
    const every = Math.ceil(names.length / count);
    return names.flatMap((label, index) =>
      index % every === 0 ? [{ value: index + 0.5, label }] : [],
    );
  };
}

function titleOf({ label, unit }: PanelAxis, shown = unit): string {
  if (!shown || shown === 'count' || shown === 'share') return label;
  return label ? `${label} (${shown})` : shown;
}

interface Shown {
  readonly name: string;
  /** So many of the axis's unit. */
  readonly of: number;
  /** Distances of ticks that are round in this unit; absent: as in decimal numbers. */
  readonly steps?: readonly number[];
}

const DURATIONS = [
  { name: 'd', ms: 86_400_000, fromMs: 3 * 86_400_000 },
  { name: 'h', ms: 3_600_000, fromMs: 3 * 3_600_000, steps: [0.5, 1, 2, 3, 6, 12, 24] },
  { name: 'min', ms: 60_000, fromMs: 180_000, steps: [0.5, 1, 2, 5, 10, 15, 30, 60] },
  { name: 's', ms: 1000, fromMs: 10_000 },
];

/** Long times in a unit of which there are not many; undefined where the axis's own is right. */
function shownUnit({ unit }: PanelAxis, max: number): Shown | undefined {
  const ms = unit === 'ms' ? 1 : unit === 's' ? 1000 : undefined;
  if (ms === undefined) return undefined;
  const duration = DURATIONS.find(({ fromMs }) => max * ms >= fromMs);
  if (!duration || duration.name === unit) return undefined;
  const { name, steps } = duration;
  return { name, of: duration.ms / ms, ...(steps && { steps }) };
}

function stepped(min: number, max: number, count: number, steps: readonly number[] = []): number[] {
  const step = steps.find((one) => (max - min) / one <= count);
  if (step === undefined) return ticks(min, max, count);
  const first = Math.ceil(min / step);
  const length = Math.floor(max / step + 1e-9) - first + 1;
  return Array.from({ length }, (_, index) => (first + index) * step);
}

const THOUSANDS = ['', 'k', 'M', 'G', 'T', 'P'];

function si(value: number): string {
  const thousands = Math.min(
    Math.floor(Math.log10(Math.abs(value)) / 3 + 1e-9),
    THOUSANDS.length - 1,
  );
  return `${plain(value / 1000 ** thousands)}${THOUSANDS[thousands]}`;
}

/** Few letters for each: 12k, 1.5M; 40 %. */
function labelled({ unit }: PanelAxis, min: number, max: number): (value: number) => string {
  if (unit === 'share') return (value) => `${plain(100 * value)} %`;
  const isLong = Math.max(Math.abs(min), Math.abs(max)) >= 10_000;
  // Numbers that differ in their last digits only are nothing without them.
  const isFine = max - min < Math.max(Math.abs(min), Math.abs(max)) / 1000;
  return (value) => (isLong && !isFine && Math.abs(value) >= 1000 ? si(value) : plain(value));
}

function plain(value: number): string {
  return String(Number(value.toPrecision(12)));
}

function dates(min: number, max: number): (count: number) => Tick[] {
  const scale = scaleUtc([min, max], [0, 1]);
  return (count) => scale.ticks(count).map((date) => ({ value: Number(date), label: dated(date) }));
}

/** A day where it begins, else as much of the hour as is not nought. */
function dated(date: Date): string {
  const [day, hour] = date.toISOString().split('T') as [string, string];
  if (hour.startsWith('00:00:00.000')) return day;
  if (hour.endsWith(':00.000Z')) return hour.slice(0, 5);
  return hour.endsWith('.000Z') ? hour.slice(0, 8) : hour.slice(0, -1);
}

/** 1, 2, 5, 10 … where there are few decades, else some powers of ten. */
function decades(axis: PanelAxis, min: number, max: number): (count: number) => Tick[] {
  const label = labelled(axis, min, max);
  const from = Math.floor(Math.log10(min));
  const to = Math.ceil(Math.log10(max));
  const powers = Array.from({ length: to - from + 1 }, (_, index) => 10 ** (from + index));
  const within = (values: readonly number[]) =>
    values
      .map((value) => Number(value.toPrecision(12)))
      .filter((value) => value >= min && value <= max);
  return (count) => {
    const candidates = [
      within(powers.flatMap((power) => [1, 2, 5].map((digit) => digit * power))),
      within(powers),
    ];
    // Less than a decade is as good as linear.
    if (candidates[0]!.length < 2) candidates.unshift(scaleLog([min, max], [0, 1]).ticks(count));
    for (let every = 2; every < powers.length; every++) {
      candidates.push(within(powers.filter((_, index) => index % every === 0)));
    }
    const fitting = candidates.find((values) => values.length <= count + 1) ?? candidates.at(-1)!;
    return fitting.map((value) => ({ value, label: label(value) }));
  };
}

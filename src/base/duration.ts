/** What a number of a time counts, where it stands without a unit. */
export type TimeUnit = 'sec' | 'ms';

const MICROSECONDS: Readonly<Record<string, number>> = {
  ...named(1, 'us', 'µs'),
  ...named(1e3, 'ms', 'msec', 'millisecond', 'milliseconds'),
  ...named(1e6, 's', 'sec', 'secs', 'second', 'seconds'),
  ...named(60e6, 'm', 'min', 'mins', 'minute', 'minutes'),
  ...named(3600e6, 'h', 'hr', 'hrs', 'hour', 'hours'),
  ...named(86_400e6, 'd', 'day', 'days'),
};

const PART = /(\d+(?:\.\d*)?|\.\d+)\s*([a-zµ]+)\s*/gy;

/** What is accepted for a time, for errors. */
export const TIME_EXAMPLES = '90s, 5m, 1h30m or 250ms';

/** A time as people write it, `90s`, `1h30m`, `1.5 h`, in this unit; undefined if it is none. Its parts have units. */
export function durationIn(unit: TimeUnit, text: string): number | undefined {
  let at = 0;
  let us = 0;
  const trimmed = text.trim();
  // In whole microseconds, so that 0.1s are 100 ms and not a little more.
  for (const [part, count, name] of trimmed.matchAll(PART)) {
    const scale = MICROSECONDS[name!];
    if (scale === undefined) return undefined;
    us += Number(count) * scale;
    at += part.length;
  }
  if (at === 0 || at < trimmed.length) return undefined;
  return us / (unit === 'sec' ? 1e6 : 1e3);
}

/** The unit that the name of a field ends with: fields say theirs, as `pauseSec` does. A rate is no time. */
export function unitOfName(name: string): TimeUnit | undefined {
  if (/(Per|per)Sec$/.test(name)) return undefined;
  const [, unit] = /(?:^|[a-z])(Sec|Ms)$/.exec(name) ?? [];
  return unit?.toLowerCase() as TimeUnit | undefined;
}

function named(us: number, ...names: readonly string[]): Record<string, number> {
  return Object.fromEntries(names.map((name) => [name, us]));
}

const SECOND_MS = 1000;
const MINUTE_MS = 60 * SECOND_MS;
const HOUR_MS = 60 * MINUTE_MS;
const DAY_MS = 24 * HOUR_MS;

/** From the coarsest: what one is called, and what the rest is counted in. */
const UNITS = [
  { ms: DAY_MS, name: 'd', restMs: HOUR_MS, restName: 'h' },
  { ms: HOUR_MS, name: 'h', restMs: MINUTE_MS, restName: 'min' },
  { ms: MINUTE_MS, name: 'min', restMs: SECOND_MS, restName: 's' },
] as const;

/** Milliseconds as people say them, to the second or two units: `45 s`, `1 min 30 s`, `2 h 5 min`. */
export function duration(ms: number): string {
  for (const { ms: unitMs, name, restMs, restName } of UNITS) {
    const rests = Math.round(ms / restMs);
    const perUnit = unitMs / restMs;
    if (rests < perUnit) continue;
    const rest = rests % perUnit;
    return `${Math.floor(rests / perUnit)} ${name}${rest > 0 ? ` ${rest} ${restName}` : ''}`;
  }
  return `${Math.round(ms / SECOND_MS)} s`;
}

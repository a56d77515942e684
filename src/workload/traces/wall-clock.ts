/** A moment, whole seconds and the rest apart: together a double would round it to a quarter of a microsecond. */
export interface Moment {
  /** Since 1970. */
  readonly seconds: number;
  /** Beyond the second. */
  readonly ms: number;
}

const PATTERN =
  /^(\d{4})-(\d\d?)-(\d\d?)[ T](\d\d):(\d\d):(\d\d)(?:[.,](\d+))?\s*(Z|UTC|[+-]\d\d:?(?:\d\d)?)?$/i;

let lastDay = '';
let lastDaySeconds = Number.NaN;

/**
 * A date and a time of day, `2023-11-16 18:15:46.6805900`: a T or a blank between, any digits of a fraction,
 * a zone or none, which is read as UTC. undefined: it is none.
 */
export function momentOf(text: string): Moment | undefined {
  const found = PATTERN.exec(text);
  if (!found) return undefined;
  const [, year, month, date, hour, minute, second, fraction, zone] = found;
  const day = text.slice(0, text.search(/[ T]/i));
  // Rows of a day follow each other: its arithmetic is done once.
  if (day !== lastDay) {
    lastDaySeconds = daySeconds(Number(year), Number(month), Number(date));
    lastDay = day;
  }
  const [hours, minutes, seconds] = [Number(hour), Number(minute), Number(second)];
  if (Number.isNaN(lastDaySeconds) || hours > 23 || minutes > 59 || seconds > 60) return undefined;
  return {
    seconds: lastDaySeconds + hours * 3600 + minutes * 60 + seconds - zoneSeconds(zone),
    ms: fraction === undefined ? 0 : Number(`0.${fraction}`) * 1000,
  };
}

/** NaN for a day that no calendar has. */
function daySeconds(year: number, month: number, date: number): number {
  const ms = Date.UTC(year, month - 1, date);
  const day = new Date(ms);
  return day.getUTCMonth() === month - 1 && day.getUTCDate() === date ? ms / 1000 : Number.NaN;
}

function zoneSeconds(zone: string | undefined): number {
  if (zone === undefined || zone === '+00:00') return 0;
  const found = /^([+-])(\d\d):?(\d\d)?$/.exec(zone);
  if (!found) return 0;
  const [, sign, hours, minutes = '0'] = found;
  return (sign === '-' ? -1 : 1) * (Number(hours) * 3600 + Number(minutes) * 60);
}

/** From one moment to another. */
export function msBetween(from: Moment, to: Moment): number {
  return (to.seconds - from.seconds) * 1000 + (to.ms - from.ms);
}

/** Of a number of units since 1970, or since any other beginning: a whole one beyond 2^53 comes as its digits. */
export function momentOfCount(count: number | string, perSec: number): Moment {
  if (typeof count === 'string' && /^\d+$/.test(count)) {
    const units = BigInt(count);
    const rest = Number(units % BigInt(perSec));
    return { seconds: Number(units / BigInt(perSec)), ms: (rest / perSec) * 1000 };
  }
  const seconds = Math.floor(Number(count) / perSec);
  return { seconds, ms: ((Number(count) - seconds * perSec) / perSec) * 1000 };
}

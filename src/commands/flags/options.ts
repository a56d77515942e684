import { InvalidArgumentError } from 'commander';
import { durationIn, TIME_EXAMPLES, type TimeUnit } from '../../base/duration.ts';
import { launchedBy } from '../../ranks/launchers.ts';
import type { Distribution } from '../../scenario/distribution.ts';
import type { Partition } from '../../scenario/population.ts';

/** Argument parsers for commander: each says what it found and what it accepts. */

/** A bound from here on is not worth a word to who comes nowhere near it. */
const REACHED_BY_NOBODY = 1_000_000;

export function integer(least: number, most = Infinity): (text: string) => number {
  return (text) => {
    const value = Number(text);
    if (/^[+-]?\d+$/.test(text.trim()) && value >= least && value <= most) return value;
    const accepted =
      most < REACHED_BY_NOBODY
        ? `from ${least} to ${most}`
        : value > most
          ? `of at most ${most}`
          : `of at least ${least}`;
    throw new InvalidArgumentError(`Found '${text}'; expected a whole number ${accepted}.`);
  };
}

export function wholeNumber(text: string): number {
  if (/^[+-]?\d+$/.test(text.trim())) return Number(text);
  throw new InvalidArgumentError(`Found '${text}'; expected a whole number.`);
}

/** A number above `above`, or at least 0 without it. */
export function number(above?: number): (text: string) => number {
  return (text) => {
    const value = Number(text);
    const isFine = above === undefined ? value >= 0 : value > above;
    if (text.trim() !== '' && Number.isFinite(value) && isFine) return value;
    const accepted = above === undefined ? 'of at least 0' : `above ${above}`;
    throw new InvalidArgumentError(`Found '${text}'; expected a number ${accepted}.`);
  };
}

/** A time with a unit, or a number of this one; above `above`, or at least 0 without it. */
export function time(unit: TimeUnit, above?: number): (text: string) => number {
  return (text) => {
    const value = durationIn(unit, text) ?? (text.trim() === '' ? Number.NaN : Number(text));
    const isFine = above === undefined ? value >= 0 : value > above;
    if (Number.isFinite(value) && isFine) return value;
    const accepted = above === undefined ? 'of at least 0' : `above ${above}`;
    const units = unit === 'sec' ? 'seconds' : 'milliseconds';
    throw new InvalidArgumentError(
      `Found '${text}'; expected a time ${accepted}: ${units}, or with a unit, such as ${TIME_EXAMPLES}.`,
    );
  };
}

export function share(text: string): number {
  const value = Number(text);
  if (text.trim() !== '' && value >= 0 && value <= 1) return value;
  throw new InvalidArgumentError(`Found '${text}'; expected a share from 0 to 1.`);
}

export function oneOf<T extends string>(...accepted: readonly T[]): (text: string) => T {
  return (text) => {
    if (accepted.includes(text as T)) return text as T;
    throw new InvalidArgumentError(`Found '${text}'; expected ${accepted.join(', ')}.`);
  };
}

export function collect(text: string, before: readonly string[] = []): string[] {
  return [...before, text];
}

/** `Name: value` or `Name=value`, split at whichever comes first, so that values may hold either. */
export function header(text: string, before: Record<string, string> = {}): Record<string, string> {
  const match = /^\s*([!#$%&'*+.^_`|~0-9A-Za-z-]+)\s*[:=]\s*(.*)$/.exec(text);
  if (match) return { ...before, [match[1]!]: match[2]! };
  // What was found may be a key.
  throw new InvalidArgumentError("Expected 'Name: value' or 'Name=value'.");
}

/** A whole number from 1, or `A-B` for one of those between, each as often. */
export function countOrRange(text: string): Distribution {
  return numberOrRange(text, integer(1));
}

/** A time in seconds, or with a unit; or `A-B` for any between. */
export function timeOrRange(text: string): Distribution {
  return numberOrRange(text, time('sec'));
}

function numberOrRange(text: string, parsed: (text: string) => number): Distribution {
  const [, least, most] = /^([^-]+)-([^-]+)$/.exec(text) ?? [];
  if (least === undefined || most === undefined) return parsed(text);
  const [min, max] = [parsed(least), parsed(most)];
  if (min <= max) return { distribution: 'uniform', min, max };
  throw new InvalidArgumentError(`Found '${text}'; expected the smaller number first.`);
}

/** `I/N`: which of N processes this one is, from 0; or `auto`: as what started it says. */
export function partition(text: string): Partition {
  if (text.trim() === 'auto') return launched();
  const match = /^(\d+)\/(\d+)$/.exec(text.trim());
  const [index, of] = [Number(match?.[1]), Number(match?.[2])];
  if (match && index < of) return { index, of };
  throw new InvalidArgumentError(
    `Found '${text}'; expected I/N with I from 0 to N - 1, as in 0/4 to 3/4, or auto.`,
  );
}

/** A number of processes, or `auto`. */
export function workers(text: string): number | 'auto' {
  if (text.trim() === 'auto') return 'auto';
  const value = Number(text);
  if (Number.isInteger(value) && value >= 1) return value;
  throw new InvalidArgumentError(`Found '${text}'; expected a whole number from 1, or auto.`);
}

function launched(): Partition {
  const launched = launchedBy(process.env);
  if ('share' in launched) return launched.share;
  throw new InvalidArgumentError(
    `${launched.problem[0]!.toUpperCase()}${launched.problem.slice(1)}; or give I/N, as in 0/4.`,
  );
}

/** A port to listen on. A word behind a flag whose value may be left out is taken for it. */
export function port(text: string): number {
  const value = Number(text);
  if (/^\d+$/.test(text.trim()) && value <= 65_535) return value;
  throw new InvalidArgumentError(
    `Found '${text}'; expected a port from 0 to 65535, or nothing: as the last word of the line.`,
  );
}

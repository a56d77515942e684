import { UsageError } from '../../base/errors.ts';
import { found, isObject, notJson, parsedJson } from '../../base/json.ts';
import { readText } from '../../base/read-text.ts';
import type { Curve, Steps } from './curve.ts';

/** Keys of the form that AIBrix writes today, and of the one until its release 0.2. */
const TODAY = ['fluctuate', 'mean', 'noise', 'period_len_ms', 'only_rise'] as const;
const LEGACY = ['A', 'B', 'sigma', 'period', 'only_rise'] as const;

/**
 * A curve from a pattern's JSON, in either form. The older one counts `period` in cycles of the whole run;
 * its `omega`, where it is not null, is radians an interval and stands in the period's place.
 * @throws UsageError naming file, key, what was found and what was expected.
 */
export function readCurve(file: string, { durationMs, intervalMs }: Steps): Curve {
  const text = readText(file, { what: 'pattern' });
  const value = parsedJson(text);
  if (value === undefined) throw new UsageError(`${file}: ${notJson(text)}`);
  if (!isObject(value)) throw new UsageError(`${file}: ${found(value)}; expected an object`);
  const pattern = { file, value };
  const isLegacy = 'A' in value || 'B' in value;
  checkKeys(pattern, isLegacy ? [...LEGACY, 'omega'] : TODAY);
  const isRising = flag(pattern, 'only_rise');
  if (!isLegacy) {
    return {
      amplitude: number(pattern, 'fluctuate'),
      mean: number(pattern, 'mean'),
      noise: number(pattern, 'noise', 0),
      periodMs: period(pattern, 'period_len_ms'),
      isRising,
    };
  }
  const omega = value['omega'] ?? undefined;
  // An omega of 0, or a period of none: the curve stands still.
  const cyclesMs = (cycles: number) => (cycles > 0 ? durationMs / cycles : undefined);
  return {
    amplitude: number(pattern, 'A'),
    mean: number(pattern, 'B'),
    noise: number(pattern, 'sigma', 0),
    periodMs:
      omega === undefined
        ? cyclesMs(number(pattern, 'period', 0))
        : periodOfOmega(number(pattern, 'omega', 0), intervalMs),
    isRising,
  };
}

interface Pattern {
  readonly file: string;
  readonly value: Record<string, unknown>;
}

function periodOfOmega(omega: number, intervalMs: number): number | undefined {
  return omega > 0 ? (2 * Math.PI * intervalMs) / omega : undefined;
}

function checkKeys({ file, value }: Pattern, known: readonly string[]): void {
  const unknown = Object.keys(value).filter((key) => !known.includes(key));
  if (!unknown.length) return;
  throw new UsageError(
    `${file}: found ${unknown.join(', ')}; expected ${TODAY.join(', ')}; or, as until release 0.2, ${LEGACY.join(', ')} and omega`,
  );
}

function number({ file, value }: Pattern, key: string, least = -Infinity): number {
  const given = value[key];
  if (typeof given === 'number' && Number.isFinite(given) && given >= least) return given;
  const accepted = least === -Infinity ? 'a number' : `a number of at least ${least}`;
  throw new UsageError(`${file}: ${key}: ${found(given)}; expected ${accepted}`);
}

function period(pattern: Pattern, key: string): number {
  const ms = number(pattern, key, 0);
  if (ms > 0) return ms;
  throw new UsageError(`${pattern.file}: ${key}: found 0; expected milliseconds above 0`);
}

/** Left out, it is false. */
function flag({ file, value }: Pattern, key: string): boolean {
  const given = value[key] ?? false;
  if (typeof given === 'boolean') return given;
  throw new UsageError(`${file}: ${key}: ${found(given)}; expected true or false`);
}

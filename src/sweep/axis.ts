import { parse } from 'yaml';
import { errorText, UsageError } from '../base/errors.ts';

/** One thing that is varied, and the values that it takes, in order. */
export interface Axis {
  /** A path of the scenario, or a name that has a meaning of its own. */
  readonly name: string;
  readonly values: readonly unknown[];
}

/** More is a slip of the pen. */
const VALUES_MAX = 10_000;

const RANGE = /^(.+?)\.\.(.+?)([:*])(.+)$/;

/**
 * `name=a,b,c`: the values are YAML, so that objects and texts with commas in quotes are values too. `1..8:1` stands
 * for 1 to 8 in steps of 1, and `1..64*2` for 1, 2, 4 to 64.
 * @throws UsageError for a text that is neither, a range without end, or a value that is there twice.
 */
export function axisOf(text: string, flag = '--over'): Axis {
  const equals = text.indexOf('=');
  if (equals < 1 || equals === text.length - 1) {
    throw new UsageError(
      `${flag}: found '${text}'; expected name=values, as in engine.blocks=1000,2000, rate=1..8:1 or rate=1..64*2`,
    );
  }
  const name = text.slice(0, equals).trim();
  return axisOfValues(name, text.slice(equals + 1), flag);
}

/** The same where the name is known already. */
export function axisOfValues(name: string, text: string, flag: string): Axis {
  const values = listIn(text, flag).flatMap((value) =>
    typeof value === 'string' ? valuesIn(value, flag) : [value],
  );
  if (values.length === 0 || values.length > VALUES_MAX) {
    throw new UsageError(
      `${flag}: ${name}: found ${values.length} values; expected 1 to ${VALUES_MAX}`,
    );
  }
  const texts = values.map(valueText);
  const twice = texts.find((one, index) => texts.indexOf(one) < index);
  if (twice !== undefined) {
    throw new UsageError(
      `${flag}: ${name}: found ${twice} more than once; expected each value once`,
    );
  }
  return { name, values };
}

/** A value as it is printed, and as it names a point. */
export function valueText(value: unknown): string {
  return typeof value === 'string' ? value : JSON.stringify(value);
}

export function isNumeric({ values }: Axis): boolean {
  return values.every((value) => typeof value === 'number');
}

function listIn(text: string, flag: string): unknown[] {
  try {
    const list: unknown = parse(`[${text}]`);
    if (Array.isArray(list)) return list;
  } catch (error) {
    const [reason] = errorText(error).split('\n');
    throw new UsageError(
      `${flag}: found '${text}'; expected values with commas between them: ${reason}`,
    );
  }
  throw new UsageError(`${flag}: found '${text}'; expected values with commas between them`);
}

function valuesIn(text: string, flag: string): unknown[] {
  const [, from, to, how, by] = RANGE.exec(text) ?? [];
  if (how === undefined) {
    if (/^[-+.\d]+\.\.[-+.\d]+$/.test(text)) {
      throw new UsageError(
        `${flag}: found '${text}'; expected a range with its step, as in 1..8:1, or its factor, as in 1..64*2`,
      );
    }
    return [text];
  }
  const [first, last, step] = [from, to, by].map(Number) as [number, number, number];
  if (![first, last, step].every(Number.isFinite)) return [text];
  const isMoving = how === ':' ? step > 0 : step > 1 && first > 0;
  if (!isMoving || last < first) {
    throw new UsageError(
      `${flag}: found '${text}'; expected a range upwards: from..to:step with a step above 0, or from..to*factor with a factor above 1`,
    );
  }
  return how === ':' ? steps(first, last, step) : factors(first, last, step);
}

/** The end is in it although 0.1 is no binary number. */
function steps(first: number, last: number, step: number): number[] {
  const count = Math.floor((last - first) / step + 1e-9) + 1;
  return Array.from({ length: Math.min(count, VALUES_MAX + 1) }, (_, index) =>
    rounded(first + index * step),
  );
}

function factors(first: number, last: number, factor: number): number[] {
  const values: number[] = [];
  for (let value = first; value <= last * (1 + 1e-9); value *= factor) {
    values.push(rounded(value));
    if (values.length > VALUES_MAX) break;
  }
  return values;
}

function rounded(value: number): number {
  return Number(value.toPrecision(12));
}

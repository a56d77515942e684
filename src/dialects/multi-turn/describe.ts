import { moments } from '../../stats/exact.ts';

/** A named series; null is left out. */
export interface Series {
  readonly name: string;
  readonly values: readonly (number | null)[];
}

/** pandas' `describe().T`: one row a series; NaN where it has no such number. */
export interface Description {
  /** count, mean, std, min, percentiles, max. */
  readonly columns: readonly string[];
  readonly rows: readonly { readonly name: string; readonly values: readonly number[] }[];
}

/** `shares` are the percentiles, 0 to 1, ascending. std is the sample's; percentiles are interpolated. */
export function describe(series: readonly Series[], shares: readonly number[]): Description {
  const percentiles = shares.map((share) => `${Number((100 * share).toFixed(6))}%`);
  return {
    columns: ['count', 'mean', 'std', 'min', ...percentiles, 'max'],
    rows: series.map(({ name, values }) => ({ name, values: statistics(values, shares) })),
  };
}

function statistics(values: readonly (number | null)[], shares: readonly number[]): number[] {
  const sorted = Float64Array.from(values.filter((value) => value !== null)).sort();
  if (sorted.length === 0) return [0, ...Array<number>(shares.length + 4).fill(Number.NaN)];
  const { mean, std = Number.NaN } = moments(sorted);
  const percentiles = shares.map((share) => percentile(sorted, share));
  return [sorted.length, mean, std, sorted[0]!, ...percentiles, sorted.at(-1)!];
}

/** As stats/quantile.ts, but from the nearer neighbour, as numpy does it: the last bit can tip a half. */
function percentile(sorted: Float64Array, share: number): number {
  const position = (sorted.length - 1) * share;
  const below = sorted[Math.floor(position)]!;
  const above = sorted[Math.ceil(position)]!;
  const part = position % 1;
  return part < 0.5 ? below + (above - below) * part : above - (above - below) * (1 - part);
}

/**
 * The description as pandas prints a frame that is as wide as it needs, with `display.precision`
 * decimals: columns right, at least two spaces apart; zeros that end all numbers of a column are left
 * out but for one; a column with numbers too small for the precision, or above 10^6 and too long, in exponents.
 */
export function descriptionText({ columns, rows }: Description, precision: number): string {
  const indexWidth = Math.max(0, ...rows.map(({ name }) => name.length));
  const shown = columns.map((title, index) => {
    const cells = column(
      rows.map(({ values }) => values[index]!),
      precision,
    );
    const width = Math.max(title.length + 1, ...cells.map(({ length }) => length));
    return [title, ...cells].map((cell) => cell.padStart(width));
  });
  return ['', ...rows.map(({ name }) => name)]
    .map((name, line) => [name.padEnd(indexWidth), ...shown.map((cells) => cells[line])].join(' '))
    .join('\n');
}

/** Numbers as Python's `%.<digits>f`: a number half-way between two is rounded to the even one. */
export function fixed(value: number, digits: number): string {
  if (Number.isNaN(value)) return 'nan';
  if (!Number.isFinite(value)) return value > 0 ? 'inf' : '-inf';
  return toEven(value.toFixed(digits), value.toFixed(EXACT_DIGITS), digits);
}

/** JavaScript's limit, and enough for every digit of a number half-way between two that are printed. */
const EXACT_DIGITS = 100;

/** A sign or a space, as pandas keeps one before each number. */
function column(values: readonly number[], precision: number): string[] {
  const plain = withoutZeros(values.map((value) => cell(value, (v) => fixed(v, precision))));
  const sizes = values.map(Math.abs);
  const isLong = plain.some(({ length }) => length > precision + 6);
  const hasLarge = sizes.some((size) => size > 1e6);
  const hasSmall = sizes.some((size) => size > 0 && size < 10 ** -precision);
  if (!hasSmall && !(isLong && hasLarge)) return plain;
  return values.map((value) => cell(value, (v) => exponential(v, precision)));
}

function cell(value: number, text: (value: number) => string): string {
  if (Number.isNaN(value)) return 'NaN';
  return value < 0 ? text(value) : ` ${text(value)}`;
}

function withoutZeros(cells: readonly string[]): string[] {
  let shown = [...cells];
  const isNumber = cells.map((text) => /^\s*-?\d+\.\d*$/.test(text));
  const numbers = () => shown.filter((_, index) => isNumber[index]);
  if (!numbers().length) return shown;
  while (numbers().every((text) => text.endsWith('0'))) {
    shown = shown.map((text, index) => (isNumber[index] ? text.slice(0, -1) : text));
  }
  return shown.map((text, index) => (isNumber[index] && text.endsWith('.') ? `${text}0` : text));
}

/** As Python's `%.<digits>e`: at least two digits in the exponent. */
function exponential(value: number, digits: number): string {
  const [number, power] = value.toExponential(digits).split('e');
  const [exactNumber, exactPower] = value.toExponential(EXACT_DIGITS).split('e');
  // Subtle: where rounding carries into the exponent (9.996 to 1.00e+1) nothing is half-way.
  const rounded = power === exactPower ? toEven(number!, exactNumber!, digits) : number!;
  return `${rounded}e${power![0]}${power!.slice(1).padStart(2, '0')}`;
}

/** JavaScript rounds a half up; Python rounds it to the even digit. All digits of the number tell a half. */
function toEven(rounded: string, exact: string, digits: number): string {
  const point = exact.indexOf('.');
  const kept = exact.slice(0, digits ? point + digits + 1 : point);
  const isHalf = /^50*$/.test(exact.slice(point + digits + 1));
  return isHalf && Number(kept.at(-1)) % 2 === 0 ? kept : rounded;
}

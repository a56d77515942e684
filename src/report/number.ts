const DIGITS = 4;

/** What is printed for a number that is unknown. */
export const UNKNOWN = '-';

/** Four significant digits, at most three decimals, never an exponent: 12346, 123.5, 1.235, 0.012; or 0, if none is left. */
export function measure(value: number | undefined, digits = DIGITS): string {
  if (value === undefined) return UNKNOWN;
  const shown = Number(value.toPrecision(digits));
  if (shown === 0) return '0';
  const wholeDigits = Math.floor(Math.log10(Math.abs(shown))) + 1;
  if (wholeDigits >= digits) return value.toFixed(0);
  const text = shown.toFixed(Math.min(DIGITS - 1, digits - wholeDigits));
  // A spread of values that are alike but for their last bit.
  return Number(text) === 0 ? '0' : text;
}

/** Like `measure`, but a whole number is printed as one. */
export function amount(value: number | undefined): string {
  return value !== undefined && Number.isInteger(value) ? String(value) : measure(value);
}

/** A share of 0 to 1 as percent. */
export function percent(share: number | undefined): string {
  return share === undefined ? UNKNOWN : `${(100 * share).toFixed(1)} %`;
}

/** A number that too few values make: a digit less, and marked, so that it takes no more room. */
export function rough(value: number): string {
  if (Number.isInteger(value)) return `~${value}`;
  return `~${Math.abs(value) < 1 ? value.toFixed(DIGITS - 2) : measure(value, DIGITS - 1)}`;
}

export function range([low, high]: readonly [number, number]): string {
  return `${measure(low)}-${measure(high)}`;
}

/** Milliseconds as seconds. */
export function seconds(ms: number): string {
  return `${(ms / 1000).toFixed(1)} s`;
}

/** How a number of a table is written, by name. */
const FORMATS = {
  count: String,
  measure: (value) => measure(value),
  amount,
  percent,
  seconds,
} satisfies Record<string, (value: number) => string>;

export type Format = keyof typeof FORMATS;

/** A value of a table as it is read: words as they are, a number in its format. */
export function written(value: string | number | undefined, format: Format): string {
  if (typeof value === 'string') return value;
  return value === undefined ? UNKNOWN : FORMATS[format](value);
}

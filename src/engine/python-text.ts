/**
 * Numbers and values as Python writes them: vLLM's messages and pages of metrics are Python's, and clients read
 * them. Sources: Python's `repr` and prometheus_client's `floatToGoString`.
 */

/** A float as `repr` has it: `1.0`, `5e-05`, `1e+16`. */
export function floatText(value: number): string {
  if (Number.isNaN(value)) return 'nan';
  if (!Number.isFinite(value)) return value > 0 ? 'inf' : '-inf';
  const [digits, exponent] = value.toExponential().split('e') as [string, string];
  const power = Number(exponent);
  // Python changes to an exponent below 1e-4 and from 1e16, JavaScript below 1e-6 and from 1e21.
  if (power < -4 || power >= 16) return `${digits}e${power < 0 ? '-' : '+'}${twoDigits(power)}`;
  const text = String(value);
  return text.includes('.') ? text : `${text}.0`;
}

/** A value on a page of metrics: from a million on with an exponent, as Go writes it. */
export function sampleText(value: number): string {
  if (value === Infinity) return '+Inf';
  if (value === -Infinity) return '-Inf';
  if (Number.isNaN(value)) return 'NaN';
  const text = floatText(value);
  const dot = text.indexOf('.');
  if (value <= 0 || dot <= 6) return text;
  const mantissa = `${text[0]}.${text.slice(1, dot)}${text.slice(dot + 1)}`.replace(/[0.]+$/, '');
  return `${mantissa}e+${twoDigits(dot - 1)}`;
}

/** A value as `repr` has it; numbers that are whole are taken for `int`. */
export function reprOf(value: unknown): string {
  if (value === null || value === undefined) return 'None';
  if (value === true) return 'True';
  if (value === false) return 'False';
  if (typeof value === 'string') return quoted(value);
  if (typeof value === 'number') return Number.isInteger(value) ? String(value) : floatText(value);
  if (Array.isArray(value)) return `[${value.map(reprOf).join(', ')}]`;
  const entries = Object.entries(value as object);
  return `{${entries.map(([key, one]) => `${quoted(key)}: ${reprOf(one)}`).join(', ')}}`;
}

const ESCAPES: Readonly<Record<string, string>> = {
  '\\': '\\\\',
  '\n': '\\n',
  '\r': '\\r',
  '\t': '\\t',
};

function quoted(text: string): string {
  const quote = text.includes("'") && !text.includes('"') ? '"' : "'";
  const escaped = text
    .replace(/[\\\n\r\t]/g, (one) => ESCAPES[one]!)
    .replace(/[\x00-\x1f\x7f]/g, (one) => `\\x${one.charCodeAt(0).toString(16).padStart(2, '0')}`);
  return `${quote}${quote === "'" ? escaped.replaceAll("'", "\\'") : escaped}${quote}`;
}

function twoDigits(power: number): string {
  return String(Math.abs(power)).padStart(2, '0');
}

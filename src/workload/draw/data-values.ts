import { UsageError } from '../../base/errors.ts';
import { notJson, parsedJson } from '../../base/json.ts';
import { LARGE_BYTES, readText } from '../../base/read-text.ts';
import type { Distribution } from '../../scenario/distribution.ts';

export type DataDistribution = Extract<Distribution, { distribution: 'data' }>;

/**
 * The numbers of a `data` distribution; its file (one number a line, or a JSON array) is read once.
 * @throws UsageError naming file and line.
 */
export function dataValues(d: DataDistribution): readonly number[] {
  if (d.values) return d.values;
  const known = valuesRead.get(d);
  if (known) return known;
  const values = readNumbers(d.file!);
  valuesRead.set(d, values);
  return values;
}

const valuesRead = new WeakMap<DataDistribution, readonly number[]>();

function readNumbers(file: string): number[] {
  const text = readText(file, { what: 'data file', maxBytes: LARGE_BYTES });
  const values = text.trimStart().startsWith('[') ? jsonNumbers(text, file) : lines(text, file);
  if (!values.length) throw new UsageError(`${file}: no numbers; expected one a line`);
  return values;
}

function jsonNumbers(text: string, file: string): number[] {
  const list = parsedJson(text);
  if (!Array.isArray(list)) throw new UsageError(`${file}: ${notJson(text)}`);
  return list.map((value, i) => number(value, value, `${file}: item ${i}`));
}

function lines(text: string, file: string): number[] {
  return text.split('\n').flatMap((line, i) => {
    const trimmed = line.trim();
    return trimmed ? [number(Number(trimmed), trimmed, `${file}: line ${i + 1}`)] : [];
  });
}

function number(value: unknown, found: unknown, where: string): number {
  if (typeof value === 'number' && value >= 0 && value < Infinity) return value;
  throw new UsageError(`${where}: found ${JSON.stringify(found)}; expected a number >= 0`);
}

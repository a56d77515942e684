import { UsageError } from '../../base/errors.ts';
import type { Scenario } from '../../scenario/schema.ts';
import { droppedLines, Tally } from '../files/tally.ts';
import { earliest } from './earliest.ts';
import type { ReadOptions, TraceEntry, TraceFormat } from './format.ts';
import { checkTimeUnit, factsOf, formatOf, isSorted } from './formats/formats.ts';
import { inOrder } from './order.ts';
import { select, selectionOf } from './select.ts';
import { traceFiles } from './trace-files.ts';

type Settings = NonNullable<Scenario['conversation']['trace']>;

/** A trace as the scenario asks for it. */
export interface ReadTrace {
  readonly format: TraceFormat;
  readonly blockTokens: number;
  /** In the order in which they are played. */
  readonly entries: readonly TraceEntry[];
  /** What of it was not asked for, a line for each reason. */
  readonly leftOut: readonly string[];
  /** All files that were read. */
  readonly files: readonly string[];
}

/**
 * How the file is read, by its format and the scenario.
 * @throws UsageError if no format fits it.
 */
export async function readerOf(
  { file, format: name, ...settings }: Settings,
  seed: string | number,
  formats: readonly TraceFormat[],
): Promise<{ readonly format: TraceFormat; readonly options: ReadOptions }> {
  const format = await formatOf(file, name, formats);
  const blockTokens = settings.blockTokens ?? (await factsOf(format, file)).blockTokens ?? 1;
  const { timeUnit, fieldNames, datasetFile } = settings;
  checkTimeUnit(format, timeUnit);
  return { format, options: { blockTokens, timeUnit, fieldNames, datasetFile, seed } };
}

/**
 * @param users how many conversations are played of it; undefined: all
 * @throws UsageError if no format fits the file, if it has no requests or a wrong one, or more than memory has
 * room for.
 */
export async function readTrace(
  settings: Settings,
  seed: string | number,
  formats: readonly TraceFormat[],
  users?: number,
): Promise<ReadTrace> {
  const { file } = settings;
  const { format, options } = await readerOf(settings, seed, formats);
  const dropped = new Tally();
  const selection = selectionOf(settings);
  const selected = select(() => format.read(file, options), {
    ...{ file, selection, dropped },
    isSorted: isSorted(format, file),
  });
  const entries = await earliest(selected, { file, users, dropped });
  const leftOut = droppedLines(dropped.dropped);
  if (!entries.length) {
    const why = leftOut.length ? leftOut.join('; ') : `expected ${format.says}`;
    throw new UsageError(`${file}: found no request; ${why}`);
  }
  return {
    format,
    blockTokens: options.blockTokens,
    entries: inOrder(entries),
    leftOut,
    files: [...traceFiles(file), ...(format.alsoReads?.(file, options) ?? [])],
  };
}

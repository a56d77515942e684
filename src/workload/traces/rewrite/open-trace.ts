import type { ReadOptions, TraceFacts, TraceFormat } from '../format.ts';
import { checkTimeUnit, factsOf, formatOf, TRACE_FORMATS } from '../formats/formats.ts';

/** How a file is to be read, where it is not to be told from the file. */
export interface Reading {
  /** Name of its format; default: the first that its content fits. */
  readonly format?: string | undefined;
  readonly blockTokens?: number | undefined;
  readonly timeUnit?: ReadOptions['timeUnit'];
}

/** A trace, known by its format and not yet read. */
export interface OpenedTrace {
  readonly file: string;
  readonly format: TraceFormat;
  readonly facts: TraceFacts;
  readonly options: ReadOptions;
}

/** @throws UsageError if no format fits, or none has the name. */
export async function openTraceFile(file: string, reading: Reading): Promise<OpenedTrace> {
  const format = await formatOf(file, reading.format ?? 'auto', TRACE_FORMATS, '--format');
  checkTimeUnit(format, reading.timeUnit, '--time-unit');
  const own = await factsOf(format, file);
  const blockTokens = reading.blockTokens ?? own.blockTokens;
  const facts = { ...own, ...(blockTokens !== undefined && { blockTokens }) };
  const options = { blockTokens: blockTokens ?? 1, timeUnit: reading.timeUnit };
  return { file, format, facts, options };
}

import { UsageError } from '../../base/errors.ts';
import { elsewhere } from '../../base/known-formats.ts';
import { begins, headOf } from '../files/head.ts';
import { firstValue } from '../files/json-values.ts';
import { aibrix } from './aibrix.ts';
import { azure } from './azure.ts';
import { burstgpt } from './burstgpt.ts';
import type { TraceFacts, TraceFormat } from './format.ts';
import { mlperf } from './mlperf.ts';
import { mooncake } from './mooncake.ts';
import { timedTrace } from './timed-trace.ts';
import { traceFiles } from './trace-files.ts';

/** In the order in which a file is tried: what fits less comes first. */
export const TRACE_FORMATS: readonly TraceFormat[] = [
  azure,
  burstgpt,
  aibrix,
  mlperf,
  timedTrace,
  mooncake,
];

const SHOWN_CHARACTERS = 60;

/**
 * The format of this name; for 'auto' the first that the file's content fits.
 * @throws UsageError for an unknown name, a file that cannot be read, or one that no format fits.
 */
export async function formatOf(
  file: string,
  name: string,
  formats: readonly TraceFormat[],
): Promise<TraceFormat> {
  if (name !== 'auto') return formatNamed(name, formats);
  const [first] = traceFiles(file) as [string, ...string[]];
  const head = headOf(first);
  const format = formats.find((one) => one.sniff(head));
  if (format) return format;
  const known = formats.map((one) => `${one.name} (${one.says})`).join(', ');
  const other = elsewhere(await firstValue(first), 'trace');
  throw new UsageError(
    `${file}: ${begins(head, SHOWN_CHARACTERS)}; expected a trace, in one of these formats: ${known}${other ? `; ${other}` : ''}`,
  );
}

/** How this file counts: as it says itself, else as its format does. */
export async function factsOf(format: TraceFormat, file: string): Promise<TraceFacts> {
  const { timeUnit, blockTokens, rounding, context } = format;
  const facts = { timeUnit, blockTokens, rounding, context, ...(await format.facts?.(file)) };
  return Object.fromEntries(Object.entries(facts).filter(([, value]) => value !== undefined));
}

function formatNamed(name: string, formats: readonly TraceFormat[]): TraceFormat {
  const format = formats.find((one) => one.name === name);
  if (format) return format;
  const names = ['auto', ...formats.map((one) => one.name)].join(', ');
  throw new UsageError(`conversation.trace.format: found '${name}'; expected one of ${names}`);
}

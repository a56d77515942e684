import { UsageError } from '../../../base/errors.ts';
import { elsewhere } from '../../../base/known-formats.ts';
import { begins, headOf } from '../../files/head.ts';
import { firstValue } from '../../files/json-values.ts';
import type { TraceFacts, TraceFormat } from '../format.ts';
import { traceFiles } from '../trace-files.ts';
import { aibrix } from './aibrix.ts';
import { azure } from './azure.ts';
import { burstgpt } from './burstgpt.ts';
import { kvCacheTester } from './kv-cache-tester.ts';
import { mlperf } from './mlperf.ts';
import { mooncake } from './mooncake.ts';
import { otel } from './otel.ts';
import { qwenBailian } from './qwen-bailian.ts';
import { requestLog } from './request-log.ts';
import { servegen } from './servegen.ts';
import { servegenHashed } from './servegen-hashed.ts';
import { servingSim } from './serving-sim.ts';
import { timedTrace } from './timed-trace.ts';
import { tracelab } from './tracelab.ts';

/** In the order in which a file is tried: what fits less comes first. */
export const TRACE_FORMATS: readonly TraceFormat[] = [
  qwenBailian,
  tracelab,
  kvCacheTester,
  azure,
  burstgpt,
  servegen,
  servegenHashed,
  aibrix,
  mlperf,
  otel,
  servingSim,
  timedTrace,
  mooncake,
  requestLog,
];

const SHOWN_CHARACTERS = 60;

/**
 * The format of this name; for 'auto' the first that the file's content fits.
 * @param setting where the name was found, for its error
 * @throws UsageError for an unknown name, a file that cannot be read, or one that no format fits.
 */
export async function formatOf(
  file: string,
  name: string,
  formats: readonly TraceFormat[],
  setting = 'conversation.trace.format',
): Promise<TraceFormat> {
  if (name !== 'auto') return formatNamed(name, formats, setting);
  const [first] = traceFiles(file) as [string, ...string[]];
  const head = headOf(first);
  const format = formats.find((one) => one.sniff(head));
  if (format) return format;
  const other = elsewhere(await firstValue(first), 'trace');
  throw new UsageError([
    `${file}: ${begins(head, SHOWN_CHARACTERS)}; ${other ? `${other}; ` : ''}expected a trace in one of these formats:`,
    ...accepted(formats).map((one) => `  ${one.name}: ${one.says}`),
  ]);
}

/** Without those that are known for what they are and refused. */
function accepted(formats: readonly TraceFormat[]): readonly TraceFormat[] {
  return formats.filter(({ isRefused = false }) => !isRefused);
}

/**
 * @param setting where the unit was found, for the error
 * @throws UsageError where a unit is said of times that have none to be told.
 */
export function checkTimeUnit(
  { name, takesTimeUnit }: TraceFormat,
  timeUnit: string | undefined,
  setting = 'conversation.trace.timeUnit',
): void {
  if (timeUnit === undefined || takesTimeUnit) return;
  throw new UsageError(
    `${setting}: found ${timeUnit}; expected none with ${name}, whose times say what they are`,
  );
}

/** Whether nothing that comes later in the file is expected to be earlier in time; of a folder each file has its own. */
export function isSorted(format: TraceFormat, file: string): boolean {
  return format.isSorted === true && traceFiles(file)[0] === file;
}

/** How this file counts: as it says itself, else as its format does. */
export async function factsOf(format: TraceFormat, file: string): Promise<TraceFacts> {
  const { timeUnit, blockTokens, rounding, context, timeOrigin } = format;
  const own = { timeUnit, blockTokens, rounding, context, timeOrigin };
  const facts = { ...own, ...(await format.facts?.(file)) };
  return Object.fromEntries(Object.entries(facts).filter(([, value]) => value !== undefined));
}

/** @throws UsageError for an unknown name. */
export function formatNamed(
  name: string,
  formats: readonly TraceFormat[],
  setting = 'format',
): TraceFormat {
  const format = formats.find((one) => one.name === name);
  if (format) return format;
  const names = ['auto', ...accepted(formats).map((one) => one.name)].join(', ');
  throw new UsageError(`${setting}: found '${name}'; expected one of ${names}`);
}

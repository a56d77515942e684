import { counted } from '../../base/counted.ts';
import { UsageError } from '../../base/errors.ts';
import type { TraceEntry, TraceFormat } from '../traces/format.ts';
import { type Factors, type Planned, scaled } from './planned.ts';

export interface TracePlan {
  readonly file: string;
  readonly format: TraceFormat;
  /** Tokens of a hashed block; undefined: it has none. */
  readonly blockTokens: number | undefined;
  /** From the first request on, that long and that moment itself; in the trace's own time. */
  readonly durationMs: number;
  /** Times are led back to the beginning of a group of this length; 0: they stay as they are. */
  readonly groupMs: number;
  readonly factors: Factors;
  /** Told of what looks wrong in the trace. */
  readonly warn?: ((warning: string) => void) | undefined;
}

/**
 * The requests of a trace, with its own times and lengths, one at a time as they are read.
 * @throws UsageError if an entry has no time, comes before the one before it, or has messages instead of lengths.
 */
export async function* tracePlan(options: TracePlan): AsyncGenerator<Planned> {
  const { file, format, durationMs, groupMs, factors, warn } = options;
  const blockTokens = options.blockTokens ?? 1;
  let firstMs: number | undefined;
  let lastMs = 0;
  let unanswered = 0;
  let number = 0;
  for await (const entry of format.read(file, { blockTokens, warn })) {
    const { atMs, inputTokens } = checked(`${file}: request ${++number}`, entry);
    firstMs ??= atMs;
    const sinceMs = atMs - firstMs;
    if (sinceMs > durationMs) break;
    if (sinceMs < lastMs) {
      throw new UsageError(
        `${file}: request ${number}: found it ${lastMs - sinceMs} ms before the one before it; expected them in the order of time`,
      );
    }
    lastMs = sinceMs;
    if (entry.outputTokens === 0) unanswered++;
    const grouped = groupMs > 0 ? Math.floor(sinceMs / groupMs) * groupMs : sinceMs;
    yield {
      atMs: Math.floor(grouped / factors.rate),
      inputTokens: scaled(inputTokens, factors.input),
      outputTokens:
        entry.outputTokens === undefined
          ? undefined
          : scaled(Math.max(1, entry.outputTokens), factors.output),
      hashIds: entry.hashIds,
      // What is said in a session is what is new in it: an input that repeats the rest stands alone.
      session: entry.isCumulative ? undefined : entry.session,
    };
  }
  if (firstMs === undefined) {
    throw new UsageError(`${file}: found no request; expected ${format.says}`);
  }
  if (unanswered) {
    warn?.(
      `${counted(unanswered, 'answer')} of 0 tokens in the trace, as of requests that failed: output_length is 1`,
    );
  }
}

function checked(where: string, { atMs, inputTokens }: TraceEntry) {
  if (atMs === undefined) {
    throw new UsageError(`${where}: found no time; a workload needs one for each`);
  }
  if (inputTokens === undefined) {
    throw new UsageError(
      `${where}: found messages; expected lengths in tokens: play it with \`confab run --trace\``,
    );
  }
  return { atMs, inputTokens: Math.max(1, inputTokens) };
}

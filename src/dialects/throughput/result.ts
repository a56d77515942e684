import { writeWhole } from '../../base/write-whole.ts';
import type { Companion } from '../../play/companion.ts';
import { type RunSummary, summarise } from '../../report/run-summary.ts';

/** The script's numbers; seconds, and tokens as the server counted them. What it did not count is null. */
export interface ThroughputResult {
  /** From the first request to the end of the last answer. */
  readonly elapsed_time: number;
  /** Answered. */
  readonly num_requests: number;
  readonly total_num_tokens: number | null;
  readonly requests_per_second: number;
  readonly tokens_per_second: number | null;
  /** The script's own is 0 whatever comes, and in no file. */
  readonly total_output_tokens: number | null;
  readonly output_tokens_per_second: number | null;
}

/** Writes the script's JSON, and says its line. */
export function throughputCompanion(outputJson: string | undefined): Companion {
  return {
    finish(run) {
      const result = throughputResult(summarise(run));
      if (outputJson !== undefined) {
        writeWhole(outputJson, [`${JSON.stringify(result, undefined, 4)}\n`]);
      }
      return {
        before: throughputText(result),
        files: outputJson === undefined ? [] : [outputJson],
      };
    },
  };
}

export function throughputResult({ time, counts, rates }: RunSummary): ThroughputResult {
  const elapsed = time.measuredMs / 1000;
  const { inputTokensPerSec: input, outputTokensPerSec: output } = rates;
  const total = input === undefined || output === undefined ? undefined : input + output;
  const whole = (perSec: number | undefined): number | null =>
    perSec === undefined ? null : Math.round(perSec * elapsed);
  return {
    elapsed_time: elapsed,
    num_requests: counts.completed,
    total_num_tokens: whole(total),
    requests_per_second: counts.completed / elapsed,
    tokens_per_second: total ?? null,
    total_output_tokens: whole(output),
    output_tokens_per_second: output ?? null,
  };
}

function throughputText(result: ThroughputResult): string {
  const two = (value: number | null): string => value?.toFixed(2) ?? 'unknown';
  return `Throughput: ${two(result.requests_per_second)} requests/s, ${two(result.tokens_per_second)} total tokens/s, ${two(result.output_tokens_per_second)} output tokens/s`;
}

import { join } from 'node:path';
import { METRICS_OF_VLLM, type VllmMetric, writeVllm } from '../../export/vllm.ts';
import type { Companion } from '../../play/companion.ts';
import type { TurnRecord } from '../../record/record.ts';
import type { Run } from '../../record/run-folder.ts';
import { type RunSummary, summarise } from '../../report/run-summary.ts';
import { Column } from '../../stats/column.ts';
import { quantile } from '../../stats/exact.ts';
import type { RequestMetric } from '../../stats/metric.ts';
import { METRICS, type RequestMetricName } from '../../stats/metrics.ts';
import type { OnlineFlags } from './flags.ts';
import { DEFAULT_METRICS, DEFAULT_PERCENTILES } from './pairs.ts';
import { resultText } from './text.ts';

/** What a result file is made of besides the run. */
export interface ResultOptions {
  readonly flags: OnlineFlags;
  /** Of the moment that names the file. */
  readonly date: string;
  readonly tokenizer: string;
}

/** Keeps the answers, writes the result when the run is over, and prints its statistics as the script does. */
export function onlineCompanion(options: ResultOptions): Companion {
  const { flags, date } = options;
  const texts = new Map<number, string>();
  return {
    record(record, said) {
      if (record.status === 'ok' && said) texts.set(record.userId, said().answer);
    },
    finish(run) {
      const summary = summarise(run);
      const statistics = statisticsOf(run, flags);
      const path = resultPath(flags, summary.run.model ?? 'model', date);
      writeVllm(path, run, summary, {
        head: headOf(summary, options),
        statistics,
        textOf: ({ userId }) => texts.get(userId),
      });
      return { files: [path], before: resultText(summary, statistics, flags) };
    },
  };
}

/** `{backend}-{rate}qps[-concurrency{n}]-{model}-{date}.json`: the rate as Python writes a float. */
export function resultPath(
  {
    backend,
    requestRate = Infinity,
    maxConcurrency,
    resultDir,
    resultFilename,
    outputJson,
  }: OnlineFlags,
  model: string,
  date: string,
): string {
  if (outputJson !== undefined) return outputJson;
  const concurrency = maxConcurrency === undefined ? '' : `-concurrency${maxConcurrency}`;
  const name = `${backend}-${pythonFloat(requestRate)}qps${concurrency}-${model.split('/').at(-1)}-${date}.json`;
  return join(resultDir, resultFilename ?? name);
}

function pythonFloat(value: number): string {
  if (value === Infinity) return 'inf';
  return Number.isInteger(value) ? `${value}.0` : String(value);
}

/** The script's fields, in its order, with what else tells runs apart. */
function headOf(
  { run: { model }, counts }: RunSummary,
  { flags, date, tokenizer }: ResultOptions,
): Record<string, unknown> {
  const {
    backend,
    bestOf,
    metadata,
    requestRate = Infinity,
    burstiness,
    maxConcurrency,
    schedule,
  } = flags;
  const { noise = 0, expected, priorityOrder } = flags;
  const own = {
    date,
    backend,
    model_id: model,
    tokenizer_id: tokenizer,
    best_of: bestOf,
    num_prompts: counts.planned,
    schedule,
    noise,
    ...(expected !== undefined && { expected }),
    ...(priorityOrder !== undefined && { priority_order: priorityOrder }),
  };
  return {
    ...own,
    ...metadata,
    // Metadata that has such a name changes nothing.
    ...own,
    request_rate: requestRate === Infinity ? 'inf' : requestRate,
    burstiness,
    max_concurrency: maxConcurrency ?? null,
  };
}

/** Of completed requests, milliseconds: as numpy computes them, the deviation that of a population. */
export function statisticsOf(
  { parts }: Run,
  {
    percentileMetrics: metrics = DEFAULT_METRICS,
    metricPercentiles: percentiles = DEFAULT_PERCENTILES,
  }: OnlineFlags,
): Record<string, number> {
  const records = parts
    .flatMap((part) => part.records)
    .filter(({ phase, status }) => phase === 'measure' && status === 'ok');
  return Object.assign({}, ...metrics.map((name) => statisticsOfOne(name, records, percentiles)));
}

function statisticsOfOne(
  name: VllmMetric,
  records: readonly TurnRecord[],
  percentiles: readonly number[],
): Record<string, number> {
  const metric: RequestMetric = METRICS[METRICS_OF_VLLM[name] satisfies RequestMetricName];
  const column = new Column();
  for (const record of records) {
    const value = metric.of(record);
    for (const one of typeof value === 'object' ? value : [value]) column.add(one);
  }
  if (column.count === 0) return {};
  const sorted = column.sorted();
  const mean = sorted.reduce((sum, value) => sum + value, 0) / sorted.length;
  const squares = sorted.reduce((sum, value) => sum + (value - mean) ** 2, 0);
  return {
    [`mean_${name}_ms`]: mean,
    [`median_${name}_ms`]: quantile(sorted, 0.5),
    [`std_${name}_ms`]: Math.sqrt(squares / sorted.length),
    ...Object.fromEntries(percentiles.map((p) => [`p${p}_${name}_ms`, quantile(sorted, p / 100)])),
  };
}

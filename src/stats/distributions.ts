import type { TurnRecord } from '../record/record.ts';
import { Column } from './column.ts';
import * as latency from './latency.ts';
import { type Distribution, distributionOf } from './quantile.ts';

type Value = (record: TurnRecord) => number | undefined;

/** Of completed requests: a failure has no latency to compare with. Failures are in the counts. */
const COMPLETED = {
  ttftMs: latency.ttftMs,
  ttftFromIntendedMs: latency.ttftFromIntendedMs,
  ttfoMs: latency.ttfoMs,
  tpotMs: latency.tpotMs,
  itlMs: latency.itlMs,
  latencyMs: latency.latencyMs,
  latencyFromIntendedMs: latency.latencyFromIntendedMs,
  engineQueueMs: (record) => record.engineQueueMs,
  enginePrefillMs: (record) => record.enginePrefillMs,
  inputTokens: (record) => record.inputTokens,
  cachedTokens: (record) => record.cachedTokens,
  outputTokens: (record) => record.outputTokens,
} as const satisfies Record<string, Value>;

/** Of all requests that were sent: about the generator, whatever the engine made of them. */
const SENT = {
  latenessMs: latency.latenessMs,
  generatorDelayMs: latency.generatorDelayMs,
} as const satisfies Record<string, Value>;

/** One value a request, but for `iclMs`: the gaps between chunks, pooled over completed requests. */
export type DistributionName = keyof typeof COMPLETED | keyof typeof SENT | 'iclMs';

/** A distribution without values is absent. */
export type DistributionSet = Readonly<Partial<Record<DistributionName, Distribution>>>;

export class Distributions {
  readonly #completed = columnsFor(COMPLETED);
  readonly #sent = columnsFor(SENT);
  readonly #gaps = new Column();

  add(record: TurnRecord): void {
    for (const { value, column } of this.#sent) column.add(value(record));
    if (record.status !== 'ok') return;
    for (const { value, column } of this.#completed) column.add(value(record));
    for (const gapMs of record.chunkGapsMs ?? []) this.#gaps.add(gapMs);
  }

  merge(other: Distributions): void {
    this.#completed.forEach(({ column }, index) => {
      column.merge(other.#completed[index]!.column);
    });
    this.#sent.forEach(({ column }, index) => {
      column.merge(other.#sent[index]!.column);
    });
    this.#gaps.merge(other.#gaps);
  }

  close(): DistributionSet {
    const all = [...this.#completed, { name: 'iclMs', column: this.#gaps }, ...this.#sent];
    return Object.fromEntries(
      all.flatMap(({ name, column }) => {
        const distribution = distributionOf(column);
        return distribution ? [[name, distribution]] : [];
      }),
    );
  }
}

function columnsFor(values: Readonly<Record<string, Value>>) {
  return Object.entries(values).map(([name, value]) => ({ name, value, column: new Column() }));
}

import { Counter } from './counter.ts';
import { iterationSamples } from './engines/tensorrt-llm-json.ts';
import { ENGINES, type EngineName, type Use, usesOf } from './engines.ts';
import { labelsOf, type Sample, samplesOf } from './exposition.ts';
import { Gauge } from './gauge.ts';
import { QUANTITIES, type Quantity } from './quantities.ts';
import type { Told } from './told.ts';

/** Prometheus' clients in Python and Go tell when the process began. */
const STARTED = 'process_start_time_seconds';

export interface ReadPage {
  readonly text: string;
  /** The first page of a server is read before the first request, the last after the last. */
  readonly isFirst: boolean;
  readonly isLast: boolean;
}

export interface PagePlace {
  readonly server: string;
  readonly window: string;
}

/** What is read from the pages of one stretch of time, or several: sums over all servers, series and stretches. */
export class Reading {
  readonly counters = new Map<string, Counter>();
  readonly gauges = new Map<string, Gauge>();
  readonly engines = new Set<EngineName>();
  readonly #started = new Map<string, number>();

  /**
   * One page; those of a server come in the order of time. True: it was started again since the one before.
   * @param place.window tells stretches of time apart: what a server counts between two is of neither.
   */
  add({ text, isFirst, isLast }: ReadPage, { server, window }: PagePlace): boolean {
    const source = `${window} ${server}`;
    const samples = numbered(read(text), source);
    const wanted = samples.flatMap((sample) => usesIn(sample));
    const isRestarted = this.#isRestarted(samples, wanted, source);
    const hasBegunAnew = isRestarted === 'all';
    const values = new Map<string, { use: Use; values: { by: string; value: number }[] }>();
    for (const { use, sample, by } of wanted) {
      this.engines.add(use.engine);
      const key = keyOf(use);
      if (QUANTITIES[use.quantity].kind === 'gauge') {
        const known = values.get(key);
        const value = { by, value: tellingOf(use.told, sample) };
        if (known) known.values.push(value);
        else values.set(key, { use, values: [value] });
        continue;
      }
      const counter = this.#counter(key);
      const from = use.told.isIncrement ? 'page' : hasBegunAnew ? 'start' : 'last';
      counter.add(sample.series, by, sample.value, isFirst ? 'before' : from);
    }
    for (const [key, { use, values: told }] of values) {
      this.#gauge(key, use.quantity).read(server, told, !isFirst && !isLast);
    }
    return isRestarted !== undefined;
  }

  /** `some`: a counter fell, but nobody says that the whole process is another. */
  #isRestarted(
    samples: readonly SeriesSample[],
    wanted: readonly Wanted[],
    source: string,
  ): 'all' | 'some' | undefined {
    const started = samples.find(({ name }) => name === STARTED)?.value;
    const before = this.#started.get(source);
    if (started !== undefined) this.#started.set(source, started);
    if (started !== undefined && before !== undefined && started > before) return 'all';
    const hasFallen = wanted.some(
      ({ use, sample }) =>
        QUANTITIES[use.quantity].kind !== 'gauge' &&
        !use.told.isIncrement &&
        this.counters.get(keyOf(use))?.isBelowLast(sample.series, sample.value),
    );
    return hasFallen ? 'some' : undefined;
  }

  #counter(key: string): Counter {
    const known = this.counters.get(key);
    if (known) return known;
    const counter = new Counter();
    this.counters.set(key, counter);
    return counter;
  }

  #gauge(key: string, quantity: Quantity): Gauge {
    const known = this.gauges.get(key);
    if (known) return known;
    const row = QUANTITIES[quantity];
    const gauge = new Gauge(row.kind === 'gauge' ? row.over : 'sum');
    this.gauges.set(key, gauge);
    return gauge;
  }
}

/** Under which what samples of a use tell is kept. */
export function keyOf({ engine, quantity, rank, piece }: Omit<Use, 'told'>): string {
  return `${engine} ${quantity} ${rank}${piece ? ` ${piece}` : ''}`;
}

interface SeriesSample extends Sample {
  /** Which series it is, of which server and in which stretch of time. */
  readonly series: string;
}

interface Wanted {
  readonly use: Use;
  readonly sample: SeriesSample;
  readonly by: string;
}

function read(text: string): Sample[] {
  if (/^\s*\[/.test(text)) return iterationSamples(text);
  return samplesOf(text, (name) => name === STARTED || usesOf(name).length > 0);
}

function usesIn(sample: SeriesSample): Wanted[] {
  if (Number.isNaN(sample.value)) return [];
  let labels: Readonly<Record<string, string>> | undefined;
  return usesOf(sample.name).flatMap((use) => {
    const { told, piece } = use;
    const { where, except, by = piece === 'bucket' ? ['le'] : [], as = '' } = told;
    if (where || except || by.length > 0) {
      labels ??= labelsOf(sample.labelText);
      if (where && !Object.entries(where).every(([label, of]) => of.includes(labels![label] ?? '')))
        return [];
      if (except && Object.entries(except).some(([label, of]) => of.includes(labels![label] ?? '')))
        return [];
    }
    return [{ use, sample, by: by.length > 0 ? by.map((one) => labels![one]).join(' ') : as }];
  });
}

/** Pages of several engines that were put one behind the other may have the same series twice. */
function numbered(samples: readonly Sample[], source: string): SeriesSample[] {
  const seen = new Map<string, number>();
  return samples.map((sample) => {
    const series = `${source}\n${sample.name}{${sample.labelText}`;
    const count = seen.get(series) ?? 0;
    seen.set(series, count + 1);
    return { ...sample, series: count > 0 ? `${series}\n${count}` : series };
  });
}

function tellingOf({ label, times = 1 }: Told, { labelText, value }: Sample): number {
  return times * (label === undefined ? value : Number(labelsOf(labelText)[label] ?? Number.NaN));
}

/** What one series of a page tells of a quantity. */
export interface ToldValue {
  readonly engine: Use['engine'];
  /** The name that the engine has for it. */
  readonly says: string;
  readonly value: number;
}

/** Of each series that tells it, those that are believed first in front. */
export function valuesOn(page: string, quantity: Quantity): ToldValue[] {
  const engines = Object.keys(ENGINES);
  const place = ({ engine, rank }: Use) => 100 * engines.indexOf(engine) + rank;
  return numbered(read(page), '')
    .flatMap(usesIn)
    .filter(({ use }) => use.quantity === quantity)
    .sort((a, b) => place(a.use) - place(b.use))
    .map(({ use, sample }) => ({
      engine: use.engine,
      says: use.told.label ?? sample.name.replace(/^.*:/, ''),
      value: tellingOf(use.told, sample),
    }));
}

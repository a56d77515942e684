import { sampleText } from '../python-text.ts';

export type Labels = Readonly<Record<string, string>>;

/** One value of a family, by its labels; of histograms and summaries what makes it up. */
export interface Series {
  readonly labels: Labels;
  readonly value: number | Distribution;
}

/** Of a counter its count. */
export interface Distribution {
  /** Upper bounds and how many values are at most that, the last of them infinite; absent of a summary. */
  readonly buckets?: readonly (readonly [le: number, count: number])[];
  readonly count: number;
  readonly sum: number;
  /** When it began, Unix seconds; default: the family's. */
  readonly createdSec?: number;
}

/** A metric with all its series, as a page of Prometheus text has it. */
export interface Family {
  /** As exposed: counters end in `_total`. */
  readonly name: string;
  readonly help: string;
  readonly type: 'counter' | 'gauge' | 'histogram' | 'summary';
  /** Since when it counts, Unix seconds. */
  readonly createdSec?: number;
  /** It is not told since when it counts. */
  readonly isWithoutCreated?: boolean;
  /** Read at every scrape. */
  read(): readonly Series[];
}

/**
 * The families as text, in the form of Python's prometheus_client, which vLLM serves: labels in the order of their
 * names, all numbers floats, and beside every counter and distribution a gauge of when it began. Families of one
 * name, of several engines, are under one head.
 */
export function pageText(families: readonly Family[]): string {
  const byName = new Map<string, Family[]>();
  for (const family of families) {
    const same = byName.get(family.name);
    if (same) same.push(family);
    else byName.set(family.name, [family]);
  }
  return [...byName.values()].map(familyText).join('');
}

function familyText(same: readonly Family[]): string {
  const { name, help, type, isWithoutCreated } = same[0]!;
  const all = same.map((family) => ({ family, series: family.read() }));
  const samples = all.flatMap(({ series }) => series.flatMap((one) => samplesOf(name, one, type)));
  const head = headText(name, help, type);
  if (type === 'gauge' || isWithoutCreated) return head + samples.join('');
  const created = `${type === 'counter' ? name.replace(/_total$/, '') : name}_created`;
  const begun = all.flatMap(({ family, series }) =>
    series.map(({ labels, value }) => {
      const own = typeof value === 'number' ? undefined : value.createdSec;
      return sample(created, labels, own ?? family.createdSec ?? 0);
    }),
  );
  return head + samples.join('') + headText(created, help, 'gauge') + begun.join('');
}

function headText(name: string, help: string, type: string): string {
  return `# HELP ${name} ${help.replaceAll('\\', '\\\\').replaceAll('\n', '\\n')}\n# TYPE ${name} ${type}\n`;
}

function samplesOf(name: string, { labels, value }: Series, type: Family['type']): string[] {
  if (typeof value === 'number') return [sample(name, labels, value)];
  if (type === 'counter') return [sample(name, labels, value.count)];
  const buckets = value.buckets?.map(([le, count]) =>
    sample(`${name}_bucket`, { ...labels, le: sampleText(le) }, count),
  );
  return [
    ...(buckets ?? []),
    sample(`${name}_count`, labels, value.count),
    sample(`${name}_sum`, labels, value.sum),
  ];
}

function sample(name: string, labels: Labels, value: number): string {
  const names = Object.keys(labels).sort();
  const pairs = names.map((one) => `${one}="${escaped(labels[one]!)}"`);
  return `${name}${pairs.length ? `{${pairs.join(',')}}` : ''} ${sampleText(value)}\n`;
}

function escaped(text: string): string {
  return text.replaceAll('\\', '\\\\').replaceAll('\n', '\\n').replaceAll('"', '\\"');
}

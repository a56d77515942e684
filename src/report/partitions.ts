import type { RunPart } from '../record/journal-reader.ts';
import type { Partition } from '../scenario/population.ts';
import { scenarioOf } from './identity.ts';

/** undefined for a run that one process played. */
export function partitionOf(part: RunPart): Partition | undefined {
  return scenarioOf(part)?.population.partition;
}

export function partitionText({ index, of }: Partition): string {
  return `${index}/${of}`;
}

/** What keeps run folders from being all of one run, each share once. Nothing for runs without partitions. */
export function partitionWarnings(runs: readonly RunPart[]): string[] {
  const found = runs.map(partitionOf);
  const shares = found.filter((partition) => partition !== undefined);
  if (shares.length === 0) return [];
  const counts = [...new Set(shares.map(({ of }) => of))].sort((a, b) => a - b);
  if (shares.length < found.length || counts.length > 1) {
    const whole = shares.length < found.length ? ', and of runs that were played whole' : '';
    return [`the folders are of runs in ${counts.join(' and in ')} partitions${whole}`];
  }
  const [of] = counts;
  const indexes = shares.map(({ index }) => index);
  const missing = Array.from({ length: of! }, (_, index) => index).filter(
    (index) => !indexes.includes(index),
  );
  const twice = [...new Set(indexes.filter((index, at) => indexes.indexOf(index) !== at))];
  return [
    ...(missing.length
      ? [`of the ${of} partitions, ${missing.join(', ')} are missing: this is not all of the run`]
      : []),
    ...(twice.length ? [`partition ${twice.join(', ')} is there more than once`] : []),
  ];
}

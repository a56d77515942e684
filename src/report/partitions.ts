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

/** Which partitions of a run are not there; nothing for a run without partitions. */
export function partitionWarnings(runs: readonly RunPart[]): string[] {
  const shares = runs.flatMap((run) => partitionOf(run) ?? []);
  const of = shares[0]?.of ?? 0;
  const missing = Array.from({ length: of }, (_, index) => index).filter(
    (index) => !shares.some((share) => share.index === index),
  );
  return missing.length
    ? [`of the ${of} partitions, ${missing.join(', ')} are missing: this is not all of the run`]
    : [];
}

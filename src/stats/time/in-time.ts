import type { TurnRecord } from '../../record/record.ts';
import type { PlacedPart } from './timeline.ts';

/**
 * All records of a run in the order of time: as they ended. Partitions were played beside each other, and their
 * journals are taken together like cards; of one part, the order is that of its journal.
 */
export function eachInTime(
  placed: readonly PlacedPart[],
  visit: (record: TurnRecord, placed: PlacedPart) => void,
): void {
  if (placed.length === 1) {
    for (const record of placed[0]!.part.records) visit(record, placed[0]!);
    return;
  }
  const next = placed.map(() => 0);
  /** When the next record of a part ended; one that never did follows the one before it. */
  const atMs = placed.map((one, index) => endedMs(one, next[index]!, -Infinity));
  for (;;) {
    let first = -1;
    placed.forEach(({ part }, index) => {
      if (next[index]! >= part.records.length) return;
      if (first < 0 || atMs[index]! < atMs[first]!) first = index;
    });
    if (first < 0) return;
    const one = placed[first]!;
    visit(one.part.records[next[first]!]!, one);
    next[first]!++;
    atMs[first] = endedMs(one, next[first]!, atMs[first]!);
  }
}

/** The part with its records in that order: those of a journal are, but for tokens that were counted late. */
export function inOrder(placed: PlacedPart): PlacedPart {
  const { records } = placed.part;
  let lastMs = -Infinity;
  const isInOrder = records.every(({ endMs = lastMs }) => {
    const isNext = lastMs <= endMs;
    lastMs = endMs;
    return isNext;
  });
  if (isInOrder) return placed;
  const sorted = records.toSorted(
    ({ endMs: a = Infinity }, { endMs: b = Infinity }) => Number(a > b) - Number(a < b),
  );
  return { ...placed, part: { ...placed.part, records: sorted } };
}

function endedMs({ part, offsetMs }: PlacedPart, index: number, otherwiseMs: number): number {
  const endMs = part.records[index]?.endMs;
  return endMs === undefined ? otherwiseMs : endMs + offsetMs;
}

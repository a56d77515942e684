import { type TurnRecord, wasCut } from '../record/record.ts';
import type { EarlierParts } from './run.ts';

/** What the earlier parts of a run say about the rest of it. `parts` are their records, part by part. */
export function earlierParts(
  parts: Iterable<Iterable<TurnRecord>>,
  measuredMs: number,
): EarlierParts {
  const played = new Set<number>();
  let requests = 0;
  for (const records of parts) {
    const ended = new Set<number>();
    const cut = new Set<number>();
    const parents = new Map<number, number>();
    for (const record of records) {
      if (record.phase !== 'measure') continue;
      if (record.attempts > 0) requests++;
      const { userId, parentUserId } = record;
      if (parentUserId !== undefined) parents.set(userId, parentUserId);
      if (wasCut(record)) cut.add(userId);
      // Records of a user come in the order of its turns: the last one means that all are there.
      else if (record.turn === record.turns - 1 && parentUserId === undefined) ended.add(userId);
    }
    // A sub-agent is played by the one whose answer begins it, and ends before that one does.
    for (const userId of cut) {
      const parent = parents.get(userId);
      if (parent !== undefined) cut.add(parent);
    }
    for (const userId of ended) if (!cut.has(userId)) played.add(userId);
  }
  return { played, measuredMs, requests };
}

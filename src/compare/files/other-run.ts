import type { TurnRecord } from '../../record/record.ts';
import { digestOf } from '../../workload/files/digest.ts';
import type { ComparedRun, Tool } from '../compared-run.ts';

interface Told {
  readonly path: string;
  readonly tool: Tool;
  readonly says: string;
  readonly records: readonly TurnRecord[];
  readonly totalMs?: number | undefined;
  readonly definitions?: ComparedRun['definitions'];
  readonly told?: ComparedRun['told'];
  /** User and turn are the same in every run of the same workload. */
  readonly isNamed: boolean;
}

/** A run of another tool: its requests as records of ours, in any order. */
export function otherRun(told: Told): ComparedRun {
  const { path, tool, says, totalMs, isNamed } = told;
  const records = told.records.toSorted(
    (a, b) => (a.endMs ?? Infinity) - (b.endMs ?? Infinity) || 0,
  );
  const startMs = records.reduce((least, { sentMs }) => Math.min(least, sentMs ?? least), Infinity);
  return {
    path,
    tool,
    says,
    records,
    endsMs: Float64Array.from(records, ({ endMs }) => endMs ?? Number.NaN),
    ...(totalMs !== undefined && records.length > 0 && { measured: { startMs, totalMs } }),
    startUp: new Set(),
    ...(isNamed && records.length > 0 && { fingerprint: fingerprintOf(records) }),
    definitions: told.definitions ?? {},
    told: told.told ?? {},
  };
}

/** Which requests there were, and the tokens of the first prompts: later ones hold answers. */
function fingerprintOf(records: readonly TurnRecord[]): string {
  const lines = records
    .toSorted((a, b) => a.userId - b.userId || a.turn - b.turn)
    .map(({ userId, turn, inputTokens, status }) => [
      userId,
      turn,
      ...(turn === 0 && status === 'ok' ? [inputTokens] : []),
    ]);
  return digestOf(lines);
}

import { CAUSE_NAMES, type Cause, SURPLUS_NAMES, type Surplus } from './causes.ts';
import type { Entry } from './entry.ts';
import type { Ledger } from './explain.ts';
import type { Place } from './stack.ts';

/** A measured request of a ledger, as JSON and CSV have it: tokens, blocks and seconds. Absent is unknown, or none. */
export type LedgerRow = Readonly<Record<string, string | number | undefined>>;

export function rowsOf({ entries }: Ledger): LedgerRow[] {
  return entries.map(rowOf);
}

function rowOf({ reference, evidence, idealTokens, causes, surplus }: Entry): LedgerRow {
  const { record, ideal, inputTokens, sentMs } = reference;
  return {
    userId: record.userId,
    tenant: record.tenant,
    turn: record.turn,
    sentSec: sentMs / 1000,
    inputTokens,
    idealAnswersTokens: ideal.answers,
    idealPromptsTokens: ideal.prompts,
    idealSharedTokens: ideal.shared,
    idealTokens,
    predictedTokens: evidence.predictedTokens,
    cachedTokens: record.cachedTokens,
    externalCachedTokens: record.externalCachedTokens,
    storageCachedTokens: record.storageCachedTokens,
    ...placeOf(evidence.lost),
    ...Object.fromEntries(CAUSE_NAMES.map((cause) => [lostColumn(cause), causes[cause] ?? 0])),
    ...Object.fromEntries(SURPLUS_NAMES.map((name) => [surplusColumn(name), surplus[name] ?? 0])),
  };
}

function lostColumn(cause: Cause): string {
  return `${cause}Tokens`;
}

function surplusColumn(name: Surplus): string {
  return `${name}SurplusTokens`;
}

/** Columns of causes: 0 is none, and not unknown. */
export const COUNTED_COLUMNS: ReadonlySet<string> = new Set([
  ...CAUSE_NAMES.map(lostColumn),
  ...SURPLUS_NAMES.map(surplusColumn),
]);

/** Of the first block that was missing. */
function placeOf(lost: Place | undefined): LedgerRow {
  return {
    lostDistanceBlocks: lost?.distance,
    lostIdleSec: lost && lost.idleMs / 1000,
  };
}

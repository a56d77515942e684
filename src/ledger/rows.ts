import { CAUSE_NAMES, SURPLUS_NAMES } from './causes.ts';
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
    ...Object.fromEntries(CAUSE_NAMES.map((cause) => [`${cause}Tokens`, causes[cause] ?? 0])),
    ...Object.fromEntries(
      SURPLUS_NAMES.map((name) => [`${name}SurplusTokens`, surplus[name] ?? 0]),
    ),
  };
}

/** Of the first block that was missing. */
function placeOf(lost: Place | undefined): LedgerRow {
  return {
    lostDistanceBlocks: lost?.distance,
    lostIdleSec: lost && lost.idleMs / 1000,
  };
}

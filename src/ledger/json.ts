import type { Ledger } from './explain.ts';
import { COUNTED_COLUMNS, type LedgerRow, rowsOf } from './rows.ts';
import type { Sums } from './sums.ts';

/** All numbers: in tokens, blocks and seconds; absent is unknown. A request is a row as the CSV has it. */
export function ledgerJson(ledger: Ledger, run: string): string {
  const { blockTokens, total, byTurn, bySession, byTenant, facts, contamination, leftOut } = ledger;
  const { gpuBlocks, gpuFrom, tierBlocks, ttlMs, clockMs } = facts;
  const json = {
    run,
    blockTokens,
    engine: {
      ...(gpuBlocks !== undefined && { capacityBlocks: gpuBlocks, capacityFrom: gpuFrom }),
      ...(tierBlocks !== undefined && {
        tierCapacityBlocks: Number.isFinite(tierBlocks) ? tierBlocks : 'unbounded',
      }),
      ...(ttlMs !== undefined && { ttlSec: ttlMs / 1000 }),
      ...(clockMs !== undefined && { clockSec: clockMs / 1000 }),
    },
    total: sumsJson(total),
    byTurn: byTurn.map(({ key, sums }) => ({ turn: key, ...sumsJson(sums) })),
    bySession: bySession.map(({ key, sums }) => ({ userId: key, ...sumsJson(sums) })),
    ...(byTenant.length > 0 && {
      byTenant: byTenant.map(({ key, sums }) => ({ tenant: key, ...sumsJson(sums) })),
    }),
    contamination,
    leftOut,
    requests: rowsOf(ledger).map(withoutNone),
  };
  return `${JSON.stringify(json, undefined, 2)}\n`;
}

/** Most requests have few causes, and none of the others. */
function withoutNone(row: LedgerRow): LedgerRow {
  return Object.fromEntries(
    Object.entries(row).filter(([name, value]) => value !== 0 || !COUNTED_COLUMNS.has(name)),
  );
}

function sumsJson({ ideal, external, causes, surplus, ...sums }: Sums) {
  const { requests, reported, inputTokens, idealTokens, observedTokens } = sums;
  return {
    ...{ requests, reported, inputTokens },
    idealAnswersTokens: ideal.answers,
    idealPromptsTokens: ideal.prompts,
    idealSharedTokens: ideal.shared,
    idealTokens,
    predictedTokens: sums.predictedTokens,
    cachedTokens: reported ? observedTokens : undefined,
    externalCachedTokens: external?.tokens,
    storageCachedTokens: external?.storageTokens,
    ...{ causes, surplus, residualTokens: sums.residualTokens },
  };
}

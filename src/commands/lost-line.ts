import type { Run } from '../record/run-folder.ts';
import type { RunSummary } from '../report/run-summary.ts';

/** Less is not worth a line. */
const SHARE_MIN = 0.01;
/** Of more it would take seconds at the end of a run: `cache explain` has the time. */
const REQUESTS_MAX = 20_000;

/** Why a run found less in the cache than it could, in a line; undefined where it did not, or nobody knows. */
export async function lostLine(run: Run, summary: RunSummary): Promise<string | undefined> {
  const { idealCachedShare: ideal, cache, counts } = summary;
  if (ideal === undefined || cache.share === undefined) return undefined;
  if (ideal - cache.share < SHARE_MIN || counts.completed > REQUESTS_MAX) return undefined;
  const [{ explain }, { lostText }, { lostTokens }] = await Promise.all([
    import('../ledger/explain.ts'),
    import('../ledger/sections.ts'),
    import('../ledger/sums.ts'),
  ]);
  const { total } = explain(run);
  return lostTokens(total) > 0 ? `${lostText(total)} (confab cache explain)` : undefined;
}

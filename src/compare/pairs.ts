import type { ComparedRun, Side } from './compared-run.ts';
import { type Matched, pairedConversations, pairedRequests } from './pairing.ts';

/** Two runs of the same workload, and which of their requests are the same. */
export interface RunPair {
  readonly a: ComparedRun;
  readonly b: ComparedRun;
  readonly requests: Matched;
  readonly conversations: Matched;
}

/** Of fewer requests in common than this share, nothing is said to be the same. */
const COMMON_MIN = 0.5;

/**
 * The runs of both sides in pairs of the same workload; undefined where one has none, or their requests are not
 * the same ones.
 */
export function pairsOf(a: Side, b: Side): RunPair[] | undefined {
  if (a.runs.length !== b.runs.length) return undefined;
  const left = [...b.runs];
  const pairs: RunPair[] = [];
  for (const run of a.runs) {
    const place = left.findIndex((other) => isSameWorkload(run, other));
    if (place < 0) return undefined;
    const [other] = left.splice(place, 1);
    const requests = pairedRequests(run.records, other!.records);
    if (requests.pairs < COMMON_MIN * requests.count || requests.pairs === 0) return undefined;
    const conversations = pairedConversations(run.records, other!.records);
    pairs.push({ a: run, b: other!, requests, conversations });
  }
  return pairs;
}

/** By the digest of ours; of other tools' files, by the input tokens of every request, where they tell which is which. */
function isSameWorkload(a: ComparedRun, b: ComparedRun): boolean {
  if (a.workloadDigest !== undefined && b.workloadDigest !== undefined) {
    return a.workloadDigest === b.workloadDigest;
  }
  return a.fingerprint !== undefined && a.fingerprint === b.fingerprint;
}

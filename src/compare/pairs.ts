import type { ComparedRun, Side } from './compared-run.ts';
import { type Matched, pairedConversations, pairedRequests } from './pairing.ts';

/** Two runs whose requests belong to each other by user and turn. */
export interface RunPair {
  readonly a: ComparedRun;
  readonly b: ComparedRun;
  readonly requests: Matched;
  readonly conversations: Matched;
  /** They are the same requests; else other draws of one workload, in the same places of its schedule. */
  readonly isSame: boolean;
}

/** Of fewer requests in common than this share, none belongs to another. */
const COMMON_MIN = 0.5;

/**
 * The runs of both sides in pairs; undefined where one has none. First those of the same requests, then those of
 * other draws (another seed): there, too, what the schedule does to both, as a ramp-up, is no doubt of either,
 * and where they have nothing in common, the variance of a difference is that of both together all the same.
 */
export function pairsOf(a: Side, b: Side): RunPair[] | undefined {
  if (a.runs.length !== b.runs.length) return undefined;
  const left = [...b.runs];
  const others = new Map<ComparedRun, ComparedRun>();
  for (const is of [isSameWorkload, isOtherDraw]) {
    for (const run of a.runs) {
      const place = others.has(run) ? -1 : left.findIndex((other) => is(run, other));
      if (place >= 0) others.set(run, left.splice(place, 1)[0]!);
    }
  }
  if (left.length) return undefined;
  const pairs = a.runs.map((run) => pairOf(run, others.get(run)!));
  const isPaired = pairs.every(
    ({ requests: { pairs, count } }) => pairs > 0 && pairs >= COMMON_MIN * count,
  );
  return isPaired ? pairs : undefined;
}

function pairOf(a: ComparedRun, b: ComparedRun): RunPair {
  return {
    a,
    b,
    requests: pairedRequests(a.records, b.records),
    conversations: pairedConversations(a.records, b.records),
    isSame: isSameWorkload(a, b),
  };
}

/** By the digest of ours; of other tools' files, by names and prompts of their requests. */
function isSameWorkload(a: ComparedRun, b: ComparedRun): boolean {
  if (a.workloadDigest !== undefined && b.workloadDigest !== undefined) {
    return a.workloadDigest === b.workloadDigest;
  }
  return a.fingerprint !== undefined && a.fingerprint === b.fingerprint;
}

/** Of ours alone: users of another tool have no places that are known. */
function isOtherDraw(a: ComparedRun, b: ComparedRun): boolean {
  return a.scenario !== undefined && b.scenario !== undefined;
}

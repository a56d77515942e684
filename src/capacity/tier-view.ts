import type { Sighting } from './bounds.ts';
import type { Served } from './served.ts';

/** What a tier below the GPU keeps. */
export interface Stored {
  /** The GPU's blocks in one of its chunks: only whole ones are kept. */
  readonly chunkBlocks: number;
  /** Answers are stored as they are made; else when they come back in a prompt. */
  readonly hasAnswers: boolean;
}

const CHUNKS = [64, 32, 16, 8, 4, 2];
/** Loads end where a chunk does, but for those that the end of a prompt cut. */
const WHOLE_SHARE = 0.95;
/** Of a tier: a request touches what it asks for at once. */
const AT_ONCE_MS = 1e-3;

/** The largest chunk at whose ends loads end. */
export function chunkBlocksOf(served: readonly Served[]): number {
  const ends = served.flatMap(({ foundBlocks, externalBlocks = 0 }) =>
    foundBlocks !== undefined && externalBlocks > 0 ? [foundBlocks] : [],
  );
  const isWhole = (chunk: number) =>
    ends.filter((end) => end % chunk === 0).length >= WHOLE_SHARE * ends.length;
  return CHUNKS.find(isWhole) ?? 1;
}

/**
 * The requests as the tier sees them, in chunks instead of blocks, each touched when it is asked for, and what of
 * each was found there.
 */
export function storedBy(
  served: readonly Served[],
  askedMs: ArrayLike<number>,
  { chunkBlocks, hasAnswers }: Stored,
  seen: (one: Served) => Sighting | undefined,
): Map<Served, Sighting | undefined> {
  return new Map(
    served.map((one, index) => {
      const blocks = hasAnswers ? one.names.length : one.promptBlocks;
      const chunks = Math.floor(blocks / chunkBlocks);
      const names = Array.from(
        { length: chunks },
        (_, chunk) => one.names[(chunk + 1) * chunkBlocks - 1]!,
      );
      const atMs = askedMs[index]! + AT_ONCE_MS;
      const asked = { sentMs: askedMs[index]!, firstTokenMs: atMs, prefillMs: AT_ONCE_MS };
      // An answer is there when it is made, and the prompt before it is used until then.
      const view = hasAnswers ? {} : { outputTokens: 1, endMs: atMs };
      return [{ ...one, names, ...asked, ...view }, inChunks(seen(one))];
    }),
  );

  function inChunks(sighting: Sighting | undefined): Sighting | undefined {
    if (!sighting || chunkBlocks === 1) return sighting;
    const { found, missed } = sighting;
    return {
      found: found === undefined ? undefined : Math.floor(found / chunkBlocks),
      missed: missed === undefined ? undefined : Math.floor(missed / chunkBlocks),
    };
  }
}

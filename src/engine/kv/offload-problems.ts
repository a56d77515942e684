import { MOST } from '../../scenario/bounds.ts';
import type { OffloadOptions } from '../../scenario/offload.ts';
import type { OffloadSettings } from './offload.ts';
import { PRESETS, type Preset } from './offload-presets.ts';
import { MEDIA } from './offload-stats.ts';

// What options of the tiers cannot be had together: a line for each, with the field, what was found and what is accepted.

/** Fields that mean nothing without a preset beside them. */
export function presetProblems(beside: Omit<OffloadOptions, 'preset'>): string[] {
  return Object.entries(beside)
    .filter(([, value]) => value !== undefined)
    .map(
      ([field]) =>
        `engine.offload.${field}: found without engine.offload.preset; expected a preset beside it: ${Object.keys(PRESETS).join(', ')}, or none`,
    );
}

/** What chunks and tiers must be that take what is evicted, block by block; and any chunk. */
export function shapeProblems({
  shape,
  inclusive,
  promptOnly,
  storeThreshold,
}: Omit<OffloadSettings, 'tiers'>): string[] {
  const { chunkTokens, blockTokens } = shape;
  const problems: string[] = [];
  if (chunkTokens % blockTokens !== 0) {
    problems.push(
      `engine.offload.chunkTokens: found ${chunkTokens}; expected a multiple of engine.blockTokens, ${blockTokens}`,
    );
  }
  if (inclusive) return problems;
  if (chunkTokens !== blockTokens) {
    problems.push(
      `engine.offload.chunkTokens: found ${chunkTokens}; expected ${blockTokens}, the GPU's block, where tiers are exclusive: blocks are evicted one by one`,
    );
  }
  if (promptOnly) {
    problems.push(
      'engine.offload.promptOnly: found true; expected false where tiers are exclusive: whatever is evicted moves down',
    );
  }
  if (storeThreshold > 1) {
    problems.push(
      `engine.offload.storeThreshold: found ${storeThreshold}; expected 1 where tiers are exclusive`,
    );
  }
  return problems;
}

/** Tiers without a capacity, or with two, or no tier at all. */
export function capacityProblems(preset: Preset, options: OffloadOptions): string[] {
  const given = MEDIA.filter((medium) => options[medium]);
  if (given.length === 0) {
    return [
      `engine.offload: found preset '${preset}' without a tier; expected cpu, disk or remote with capacityGB or blocks`,
    ];
  }
  return given.flatMap((medium) => {
    const { capacityGB, blocks } = options[medium]!;
    const field = `engine.offload.${medium}`;
    if (capacityGB === undefined && blocks === undefined) {
      return [`${field}: found no capacity; expected capacityGB or blocks`];
    }
    if (capacityGB !== undefined && blocks !== undefined) {
      return [`${field}: found capacityGB and blocks; expected one of them`];
    }
    return [];
  });
}

/** Tiers that are smaller than a chunk, or hold more than can be kept account of. */
export function roomProblems({ shape, tiers }: OffloadSettings): string[] {
  const { chunkBytes, chunkTokens } = shape;
  const gigabytes = (chunks: number) => (chunks * chunkBytes) / 1e9;
  return tiers.flatMap(({ medium, chunks }) => {
    const field = `engine.offload.${medium}`;
    if (chunks < 1) {
      return [
        `${field}: found room for no chunk; expected at least ${gigabytes(1).toFixed(3)} GB, one chunk of ${chunkTokens} tokens`,
      ];
    }
    if (chunks <= MOST.blocks) return [];
    return [
      `${field}: found room for ${chunks} chunks; expected at most ${MOST.blocks}, ${gigabytes(MOST.blocks).toFixed(0)} GB in chunks of ${chunkTokens} tokens`,
    ];
  });
}

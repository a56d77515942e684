import { InvalidArgumentError } from 'commander';
import { UsageError } from '../../base/errors.ts';

/** A capacity as it was typed. */
export type Size = { readonly blocks: number } | { readonly bytes: number; readonly text: string };

const GB = 1e9;

/** Blocks, or GB with that unit. */
export function size(text: string): Size {
  const [, number = '', unit = ''] = /^(\d+(?:\.\d+)?) *(GB)?$/i.exec(text.trim()) ?? [];
  const value = Number(number);
  if (number && unit && value > 0) return { bytes: value * GB, text };
  if (number && !unit && Number.isInteger(value) && value > 0) return { blocks: value };
  throw new InvalidArgumentError(`Found '${text}'; expected blocks, as 4096, or GB, as 24GB.`);
}

/** Several, with commas between them. */
export function sizes(text: string): Size[] {
  return text.split(',').map(size);
}

/** `name=size`, with commas between them, the GPU first. */
export function namedSizes(text: string): { readonly name: string; readonly size: Size }[] {
  return text.split(',').map((part) => {
    const [, name = '', given = ''] = /^([^=]+)=(.+)$/.exec(part) ?? [];
    if (name) return { name: name.trim(), size: size(given) };
    throw new InvalidArgumentError(
      `Found '${part}'; expected NAME=SIZE,…, the GPU first, as gpu=4096,dram=100GB.`,
    );
  });
}

/** @throws UsageError for GB where it is not known how many bytes a token has. */
export function blocksIn(
  given: Size,
  { blockTokens, bytesPerToken }: { blockTokens: number; bytesPerToken: number | undefined },
  flag: string,
): number {
  if ('blocks' in given) return given.blocks;
  if (bytesPerToken === undefined) {
    throw new UsageError(
      `${flag}: found ${given.text}; expected --bytes-per-token or --model-config with it, or a number of blocks`,
    );
  }
  const blocks = Math.floor(given.bytes / (blockTokens * bytesPerToken));
  if (blocks > 0) return blocks;
  throw new UsageError(
    `${flag}: found ${given.text}; expected at least one block, ${blockTokens * bytesPerToken} bytes`,
  );
}

import { expect, test } from 'vitest';
import { UsageError } from '../../src/base/errors.ts';
import { kvCapacity } from '../../src/engine/kv-capacity.ts';
import { optionsOf } from './bench.ts';

test.each([
  // options -> usable blocks: one less than there are, for vLLM's null block
  [{ gpu: 'rtx4090' }, 2587],
  [{ gpu: 'rtx4090', blockTokens: 32 }, 1293],
  [{ gpu: 'rtx4090', blocks: 600 }, 599],
  // 2 MiB a block of 16 tokens.
  [{ gpu: 'h100', kvGB: 4.2 }, 2001],
])('%o has %i usable blocks', (options, blocks) => {
  expect(kvCapacity(optionsOf(options))).toEqual({ blocks, bytesPerToken: 131_072 });
});

test('an unknown GPU is refused', () => {
  expect(() => kvCapacity(optionsOf({ gpu: 'abacus' }))).toThrow(UsageError);
});

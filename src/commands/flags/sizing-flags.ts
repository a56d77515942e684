import { UsageError } from '../../base/errors.ts';
import type { Flag } from './flag-table.ts';
import { integer } from './options.ts';

export interface SizingFlags {
  readonly bytesPerToken?: number;
  readonly modelConfig?: string;
}

export const sizingFlags: readonly Flag[] = [
  {
    flags: '--bytes-per-token <n>',
    says: 'bytes of KV cache a token takes: sizes are shown in GB too; default: as the engine tells, where it does',
    parse: integer(1),
  },
  {
    flags: '--model-config <file>',
    says: "instead of it: the model's config.json",
  },
];

/** @throws UsageError for both, or a model whose tokens are not all alike. */
export async function bytesPerTokenOf(flags: SizingFlags): Promise<number | undefined> {
  const { bytesPerToken, modelConfig } = flags;
  if (modelConfig === undefined) return bytesPerToken;
  if (bytesPerToken !== undefined) {
    throw new UsageError('found --bytes-per-token and --model-config; expected one of them');
  }
  const [{ readModelConfig }, { kvBytesPerToken }] = await Promise.all([
    import('../../engine/cost/model-config.ts'),
    import('../../engine/cost/kv-bytes.ts'),
  ]);
  return kvBytesPerToken(readModelConfig(modelConfig, '--model-config'));
}

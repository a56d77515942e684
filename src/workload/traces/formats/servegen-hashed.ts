import { UsageError } from '../../../base/errors.ts';
import type { TraceFormat } from '../format.ts';

/**
 * ServeGen's hashed conversations. They are known so that nobody takes their hashes for blocks: at a tenth,
 * half and nine tenths of them a hash stands for 15, 511 and 5,872 tokens.
 */
export const servegenHashed: TraceFormat = {
  name: 'servegen-hashed',
  says: "ServeGen's hashed conversations",
  isRefused: true,
  sniff: (head) =>
    ['input_token_count', 'output_token_count', 'input_tokens'].every((field) =>
      head.includes(`"${field}"`),
    ),
  // biome-ignore lint/correctness/useYield: there is nothing to give.
  async *read(file) {
    throw new UsageError(
      `${file}: found ServeGen's hashed conversations; expected another trace: their input_tokens are hashes of pieces without a fixed length, so what requests share cannot be known from them`,
    );
  },
};

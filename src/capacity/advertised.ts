import type { Run } from '../record/run-folder.ts';
import { labelsOf, samplesOf } from '../server/exposition.ts';

/** The capacity that an engine tells of itself on its /metrics page. */
export interface AdvertisedCapacity {
  /** Blocks of the GPU that requests can use. */
  readonly blocks: number;
  /** What the page says, in words. */
  readonly says: string;
  /** Memory for KV cache below the GPU, GiB, where it tells. */
  readonly offloadGiB?: number;
}

const VLLM = 'vllm:cache_config_info';
const SGLANG = 'sglang:max_total_num_tokens';

/** undefined: there is no page, none says so, or several engines say different things. */
export function advertisedIn({ parts }: Run, blockTokens: number): AdvertisedCapacity | undefined {
  const told = parts.flatMap(({ enginePages }) =>
    enginePages ? toldOn(enginePages.first.text, blockTokens) : [],
  );
  const [first] = told;
  return told.every(({ blocks }) => blocks === first!.blocks) ? first : undefined;
}

function toldOn(page: string, blockTokens: number): AdvertisedCapacity[] {
  return samplesOf(page, (name) => name === VLLM || name === SGLANG).flatMap(
    ({ name, labelText, value }) => {
      if (name === SGLANG) {
        return value > 0
          ? [{ blocks: Math.floor(value / blockTokens), says: `max_total_num_tokens ${value}` }]
          : [];
      }
      const labels = labelsOf(labelText);
      const blocks = Number(labels['num_gpu_blocks']);
      const offloadGiB = Number(labels['kv_offloading_size']);
      if (!Number.isSafeInteger(blocks) || blocks < 2) return [];
      return [
        {
          blocks: blocks - 1,
          says: `num_gpu_blocks ${blocks}, one of them never used`,
          ...(offloadGiB > 0 && { offloadGiB }),
        },
      ];
    },
  );
}

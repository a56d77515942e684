import { expect, test } from 'vitest';
import { capacityTold, type ToldCapacity } from '../../src/server/told-capacity.ts';

const GIB = 2 ** 30;

test.each<[string, ToldCapacity | undefined, string]>([
  [
    'vLLM, which never uses one of its own',
    { blocks: 2599, says: 'num_gpu_blocks 2600, one of them never used', belowBytes: 32 * GIB },
    'vllm:cache_config_info{num_gpu_blocks="2600",kv_offloading_size="32.0"} 1.0',
  ],
  [
    'vLLM without memory below the GPU',
    { blocks: 2599, says: 'num_gpu_blocks 2600, one of them never used' },
    'vllm:cache_config_info{num_gpu_blocks="2600",kv_offloading_size="None"} 1.0',
  ],
  [
    'two engines behind one page, each with as many',
    { blocks: 99, says: 'num_gpu_blocks 100, one of them never used' },
    'vllm:cache_config_info{engine="0",num_gpu_blocks="100"} 1\nvllm:cache_config_info{engine="1",num_gpu_blocks="100"} 1',
  ],
  [
    'two that differ',
    undefined,
    'vllm:cache_config_info{engine="0",num_gpu_blocks="100"} 1\nvllm:cache_config_info{engine="1",num_gpu_blocks="90"} 1',
  ],
  ['SGLang', { blocks: 64, says: 'num_pages 64' }, 'sglang:num_pages 64\nsglang:page_size 16'],
  [
    'SGLang, in tokens',
    { blocks: 256, says: 'max_total_num_tokens 4100' },
    'sglang:max_total_num_tokens 4100',
  ],
  [
    'TensorRT-LLM',
    { blocks: 900, says: 'trtllm_kv_cache_max_blocks 900' },
    'trtllm_kv_cache_max_blocks 900',
  ],
  ['one that does not know', undefined, 'vllm:cache_config_info{num_gpu_blocks="None"} 1.0'],
  ['one that has none', undefined, 'vllm:cache_config_info{num_gpu_blocks="1"} 1.0'],
  ['nobody', undefined, 'up 1'],
])('%s', (_engine, expected, page) => {
  expect(capacityTold(`${page}\n`, 16)).toEqual(expected);
});

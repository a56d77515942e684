import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { blockTokensOf } from '../../src/server/page.ts';
import { absent, sharedFile, titled } from '../support/needs.ts';

const page = (...lines: string[]) => ['# TYPE x gauge', ...lines, 'up 1', ''].join('\n');

test.each<[string, number | undefined, string]>([
  ['vLLM', 528, page('vllm:cache_config_info{block_size="528",engine="0",num_gpu_blocks="9"} 1.0')],
  ['SGLang', 64, page('sglang:cache_config_info{num_pages="9",page_size="64"} 1.0')],
  [
    'several engines behind one page that are alike',
    32,
    page(...[0, 1].map((engine) => `vllm:cache_config_info{block_size="32",engine="${engine}"} 1`)),
  ],
  [
    'several that are not',
    undefined,
    page(...[16, 32].map((size) => `vllm:cache_config_info{block_size="${size}"} 1`)),
  ],
  ['one of no tokens', undefined, page('vllm:cache_config_info{block_size="0"} 1')],
  ['one of half tokens', undefined, page('vllm:cache_config_info{block_size="0.5"} 1')],
  ['one token, of every token', 1, page('sglang:cache_config_info{page_size="1"} 1')],
  ['one that does not know', undefined, page('vllm:cache_config_info{block_size="None"} 1')],
  ['one that does not say', undefined, page('vllm:num_requests_running{engine="0"} 2')],
])('%s: %s tokens a block', (_engine, tokens, text) => {
  expect(blockTokensOf(text)).toBe(tokens);
});

const RECORDED = sharedFile('data/recordings/vllm024-h100/closed.metrics.ndjson');
const missing = absent(RECORDED);
test.skipIf(missing)(titled('a page of a real vLLM', missing), () => {
  const [line] = readFileSync(RECORDED, 'utf8').split('\n');
  expect(blockTokensOf(JSON.parse(line!).text)).toBe(16);
});

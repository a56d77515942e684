import { isObject, parsedJson } from '../../base/json.ts';
import type { Sample } from '../exposition.ts';
import { type EngineRow, told } from '../told.ts';

/**
 * The JSON of trtllm-serve's /metrics by nvidia.github.io/TensorRT-LLM/commands/trtllm-serve: a list of iterations,
 * each taken from the server's queue by whoever asks, so that a page has those since the page before. Counts in
 * `kvCacheStats` are of the life of the server (`KvCacheStats` of kvCacheManager.h), `numCompletedRequests` of one
 * iteration.
 */
export const TENSORRT_LLM_JSON: EngineRow = {
  title: 'TensorRT-LLM',
  source: 'https://nvidia.github.io/TensorRT-LLM/commands/trtllm-serve/trtllm-serve.html',
  tells: {
    succeeded: [told('trtllm-json:numCompletedRequests', { isIncrement: true })],
    aborted: [],
    promptTokens: [],
    generatedTokens: [],
    cachedTokens: [],
    computedTokens: [],
    localHitTokens: [],
    externalHitTokens: [],
    tierHitTokens: [],
    lookedUpTokens: [],
    externalLookedUpTokens: [],
    reusedBlocks: [told('trtllm-json:reusedBlocks')],
    missedBlocks: [told('trtllm-json:missedBlocks')],
    tierHits: [],
    tierQueries: [],
    preemptions: [],
    storedBytes: [],
    loadedBytes: [],
    storeSec: [],
    loadSec: [],
    storedTokens: [],
    loadedTokens: [],
    storeFailures: [],
    storesSkipped: [],
    evictedBlocks: [],
    evictedTokens: [],
    running: [told('trtllm-json:numActiveRequests')],
    waiting: [told('trtllm-json:numQueuedRequests')],
    kvUsage: [told('trtllm-json:kvUsage')],
    transferUsage: [],
    tierUsage: [],
    tierUsedBytes: [],
    tierUsedTokens: [],
    tierCapacityBytes: [],
    tierCapacityTokens: [],
    capacityBlocks: [told('trtllm-json:maxNumBlocks')],
    blockTokens: [told('trtllm-json:tokensPerBlock')],
    capacityTokens: [],
    queueSec: [],
    prefillSec: [],
    decodeSec: [],
    blockLifetimeSec: [],
    blockIdleSec: [],
    blockReuseGapSec: [],
  },
};

const LATEST = ['numActiveRequests', 'numQueuedRequests'];
const LATEST_KV = ['reusedBlocks', 'missedBlocks', 'maxNumBlocks', 'tokensPerBlock'];

/** The page as samples: of the last iteration, and requests of all. None of JSON of another kind. */
export function iterationSamples(text: string): Sample[] {
  const page = parsedJson(text);
  const iterations = (Array.isArray(page) ? page : []).filter(isObject);
  const last = iterations.at(-1);
  if (!last) return [];
  const kv = isObject(last['kvCacheStats']) ? last['kvCacheStats'] : {};
  const [used, most] = [kv['usedNumBlocks'], kv['maxNumBlocks']];
  const completed = iterations.map((one) => one['numCompletedRequests']).filter(isNumber);
  return [
    ...LATEST.flatMap((name) => sample(name, last[name])),
    ...LATEST_KV.flatMap((name) => sample(name, kv[name])),
    ...(isNumber(used) && isNumber(most) && most > 0 ? sample('kvUsage', used / most) : []),
    ...(completed.length > 0
      ? sample(
          'numCompletedRequests',
          completed.reduce((sum, one) => sum + one, 0),
        )
      : []),
  ];
}

function isNumber(value: unknown): value is number {
  return typeof value === 'number';
}

function sample(name: string, value: unknown): Sample[] {
  return isNumber(value) ? [{ name: `trtllm-json:${name}`, labelText: '', value }] : [];
}

import { samplesOf } from './exposition.ts';

/** Where a page tells how many tokens a block of the prefix cache has: the metric, and its label. */
const LABELS: Readonly<Record<string, string>> = {
  'vllm:cache_config_info': 'block_size',
  'sglang:cache_config_info': 'page_size',
};

/** Tokens of a block by the engine's own page; undefined where it does not say, or several say different things. */
export function blockTokensOf(page: string): number | undefined {
  const found = new Set<number>();
  for (const { name, labels } of samplesOf(page, (name) => name in LABELS)) {
    const tokens = Number(labels[LABELS[name]!]);
    if (Number.isSafeInteger(tokens) && tokens > 0) found.add(tokens);
  }
  const [tokens] = found;
  return found.size === 1 ? tokens : undefined;
}

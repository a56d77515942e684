import type { RunPart } from '../record/journal-reader.ts';
import { type Sample, samplesOf } from '../stats/exposition.ts';

/** What a server's own pages say of its KV cache and of the loads from below the GPU. Absent: they do not say. */
export interface ToldByServer {
  /** On the GPU, all that there are. */
  readonly gpuBlocks?: number;
  /** Tokens that came from below the GPU over the run, all parts of it. */
  readonly externalTokens?: number;
  /** Of the loads over the run. */
  readonly loadedBytes?: number;
  readonly loadMs?: number;
  /** Bytes over tokens of them. */
  readonly bytesPerToken?: number;
}

const BLOCKS = 'vllm:cache_config_info';
const EXTERNAL = 'vllm:external_prefix_cache_hits_total';
const BYTES = 'vllm:kv_offload_load_bytes_total';
const TIME = 'vllm:kv_offload_load_time_total';
const WANTED = new Set([BLOCKS, EXTERNAL, BYTES, TIME]);

export function toldByServer(parts: readonly RunPart[]): ToldByServer {
  const pages = parts.flatMap(({ enginePages }) => enginePages ?? []);
  if (!pages.length) return {};
  const ends = pages.map(
    ({ first, last }) => [read(first.text), read((last ?? first).text)] as const,
  );
  const blocks = Number(
    ends[0]![1].find(({ name }) => name === BLOCKS)?.labels['num_gpu_blocks'] ?? Number.NaN,
  );
  const grown = (name: string) => growth(name, ends);
  const seconds = grown(TIME);
  const bytes = grown(BYTES);
  const tokens = grown(EXTERNAL);
  return {
    ...(blocks > 0 && { gpuBlocks: blocks }),
    ...known('externalTokens', tokens),
    ...known('loadedBytes', bytes),
    ...(bytes && tokens && { bytesPerToken: bytes / tokens }),
    ...known('loadMs', seconds === undefined ? undefined : 1000 * seconds),
  };
}

function known<K extends string>(key: K, value: number | undefined): { [k in K]?: number } {
  return (value === undefined ? {} : { [key]: value }) as { [k in K]?: number };
}

function read(page: string): Sample[] {
  return samplesOf(page, (name) => WANTED.has(name));
}

/** Over all parts; a counter that a page does not have yet has not begun to count. undefined: none has it, or it fell. */
function growth(
  name: string,
  ends: readonly (readonly [Sample[], Sample[]])[],
): number | undefined {
  let sum: number | undefined;
  for (const [first, last] of ends) {
    const end = total(name, last);
    if (end === undefined) continue;
    const grown = end - (total(name, first) ?? 0);
    if (grown < 0) return undefined;
    sum = (sum ?? 0) + grown;
  }
  return sum;
}

function total(name: string, samples: readonly Sample[]): number | undefined {
  const found = samples.filter((sample) => sample.name === name);
  return found.length ? found.reduce((sum, { value }) => sum + value, 0) : undefined;
}

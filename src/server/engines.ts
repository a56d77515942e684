import { LLAMA_CPP } from './engines/llama-cpp.ts';
import { LMCACHE } from './engines/lmcache.ts';
import { SGLANG } from './engines/sglang.ts';
import { TENSORRT_LLM } from './engines/tensorrt-llm.ts';
import { TENSORRT_LLM_JSON } from './engines/tensorrt-llm-json.ts';
import { VLLM } from './engines/vllm.ts';
import { QUANTITIES, QUANTITY_NAMES, type Quantity } from './quantities.ts';
import type { EngineRow, Told } from './told.ts';

/** Whoever is named first is believed, where two tell the same: an engine before a cache behind it. */
export const ENGINES = {
  vllm: VLLM,
  sglang: SGLANG,
  trtllm: TENSORRT_LLM,
  'trtllm-json': TENSORRT_LLM_JSON,
  llamacpp: LLAMA_CPP,
  lmcache: LMCACHE,
} as const satisfies Record<string, EngineRow>;

export type EngineName = keyof typeof ENGINES;

/** What the samples of a name are for. */
export interface Use {
  readonly engine: EngineName;
  readonly quantity: Quantity;
  /** Its place among those of the engine. */
  readonly rank: number;
  readonly told: Told;
  /** Of a histogram: which of its three series. */
  readonly piece?: 'bucket' | 'sum' | 'count';
}

const PIECES = ['bucket', 'sum', 'count'] as const;

const BY_NAME = new Map<string, Use[]>();
for (const [engine, { tells }] of Object.entries(ENGINES) as [EngineName, EngineRow][]) {
  for (const quantity of QUANTITY_NAMES) {
    for (const [rank, told] of tells[quantity].entries()) {
      const use: Use = { engine, quantity, rank, told };
      for (const name of told.names) {
        if (QUANTITIES[quantity].kind !== 'histogram') note(name, use);
        else for (const piece of PIECES) note(`${name}_${piece}`, { ...use, piece });
      }
    }
  }
}

function note(name: string, use: Use): void {
  const key = canonical(name);
  const uses = BY_NAME.get(key);
  if (uses) uses.push(use);
  else BY_NAME.set(key, [use]);
}

function canonical(name: string): string {
  return name.replace(':', '_').replace(/_total$/, '');
}

const KNOWN = new Map<string, readonly Use[]>();
/** Names are looked up once: a page has the same ones as the page before. */
const KNOWN_MAX = 10_000;

/** None: nothing is read from samples of that name. */
export function usesOf(name: string): readonly Use[] {
  const known = KNOWN.get(name);
  if (known) return known;
  const uses = BY_NAME.get(canonical(name)) ?? [];
  if (KNOWN.size < KNOWN_MAX) KNOWN.set(name, uses);
  return uses;
}

import { ENGINES } from './engines.ts';
import type { GaugeName } from './quantities.ts';
import { type ToldValue, valuesOn } from './reading.ts';

/** The KV cache of an engine, as its page tells it. */
export interface ToldCapacity {
  /** On the GPU, of those that requests can use. */
  readonly blocks: number;
  /** What the page says, in words. */
  readonly says: string;
  /** Of memory for KV cache below the GPU, where it tells. */
  readonly belowBytes?: number;
}

/**
 * undefined: no engine on the page says so, or several say different things.
 * @param blockTokens of a block, where a page counts tokens alone
 */
export function capacityTold(page: string, blockTokens: number): ToldCapacity | undefined {
  const inBlocks = alike(page, 'capacityBlocks');
  const told = inBlocks ?? alike(page, 'capacityTokens');
  if (!told) return undefined;
  const { unusedBlocks = 0 } = ENGINES[told.engine];
  const all = Math.floor(inBlocks ? told.value : told.value / blockTokens);
  const blocks = inBlocks ? all - unusedBlocks : all;
  if (!(blocks > 0)) return undefined;
  const unused = inBlocks && unusedBlocks > 0 ? ', one of them never used' : '';
  const belowBytes = alike(page, 'tierCapacityBytes')?.value;
  return {
    blocks,
    says: `${told.says} ${told.value}${unused}`,
    ...(belowBytes && { belowBytes }),
  };
}

/** Of the place that is believed; undefined: nobody tells, or engines behind it differ. */
function alike(page: string, gauge: GaugeName): ToldValue | undefined {
  const values = valuesOn(page, gauge).filter(({ value }) => value >= 0);
  const [first] = values;
  const same = values.filter(({ says }) => says === first!.says);
  return same.every(({ value }) => value === first!.value) ? first : undefined;
}

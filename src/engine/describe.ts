import type { EngineOptions } from '../scenario/engine.ts';
import type { TierOptions } from '../scenario/offload.ts';
import { MEDIA } from './kv/offload-stats.ts';

/** What a report says of the engine beside its GPU: all that is not the default of a plain vLLM. */
export function engineTraits(options: EngineOptions): string[] {
  const { blocks, kvGB, modelConfig, policy, prefixCaching, replicas } = options;
  return [
    ...(modelConfig === undefined ? [] : [`model of ${modelConfig}`]),
    ...(blocks === undefined ? [] : [`${blocks} blocks`]),
    ...(kvGB === undefined ? [] : [`${kvGB} GB of KV`]),
    ...(prefixCaching ? [] : ['no prefix caching']),
    ...offloadTraits(options),
    ...(policy === 'fcfs' ? [] : [policy]),
    ...(replicas.count === 1 ? [] : [`${replicas.count} replicas, ${replicas.routing} routing`]),
    ...defectTraits(options),
  ];
}

function offloadTraits({ offload }: EngineOptions): string[] {
  const { preset, inclusive } = offload;
  if (preset === undefined || preset === 'none') return [];
  const tiers = MEDIA.flatMap((medium) => {
    const tier = offload[medium];
    return tier ? [`${medium} ${sizeOf(tier)}`.trim()] : [];
  });
  return [
    `offloading as ${preset}${inclusive === false ? ', exclusive' : ''}`,
    ...(tiers.length ? [`KV below the GPU: ${tiers.join(' + ')}`] : []),
  ];
}

function sizeOf({ capacityGB, blocks }: TierOptions): string {
  if (capacityGB !== undefined) return `${capacityGB} GB`;
  return blocks === undefined ? '' : `${blocks} blocks`;
}

function defectTraits({ defects }: EngineOptions): string[] {
  const { retokenised, thinkingStripped, templateDrift, expirySec } = defects;
  const { lateBlocks, unloaded, primed } = defects;
  const found = [
    ...(retokenised ? [`retokenised ${retokenised}`] : []),
    ...(thinkingStripped ? ['thinkingStripped'] : []),
    ...(templateDrift === 'none' ? [] : [`templateDrift ${templateDrift}`]),
    ...(expirySec === undefined ? [] : [`expiry after ${expirySec} s`]),
    ...(lateBlocks ? ['lateBlocks'] : []),
    ...(unloaded ? [`unloaded ${unloaded}`] : []),
    ...(primed ? [`primed ${primed}`] : []),
  ];
  return found.length ? [`DEFECTS: ${found.join(', ')}`] : [];
}

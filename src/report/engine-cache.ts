import { BLOCK_TOKENS, type IdealOptions } from '../cache/ideal.ts';
import type { RunPart } from '../record/journal-reader.ts';
import type { Scenario } from '../scenario/schema.ts';
import { blockTokensOf } from '../server/page.ts';
import { scenarioOf } from './identity.ts';

/** As a real engine says, where it does; the embedded one has what the scenario says. */
export function blockTokensIn(parts: readonly RunPart[], scenario: Scenario | undefined): number {
  if (scenario?.target.url === 'embedded') return scenario.engine.blockTokens ?? BLOCK_TOKENS;
  for (const { enginePages } of parts) {
    const found = enginePages && blockTokensOf(enginePages.first.text);
    if (found !== undefined) return found;
  }
  return BLOCK_TOKENS;
}

export function idealOptions(scenario: Scenario | undefined, blockTokens: number): IdealOptions {
  return {
    blockTokens,
    isAnswerResent: scenario?.conversation.history !== 'recorded',
    isReasoningResent: scenario?.conversation.keepReasoning ?? false,
    isSharedByUsers: !scenario?.sampling.cacheSalt?.includes('{userId}'),
  };
}

/**
 * Parts with the same key found what the others had put into the cache: all, but for those that were kept apart
 * from the others, or had an engine of their own.
 */
export function cacheKeyOf(part: RunPart): unknown {
  const { isolation, isolationMark, part: number } = part.header;
  // One that is the same under any load is one for all partitions.
  if (isOfFixedEngine(part)) return `fixed ${number}`;
  if (hasOwnEngine(part)) return part;
  return isolation === undefined ? '' : `${isolation} ${isolationMark ?? number}`;
}

function isOfFixedEngine(part: RunPart): boolean {
  const { clock, scenario } = part.header;
  const { engine } = scenario as { readonly engine?: { readonly fixed?: unknown } };
  return clock === 'virtual' && engine?.fixed !== undefined;
}

export function hasOwnEngine(part: RunPart): boolean {
  return part.header.clock === 'virtual' || scenarioOf(part)?.target.url === 'embedded';
}

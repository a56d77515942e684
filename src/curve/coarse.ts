import type { CurveRequest, CurveSource, EngineHas, RequestFold } from './request.ts';

/**
 * A source of which one block in `every` is looked at, and stands for those around it: spatial sampling, as SHARDS does it
 * (Waldspurger et al. 2015), by the place in the chain in place of a hash, so that prompts that begin alike keep the
 * same blocks. What a request finds is rounded to so many blocks, up as often as down.
 */
export function coarse(source: CurveSource, every: number): CurveSource {
  if (every <= 1) return source;
  const { blockTokens, engine, how } = source;
  return {
    ...source,
    blockTokens: every * blockTokens,
    ...(engine && { engine: coarseEngine(engine, every) }),
    how: [...how, SAMPLED(every, every * blockTokens)],
    play: async <F extends RequestFold>(begin: () => F) => {
      const { fold, warnings } = await source.play(() => {
        const of = begin();
        return {
          of,
          add: (request: CurveRequest) => of.add(coarseOf(request, every, blockTokens)),
        };
      });
      return { fold: fold.of, warnings };
    },
  };
}

const SAMPLED = (every: number, tokens: number) =>
  `Of every chain one block in ${every} is looked at, the middle one, and stands for all of them: what a request finds is rounded to ${tokens} tokens, up as often as down.`;

function coarseOf(request: CurveRequest, every: number, blockTokens: number): CurveRequest {
  const { chain, inputTokens, promptBlocks = chain.length } = request;
  const middle = every >> 1;
  const sampled = (blocks: number) => Math.floor((blocks + every - 1 - middle) / every);
  const names = new Array<number>(sampled(chain.length));
  for (let at = 0; at < names.length; at++) names[at] = chain[at * every + middle]!;
  const lookedFor = Math.max(
    0,
    Math.min(promptBlocks, Math.floor((inputTokens - 1) / blockTokens)),
  );
  return {
    ...request,
    chain: names,
    promptBlocks: sampled(promptBlocks),
    lookedForBlocks: sampled(lookedFor),
  };
}

function coarseEngine(engine: EngineHas, every: number): EngineHas {
  const less = (blocks: number) => Math.max(1, Math.round(blocks / every));
  return {
    ...engine,
    blocks: less(engine.blocks),
    tiers: engine.tiers.map((tier) => ({ ...tier, blocks: less(tier.blocks) })),
    chunkBlocks: less(engine.chunkBlocks),
  };
}

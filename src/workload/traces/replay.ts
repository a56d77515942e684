import type { Scenario } from '../../scenario/schema.ts';
import { contentDigest } from '../files/content-digest.ts';
import { itemOfUser } from '../item-of-user.ts';
import { singleTurn } from '../single-turn.ts';
import type { Source } from '../source.ts';
import type { Texts } from '../text/texts.ts';
import { turnPlanner } from '../turn-plan.ts';
import { blockTexts } from './block-texts.ts';
import { type MooncakeRequest, readMooncake } from './mooncake.ts';

/**
 * The requests of a Mooncake trace, each a conversation of one turn: user `firstUserId + i` sends line
 * i. The prompt is a block of words for every hash id, so that requests share what their ids share and
 * have exactly `input_length` tokens. Texts are made when their user comes, of text that is counted.
 */
export async function openMooncake(
  scenario: Scenario,
  { texts, cacheDir }: { texts: Texts; cacheDir: string },
): Promise<Source> {
  const { file, blockTokens, prefillOnly } = scenario.conversation.mooncake!;
  const requests: MooncakeRequest[] = [];
  for await (const request of readMooncake(file, blockTokens)) requests.push(request);
  const textOf = blockTexts(scenario.seed, await texts.corpus(), blockTokens);
  const sharedTokens = seenBefore(requests, blockTokens);
  const itemOf = itemOfUser(scenario, requests.length);
  const planOf = turnPlanner(scenario);
  return {
    conversations: requests.length,
    arrivalsMs: requests.map(({ timestampMs }) => timestampMs),
    digests: [await contentDigest(file, cacheDir)],
    notes: [`trace: ${requests.length} requests in ${file}, blocks of ${blockTokens} tokens`],
    conversation(userId) {
      const index = itemOf(userId);
      const { inputTokens, outputTokens, hashIds } = requests[index]!;
      const blocks = hashIds.map((id, i) =>
        textOf(id, Math.min(blockTokens, inputTokens - i * blockTokens)),
      );
      const planned = planOf(userId).answerTokens() ?? Math.max(1, outputTokens);
      return singleTurn(scenario, {
        userId,
        text: blocks.join(' '),
        tokens: inputTokens,
        sharedTokens: sharedTokens[index]!,
        maxTokens: prefillOnly ? 1 : planned,
      });
    },
  };
}

/**
 * Tokens at the start of every request that an earlier one began with, at most: ids are chained, so one
 * that was seen before stands for all before it as well. The first request counts whole: it is the
 * sender of what others find.
 */
export function seenBefore(
  requests: readonly Pick<MooncakeRequest, 'inputTokens' | 'hashIds'>[],
  blockTokens: number,
): number[] {
  const seenTokens = new Map<number, number>();
  return requests.map(({ inputTokens, hashIds }, index) => {
    let shared = 0;
    let isShared = true;
    for (const [i, id] of hashIds.entries()) {
      const tokens = Math.min(blockTokens, inputTokens - i * blockTokens);
      const seen = seenTokens.get(id) ?? 0;
      if (isShared) shared += Math.min(seen, tokens);
      isShared &&= seen >= tokens;
      if (tokens > seen) seenTokens.set(id, tokens);
    }
    return index === 0 ? inputTokens : shared;
  });
}

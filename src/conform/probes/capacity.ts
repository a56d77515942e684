import type { Answer } from '../answer.ts';
import type { Probe } from '../probe.ts';
import { cachedIn, type Trial } from '../trial.ts';
import { Silent } from '../verdict.ts';
import { forced } from './answers.ts';
import { type Room, roomOf } from './room.ts';

/** How many requests at once may fill the cache, so that one of them has to give way. */
const AT_ONCE_MAX = 16;

/** What gives way when the cache is full. Every block of it is accounted for, so nobody else may be there. */
export const CAPACITY = {
  capacity: {
    title: 'as many blocks as told, but one, are held',
    sends: 'one block; C - 1 others of C usable ones; it again. The same with C others',
    expects: 'B cached tokens; 0',
    restsOn: ['last-token', 'abort-frees'],
    disturbs: true,
    async run(t: Trial) {
      const room = await roomOf(t);
      for (const [name, others] of [
        ['C - 1', room.blocks - 1],
        ['C', room.blocks],
      ] as const) {
        const block = t.fresh(t.block);
        await t.complete(block);
        await room.fill(others);
        const cached = await room.local(() => t.complete([...block, ...t.fresh(1)]));
        t.check(`after ${name} other blocks`, others < room.blocks ? t.block : 0, cached);
      }
    },
  },
  'leaves-first': {
    title: 'a prefix loses its end first',
    sends: '6 blocks; so many others that 2 of them give way; the 6 again',
    expects: 'the first 4 blocks',
    restsOn: ['capacity'],
    disturbs: true,
    async run(t: Trial) {
      const room = await roomOf(t);
      const blocks = t.fresh(6 * t.block);
      await t.complete(blocks);
      await room.fill(room.blocks - 4);
      const cached = await room.local(() => t.complete([...blocks, ...t.fresh(1)]));
      t.check('cached tokens', 4 * t.block, cached);
    },
  },
  lru: {
    title: 'what was used last stays longest',
    sends: 'A and D of 3 blocks; A again; so many others that 3 blocks give way; A and D again',
    expects: 'all of A, nothing of D',
    restsOn: ['capacity'],
    disturbs: true,
    async run(t: Trial) {
      const room = await roomOf(t);
      const [a, d] = [t.fresh(3 * t.block), t.fresh(3 * t.block)];
      await t.complete(a);
      await t.complete(d);
      await t.complete([...a, ...t.fresh(1)]);
      await room.fill(room.blocks - 3);
      const again = (blocks: readonly number[]) =>
        room.local(() => t.complete([...blocks, ...t.fresh(1)]));
      t.check('of A, used again', 3 * t.block, await again(a));
      t.check('of D', 0, await again(d));
    },
  },
  preemption: {
    title: 'who gave way is counted once, as admitted',
    sends: 'fresh prompts that fill the cache at once, and outgrow it with their answers',
    expects: '0 cached tokens each, full answers, preemptions, each prompt looked up once',
    restsOn: ['fresh', 'abort-frees', 'counter-lookups'],
    disturbs: true,
    async run(t: Trial) {
      const room = await roomOf(t);
      const { prompts, answer } = crowdOf(t, room);
      let answers: readonly Answer[] = [];
      const counters = await t.counted(
        async () => {
          answers = await Promise.all(prompts.map((prompt) => t.complete(prompt, forced(answer))));
        },
        ({ succeeded = prompts.length }) => succeeded === prompts.length,
      );
      const { preemptions, lookedUpTokens } = counters;
      if (preemptions === undefined) throw new Silent('its metrics do not count preemptions');
      t.check('preemptions', 'some', preemptions > 0 ? 'some' : 'none');
      const sum = (of: (answer: Answer) => number) =>
        answers.reduce((sum, answer) => sum + of(answer), 0);
      t.check('cached tokens', 0, sum(cachedIn));
      t.check(
        'completion tokens',
        answer * prompts.length,
        sum(({ usage }) => usage.outputTokens ?? 0),
      );
      if (lookedUpTokens !== undefined)
        t.check('tokens looked up', prompts.flat().length, lookedUpTokens);
    },
  },
  tiers: {
    title: 'what comes from below the GPU is told apart',
    sends: '512 tokens and more; a cache full of others; the 512 again',
    expects: 'all of them cached, 0 on the GPU, 512 below it',
    restsOn: ['block'],
    disturbs: true,
    async run(t: Trial) {
      const room = await roomOf(t, true);
      const prompt = t.fresh(Math.ceil(512 / t.block) * t.block + t.part);
      t.needs(prompt.length, prompt.length);
      await t.complete(prompt);
      await room.fill(room.blocks);
      let answer: Answer | undefined;
      const local = await room.local(async () => (answer = await t.complete(prompt)));
      const { usage } = answer!;
      t.finds('cached tokens', prompt.length, answer!);
      t.check('on the GPU', 0, local);
      if (usage.localCachedTokens !== undefined) {
        t.check('on the GPU, by its usage', 0, usage.localCachedTokens);
      }
    },
  },
  reset: {
    title: 'a reset cache finds nothing',
    sends: '2U + h tokens; POST /reset_prefix_cache or /flush_cache; the same again',
    expects: '0 cached tokens',
    restsOn: ['block'],
    disturbs: true,
    async run(t: Trial) {
      await t.idle().catch(() => undefined);
      const prompt = t.fresh(2 * t.unit + t.part);
      await t.complete(prompt);
      if (!(await t.emptied())) {
        throw new Silent(
          'its cache cannot be emptied (/reset_prefix_cache with VLLM_SERVER_DEV_MODE=1, /flush_cache)',
        );
      }
      t.check('cached tokens', 0, cachedIn(await t.complete(prompt)));
    },
  },
} as const satisfies Record<string, Probe>;

/** The fewest prompts that take all blocks but a few, and answers of three blocks each, for which there is no room. */
function crowdOf(t: Trial, { blocks, tokensMax }: Room) {
  const answer = 3 * t.block;
  const each = Math.floor(tokensMax / t.block) - 3;
  const count = Math.max(2, Math.ceil(blocks / Math.max(1, each)));
  if (each < 1 || count > AT_ONCE_MAX) {
    throw new Silent(`to fill it takes more than ${AT_ONCE_MAX} requests at once`);
  }
  const length = (Math.floor(blocks / count) - 1) * t.block;
  if (length < t.block) throw new Silent('its cache is too small');
  return { prompts: Array.from({ length: count }, () => t.fresh(length)), answer };
}

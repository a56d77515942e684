import type { Probe } from '../probe.ts';
import { cachedIn, promptIn, type Trial } from '../trial.ts';
import { forced } from './answers.ts';

/** Who finds whose: salts, twins, several answers and several prompts of one request. */
export const ISOLATION = {
  salt: {
    title: 'cache_salt keeps caches apart',
    sends: '2U + h tokens: with salt a, with a again, with b, without',
    expects: '0, 2U, 0 and 0 cached tokens',
    restsOn: ['block'],
    async run(t: Trial) {
      const prompt = t.fresh(2 * t.unit + t.part);
      const salts = ['a', 'b'].map((name) => `${name}-${prompt[0]}`);
      const asked = (salt?: string) => t.complete(prompt, salt ? { cache_salt: salt } : {});
      t.check('with salt a', 0, cachedIn(await asked(salts[0])));
      t.finds('with a again', prompt.length, await asked(salts[0]));
      t.check('with salt b', 0, cachedIn(await asked(salts[1])));
      t.check('without', 0, cachedIn(await asked()));
    },
  },
  twins: {
    title: 'of twins in flight the second finds the first',
    sends: '3U + h tokens twice at the same time, each answered with 32',
    expects: '0 and 3U cached tokens',
    restsOn: ['block'],
    async run(t: Trial) {
      const prompt = t.fresh(3 * t.unit + t.part);
      const both = await Promise.all([0, 1].map(() => t.complete(prompt, forced(32))));
      const cached = both.map(cachedIn).sort((a, b) => a - b);
      t.check('the one that came first', 0, cached[0]!);
      t.finds('the other', prompt.length, {
        usage: { ...both[0]!.usage, cachedTokens: cached[1]! },
      });
    },
  },
  n: {
    title: 'n answers count their prompt once',
    sends: '2U + h tokens; the same with n: 2, answered with 4 tokens each',
    expects: '2 answers; 2U + h prompt, 2U cached, 8 completion tokens',
    restsOn: ['block'],
    async run(t: Trial) {
      const prompt = t.fresh(2 * t.unit + t.part);
      await t.complete(prompt);
      const answer = await t.complete(prompt, { n: 2, temperature: 1, ...forced(4) });
      t.check('answers', 2, answer.choices.length);
      t.check('prompt tokens', prompt.length, promptIn(answer));
      t.finds('cached tokens', prompt.length, answer);
      t.check('completion tokens', 8, answer.usage.outputTokens ?? 'not told');
    },
  },
  several: {
    title: 'several prompts of one request add up',
    sends: 'prompts of 2U + h and of 3U + h tokens, one by one, and then both as one request',
    expects: '2 answers; 5U + 2h prompt tokens, 5U of them cached',
    restsOn: ['block'],
    async run(t: Trial) {
      const prompts = [t.fresh(2 * t.unit + t.part), t.fresh(3 * t.unit + t.part)];
      const cached = [];
      for (const prompt of prompts) {
        await t.complete(prompt);
        cached.push(cachedIn(await t.complete(prompt)));
      }
      const answer = await t.complete(prompts);
      t.check('answers', 2, answer.choices.length);
      t.check('prompt tokens', prompts.flat().length, promptIn(answer));
      t.check('cached tokens', cached[0]! + cached[1]!, cachedIn(answer));
    },
  },
} as const satisfies Record<string, Probe>;

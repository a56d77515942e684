import type { Answer } from '../answer.ts';
import type { Counters } from '../pages.ts';
import type { Probe } from '../probe.ts';
import { cachedIn, promptIn, type Trial } from '../trial.ts';
import { Silent } from '../verdict.ts';
import { forced } from './answers.ts';

interface Sums {
  requests: number;
  prompt: number;
  cached: number;
  generated: number;
}

/** Three requests, of which two find something; what they had by their usage, and what the counters rose by. */
async function played(t: Trial, isAll: (counters: Counters, sums: Sums) => boolean) {
  const sums: Sums = { requests: 0, prompt: 0, cached: 0, generated: 0 };
  const add = (answer: Answer) => {
    sums.requests++;
    sums.prompt += promptIn(answer);
    sums.cached += cachedIn(answer);
    sums.generated += answer.usage.outputTokens ?? 0;
  };
  const prompt = t.fresh(3 * t.unit + t.part);
  const counters = await t.counted(
    async () => {
      add(await t.complete(prompt, forced(3)));
      add(await t.complete(prompt, forced(5)));
      add(await t.complete([...prompt.slice(0, 2 * t.unit), ...t.fresh(t.part + 1)]));
    },
    (counters) => isAll(counters, sums),
  );
  const { succeeded } = counters;
  if (succeeded !== undefined && succeeded > sums.requests) {
    throw new Silent(
      `others sent requests meanwhile: ${succeeded} ended, of which 3 were the probe's`,
    );
  }
  return { counters, sums };
}

/** The server's own page of metrics beside the usage of requests. */
export const COUNTERS = {
  'counter-lookups': {
    title: 'the counter of lookups has whole prompts',
    sends: 'three requests, of which two find a part of the first',
    expects: 'looked-up tokens rise by the prompt tokens of their usage',
    restsOn: ['block'],
    disturbs: true,
    async run(t: Trial) {
      const { counters, sums } = await played(t, (c, s) => c.lookedUpTokens === s.prompt);
      if (counters.lookedUpTokens === undefined)
        throw new Silent('its metrics do not count lookups');
      t.check('tokens looked up', sums.prompt, counters.lookedUpTokens);
    },
  },
  'counter-hits': {
    title: 'the counters of hits have the cached tokens',
    sends: 'three requests, of which two find a part of the first',
    expects: 'hits on the GPU and below rise by the cached tokens, computed ones by the others',
    restsOn: ['block'],
    disturbs: true,
    async run(t: Trial) {
      const { counters, sums } = await played(t, (c, s) => hitsOf(c) === s.cached);
      const { cachedTokens, computedTokens } = counters;
      const hits = hitsOf(counters);
      if (hits === undefined && cachedTokens === undefined && computedTokens === undefined) {
        throw new Silent('its metrics do not count hits');
      }
      if (hits !== undefined) t.check('hit tokens', sums.cached, hits);
      if (cachedTokens !== undefined) t.check('cached tokens', sums.cached, cachedTokens);
      if (computedTokens !== undefined) {
        t.check('computed tokens', sums.prompt - sums.cached, computedTokens);
      }
    },
  },
  'counter-totals': {
    title: 'tokens and requests are counted right',
    sends: 'three requests, answered with 3, 5 and 1 tokens',
    expects: 'prompt tokens, generated tokens and requests rise by theirs',
    restsOn: ['usage'],
    disturbs: true,
    async run(t: Trial) {
      const { counters, sums } = await played(
        t,
        (c, s) => (c.generatedTokens ?? s.generated) === s.generated && (c.succeeded ?? 3) === 3,
      );
      const { promptTokens, generatedTokens, succeeded } = counters;
      if (promptTokens !== undefined) t.check('prompt tokens', sums.prompt, promptTokens);
      if (generatedTokens !== undefined)
        t.check('generated tokens', sums.generated, generatedTokens);
      if (succeeded !== undefined) t.check('requests', sums.requests, succeeded);
    },
  },
} as const satisfies Record<string, Probe>;

function hitsOf({ localHitTokens, externalHitTokens }: Counters): number | undefined {
  return localHitTokens === undefined ? undefined : localHitTokens + (externalHitTokens ?? 0);
}

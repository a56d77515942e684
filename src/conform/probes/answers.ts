import { hit } from '../expect.ts';
import type { Probe } from '../probe.ts';
import { cachedIn, type Trial } from '../trial.ts';
import { Silent } from '../verdict.ts';

/** Answers of a given length, which go on past the token that would end them. */
export const forced = (tokens: number) => ({ max_tokens: tokens, ignore_eos: true });

async function answered(t: Trial, prompt: readonly number[], fields: object) {
  const answer = await t.complete(prompt, { ...fields, ...t.tellingIds });
  return { answer, ids: await t.idsOf(answer) };
}

/** What is found again of answers, and of requests that end before their time. */
export const ANSWERS = {
  'token-ids': {
    title: 'token ids are told as sent and made',
    sends: '2U + h ids, with return_token_ids; an answer of 8 tokens',
    expects: 'the ids of the prompt; 8 of the answer',
    restsOn: ['usage'],
    async run(t: Trial) {
      const prompt = t.fresh(2 * t.unit + t.part);
      const answer = await t.complete(prompt, { ...forced(8), ...t.tellingIds });
      const [choice] = answer.choices;
      if (!answer.promptIds && !choice?.ids) throw new Silent('return_token_ids is not known here');
      const isSame = answer.promptIds?.join() === prompt.join();
      t.check('ids of the prompt', 'as sent', isSame ? 'as sent' : 'others');
      t.check('ids of the answer', answer.usage.outputTokens ?? 8, choice?.ids?.length ?? 0);
    },
  },
  answer: {
    title: 'an answer that comes back is found',
    sends: '2U + h tokens, answered with U; then both and h more',
    expects: '3U cached tokens',
    restsOn: ['block'],
    async run(t: Trial) {
      const prompt = t.fresh(2 * t.unit + t.part);
      const { ids } = await answered(t, prompt, forced(t.unit + 1));
      const next = [...prompt, ...ids, ...t.fresh(t.part + 1)];
      t.finds('cached tokens', prompt.length + ids.length - 1, await t.complete(next));
    },
  },
  'last-sampled': {
    title: "an answer's last token is not found",
    sends: '2U tokens, answered with B: blocks that are full but for having been sampled',
    expects: '2U cached tokens of both (2U + B with one token more in the answer)',
    restsOn: ['block', 'answer'],
    async run(t: Trial) {
      for (const more of [0, 1]) {
        const prompt = t.fresh(2 * t.unit);
        const { ids } = await answered(t, prompt, forced(t.block + more));
        const next = [...prompt, ...ids, ...t.fresh(t.part + 2)];
        const known = prompt.length + ids.length - 1;
        t.finds(`after an answer of B${more ? ' + 1' : ''} tokens`, known, await t.complete(next));
      }
    },
  },
  stop: {
    title: 'what a stop string ends is found so far',
    sends: "2U + h tokens, with stop: [' '] after min_tokens: U; then both and h more",
    expects: 'whole blocks of prompt and answer but its last token',
    restsOn: ['block', 'answer'],
    async run(t: Trial) {
      for (let part = t.part; part < t.part + 3; part++) {
        const prompt = t.fresh(2 * t.unit + part);
        const fields = { stop: [' '], min_tokens: t.unit, ...forced(3 * t.unit) };
        const { answer, ids } = await answered(t, prompt, fields);
        if (answer.choices[0]?.finish !== 'stop')
          throw new Silent('no stop string ended its answer');
        const known = prompt.length + ids.length - 1;
        // One token further the engine may have gone before it was stopped: where that fills a block, both are right.
        if (hit(known, Infinity, t.block) !== hit(known + 1, Infinity, t.block) && t.block > 1)
          continue;
        const next = [...prompt, ...ids, ...t.fresh(t.part + 2)];
        t.finds('cached tokens', known, await t.complete(next));
        return;
      }
    },
  },
  streamed: {
    title: 'a stream says what a whole answer says',
    sends: '3U + h tokens; the same as a stream with include_usage',
    expects: '3U cached tokens, and the same prompt tokens',
    restsOn: ['block'],
    async run(t: Trial) {
      const prompt = t.fresh(3 * t.unit + t.part);
      await t.complete(prompt);
      const usage = await t.stream(prompt, forced(4));
      if (usage.inputTokens === undefined)
        throw new Silent('a stream has no usage (include_usage)');
      t.check('prompt tokens', prompt.length, usage.inputTokens);
      t.finds('cached tokens', prompt.length, { usage });
    },
  },
  abort: {
    title: "an abandoned request's prompt is found",
    sends: '3U + h tokens, left after the first piece of a long answer; then the prompt and h more',
    expects: '3U cached tokens',
    restsOn: ['block'],
    async run(t: Trial) {
      const prompt = t.fresh(3 * t.unit + t.part);
      await t.abandoned(prompt);
      const next = [...prompt, ...t.fresh(t.part + 1)];
      t.finds('cached tokens', prompt.length, await t.complete(next));
    },
  },
  'abort-frees': {
    title: 'an abandoned request gives its blocks back',
    sends: 'a request that is left after the first piece of a long answer',
    expects: '0 requests under way, and 0 of the KV cache in use',
    restsOn: ['abort'],
    disturbs: true,
    async run(t: Trial) {
      const before = await t.usage();
      if (before === undefined)
        throw new Silent('its metrics do not tell how much of the KV cache is in use');
      await t.abandoned(t.fresh(3 * t.unit + t.part));
      t.check('KV cache in use afterwards', before, (await t.usage()) ?? 'not told');
    },
  },
  echo: {
    title: 'an echoed prompt is found as any other',
    sends: '2U + h tokens; the same with echo: true',
    expects: '2U cached tokens',
    restsOn: ['block'],
    async run(t: Trial) {
      const prompt = t.fresh(2 * t.unit + t.part);
      const plain = await t.complete(prompt);
      const echoed = await t.complete(prompt, { echo: true });
      const length = (text = '') => text.length;
      if (length(echoed.choices[0]?.text) <= length(plain.choices[0]?.text) + t.unit) {
        throw new Silent('echo has no effect here');
      }
      t.finds('cached tokens', prompt.length, echoed);
    },
  },
  'prompt-logprobs': {
    title: 'prompt logprobs look nothing up',
    sends: '2U + h tokens; the same with prompt_logprobs: 1',
    expects: '0 cached tokens: every position has to be computed',
    restsOn: ['block'],
    async run(t: Trial) {
      const prompt = t.fresh(2 * t.unit + t.part);
      await t.complete(prompt);
      const answer = await t.complete(prompt, { prompt_logprobs: 1 });
      if (!answer.choices[0]?.hasPromptLogprobs)
        throw new Silent('prompt_logprobs is not known here');
      t.check('cached tokens', 0, cachedIn(answer));
    },
  },
} as const satisfies Record<string, Probe>;

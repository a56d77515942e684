import type { Probe } from '../probe.ts';
import { cachedIn, promptIn, type Trial } from '../trial.ts';

/** What is found again of token ids: whole blocks from the start of the prompt, and never its last token. */
export const PREFIX = {
  usage: {
    title: 'usage tells cached tokens',
    sends: 'a fresh prompt of 3U + h token ids',
    expects: '3U + h prompt tokens, and a number of cached ones',
    async run(t: Trial) {
      const prompt = t.fresh(3 * t.unit + t.part);
      const { usage } = await t.complete(prompt);
      t.check('prompt tokens', prompt.length, usage.inputTokens ?? 'not told');
      t.check('cached tokens are told', 'yes', usage.cachedTokens === undefined ? 'no' : 'yes');
    },
  },
  fresh: {
    title: 'a fresh prompt finds nothing',
    sends: 'three prompts whose first tokens no other had',
    expects: '0 cached tokens each',
    restsOn: ['usage'],
    async run(t: Trial) {
      for (const units of [1, 2, 3]) {
        const answer = await t.complete(t.fresh(units * t.unit + t.part));
        t.check(`cached tokens of prompt ${units}`, 0, cachedIn(answer));
      }
    },
  },
  repeat: {
    title: 'a prompt again finds its whole blocks',
    sends: '3U + h tokens, and the same again',
    expects: '3U cached tokens (all but the last for blocks of one token)',
    restsOn: ['fresh'],
    async run(t: Trial) {
      const prompt = t.fresh(3 * t.unit + t.part);
      await t.complete(prompt);
      t.finds('cached tokens', prompt.length, await t.complete(prompt));
    },
  },
  block: {
    title: 'hits are whole blocks of the size told',
    sends: 'four times 4U tokens; prompts that share 2U - 1, 2U, 2U + B - 1, 2U + B of them',
    expects: 'the shared tokens, rounded down to blocks',
    restsOn: ['repeat'],
    async run(t: Trial) {
      const [two, b] = [2 * t.unit, t.block];
      for (const shared of new Set([two - 1, two, two + b - 1, two + b])) {
        const first = t.fresh(4 * t.unit);
        await t.complete(first);
        const prompt = [...first.slice(0, shared), ...t.fresh(b + 1)];
        t.finds(`cached tokens of ${shared} shared`, shared, await t.complete(prompt));
      }
    },
  },
  'last-token': {
    title: "a prompt's last token is always computed",
    sends: '2U tokens twice, and once more with another token behind them; B tokens twice',
    expects: '2U - B cached tokens, then 2U; 0',
    restsOn: ['block'],
    async run(t: Trial) {
      const prompt = t.fresh(2 * t.unit);
      await t.complete(prompt);
      t.finds('cached tokens of 2U again', prompt.length, await t.complete(prompt));
      const longer = [...prompt, ...t.fresh(1)];
      t.finds('cached tokens of 2U and one', prompt.length, await t.complete(longer));
      const single = t.fresh(t.block);
      await t.complete(single);
      t.finds('cached tokens of one block again', t.block, await t.complete(single));
    },
  },
  chained: {
    title: 'a block is found after its prefix alone',
    sends:
      '3U tokens; then the same after another first block, and with another block in the middle',
    expects: '0; and U, the blocks before the hole',
    restsOn: ['block'],
    async run(t: Trial) {
      const first = t.fresh(3 * t.unit + t.part);
      await t.complete(first);
      const u = t.unit;
      const behind = [...t.fresh(u), ...first.slice(u)];
      t.check('after another block', 0, cachedIn(await t.complete(behind)));
      const known = t.fresh(u);
      await t.complete(known);
      t.finds('after a known one', u, await t.complete([...known, ...first.slice(u)]));
      const hole = [...first.slice(0, u), ...t.fresh(u), ...first.slice(2 * u)];
      t.finds('before a hole', u, await t.complete(hole));
    },
  },
  shorter: {
    title: 'shorter prefixes are found in longer ones',
    sends: '4U tokens; 2U of them and h others; 3U and h others; all 4U and one more',
    expects: '2U, 3U and 4U cached tokens',
    restsOn: ['block'],
    async run(t: Trial) {
      const first = t.fresh(4 * t.unit);
      await t.complete(first);
      for (const units of [2, 3, 4]) {
        const shared = units * t.unit;
        const prompt = [...first.slice(0, shared), ...t.fresh(t.part + 1)];
        t.finds(`cached tokens of ${units}U shared`, shared, await t.complete(prompt));
      }
    },
  },
  branches: {
    title: 'two ways on from one prefix are both kept',
    sends: 'X of 2U tokens with Y of 2U behind it, then X with Z; both again and h more',
    expects: '2U for X with Z; then 4U and 4U',
    restsOn: ['block'],
    async run(t: Trial) {
      const [x, y, z] = [t.fresh(2 * t.unit), t.fresh(2 * t.unit), t.fresh(2 * t.unit)];
      await t.complete([...x, ...y]);
      t.finds('X with Z', 2 * t.unit, await t.complete([...x, ...z]));
      for (const [name, more] of [
        ['X with Y', y],
        ['X with Z', z],
      ] as const) {
        const prompt = [...x, ...more, ...t.fresh(t.part + 1)];
        t.finds(`${name} again`, 4 * t.unit, await t.complete(prompt));
      }
    },
  },
  text: {
    title: 'a text and its token ids are one prompt',
    sends: 'a text of some 3U words; then the ids that /tokenize has for it',
    expects: 'as many prompt tokens; all whole blocks cached',
    restsOn: ['block'],
    async run(t: Trial) {
      const text = t.prompts.words(3 * t.unit + t.part);
      const ids = await t.tokenize(text, true);
      const first = await t.complete(text);
      if (!ids) {
        t.finds('cached tokens of the text again', promptIn(first), await t.complete(text));
        return;
      }
      t.check('prompt tokens of the text', ids.length, promptIn(first));
      t.finds('cached tokens of its ids', ids.length, await t.complete(ids));
    },
  },
} as const satisfies Record<string, Probe>;

import { describe, expect, test } from 'vitest';
import { cacheCurve } from '../../src/curve/curve.ts';
import { scenarioSource } from '../../src/curve/from-scenario.ts';
import { traceSource } from '../../src/curve/from-trace.ts';
import { parseScenario } from '../../src/scenario/load.ts';
import { closedForms, type Shape } from '../support/closed-forms.ts';
import { shapeRequests, sourceOf } from '../support/curve-source.ts';
import { absent, sharedFile, titled } from '../support/needs.ts';

const CONVERSATION = sharedFile('data/traces/mooncake_conversation_trace.jsonl');
const NO_CONVERSATION = absent(CONVERSATION);
const OPTIONS = { warmupShare: 0, engineBlockTokens: 16 };

/**
 * A public trace, and numbers that other programs find too: those of its second half kvcache-simulator 0.1.3 of PyPI,
 * all of them one in Python. More of them: test/inspect/golden.test.ts.
 */
describe.skipIf(NO_CONVERSATION)(
  titled("Mooncake's conversation trace, FAST '25", NO_CONVERSATION),
  () => {
    test('blocks found by capacity, the definitions, times to live', async () => {
      const capacities = [100, 1000, 2000, 5859, 10_000, 30_000, 50_000, 100_000];
      const ttlsSec = [10, 60, 300, 600, 1800, 3600];
      const source = await traceSource(CONVERSATION, {});
      const result = await cacheCurve(source, { ...OPTIONS, capacities, ttlsSec });
      expect(result.definitions.map(({ block }) => block.toFixed(5))).toEqual([
        ...['0.04184', '0.04453', '0.05430', '0.13608'],
        ...['0.21160', '0.32575', '0.35456', '0.36369'],
      ]);
      const { unlimited } = result.reuse;
      const { block, token, requestMean, any, full } = unlimited;
      expect([block, token, requestMean, any, full].map((share) => share.toFixed(4))).toEqual([
        ...['0.3664', '0.3736', '0.4094', '0.9999', '0.0098'],
      ]);
      expect(result.compulsory).toMatchObject({
        blocks: 182_790,
        tokens: 144_793_823 - 54_098_411,
      });
      expect(result.joint!.rows.map((row) => row.unlimited.toFixed(6))).toEqual([
        ...['0.043684', '0.101936', '0.293143', '0.349811', '0.370646', '0.373624'],
      ]);
      // With room for what will be found again, who knows the future finds it all.
      const { liveBlocksPeak } = result.workingSet!;
      expect(liveBlocksPeak).toBe(8138);
      expect(result.turns).toHaveLength(1);
    });

    test('the second half, after the first has filled the caches', async () => {
      const capacities = [45, 90, 181, 362, 725, 1450, 2900, 5801, 11_602, 23_205, 46_410, 92_820];
      const source = await traceSource(CONVERSATION, {});
      const result = await cacheCurve(source, { ...OPTIONS, warmupShare: 0.5, capacities });
      const { reuse, definitions } = result;
      expect([reuse.warmupRequests, reuse.inputTokens]).toEqual([6015, 67_915_607]);
      const found = [
        3_080_192, 3_080_581, 3_080_581, 3_083_336, 3_115_851, 3_358_240, 4_433_232, 9_179_123,
        15_981_771, 21_664_820, 25_470_836, 26_596_212,
      ];
      expect(reuse.lru.points.map(({ foundTokens }) => foundTokens)).toEqual(found);
      const tokens = definitions.map(({ token }) => Math.round(token * reuse.inputTokens));
      expect(tokens).toEqual(found);
      expect(reuse.lru.points.map(({ boundTokens }) => boundTokens)).toEqual([
        4_060_649, 4_838_053, 6_128_429, 8_126_172, 11_482_069, 15_824_376, 20_772_198, 25_488_887,
        27_038_068, 27_038_068, 27_038_068, 27_038_068,
      ]);
    });
  },
);

/** FAST25-release/traces/toolagent_trace.jsonl of kvcache-ai/Mooncake: too large for most mirrors, so its place is told. */
const TOOLAGENT = process.env['TOOLAGENT_TRACE'];
const NO_TOOLAGENT =
  TOOLAGENT === undefined ? 'TOOLAGENT_TRACE=FILE names no file' : absent(TOOLAGENT);

/** sglang PR#29049, whose blocks are found by SGLang's own radix tree and HiCache: so near, and not to the digit. */
describe.skipIf(NO_TOOLAGENT)(titled("Mooncake's toolagent trace", NO_TOOLAGENT), () => {
  const L1 = 6000;

  test('blocks found by capacity, inclusive and exclusive tiers', async () => {
    const source = await traceSource(TOOLAGENT!, {});
    const capacities = [L1, 12_000, 17_003];
    const { reuse, definitions } = await cacheCurve(source, { ...OPTIONS, capacities });
    expect([reuse.requests, reuse.blocks]).toEqual([23_608, 409_356]);
    const shares = definitions.map(({ block }) => block);
    for (const [index, share] of [0.4095, 0.4739, 0.5017].entries()) {
      expect(Math.abs(shares[index]! - share)).toBeLessThan(0.005);
    }
    // Two independent computations on the same file.
    expect(reuse.unlimited.block).toBeCloseTo(0.553, 3);
    expect(reuse.unlimited.token).toBeCloseTo(0.571, 3);
  });

  test.each([
    ['inclusive, half as large: next to nothing more', true, L1 / 2, L1],
    ['inclusive, twice as large: the larger one', true, 2 * L1, 2 * L1],
    ['exclusive: both together', false, 11_003, 17_003],
  ])('below it %s', async (_how, isInclusive, below, effective) => {
    const source = await traceSource(TOOLAGENT!, {});
    const tiers = {
      tiers: [
        { name: 'l1', blocks: L1 },
        { name: 'l2', blocks: below },
      ],
      ...{ isInclusive, chunkBlocks: 1, isPromptOnly: false },
    };
    const capacities = [effective];
    const { tiers: found, definitions } = await cacheCurve(source, {
      ...{ ...OPTIONS, capacities, tiers },
    });
    expect(found!.effectiveBlocks).toBe(effective);
    expect(found!.share).toBeCloseTo(definitions[0]!.token, 6);
  });
});

async function sharesByTurn(shape: Omit<Shape, 'shared' | 'history' | 'blockTokens' | 'users'>) {
  const whole = { ...shape, shared: 0, history: 0, users: 2, blockTokens: 64 };
  const source = sourceOf(shapeRequests(whole, true), { blockTokens: 64 });
  const { turns } = await cacheCurve(source, OPTIONS);
  return turns.slice(1).map(({ unlimited }) => unlimited.toFixed(6));
}

/** Of issues of SGLang, measured there on real engines with pages of 64 tokens. */
describe('hit shares by turn that real engines had', () => {
  test('sglang#33984: questions of 4096 tokens, answers of 1', async () => {
    expect(await sharesByTurn({ question: 4096, answer: 1, rounds: 9 })).toEqual([
      ...['0.499939', '0.666558', '0.749863', '0.799844'],
      ...['0.833164', '0.856964', '0.874813', '0.888696'],
    ]);
  });

  test('sglang#27010, second level: the last token of an answer was never fed back', async () => {
    expect(await sharesByTurn({ question: 512, answer: 64, rounds: 5 })).toEqual(
      [8 / 17, 17 / 26, 26 / 35, 35 / 44].map((share) => share.toFixed(6)),
    );
  });
});

describe('a cache that never forgets finds what the closed forms say', () => {
  test.each(closedForms)('%s', async (_, { shape, hits, hitsOfOthers, prompts }) => {
    const { blockTokens } = shape;
    for (const [isKept, found] of [
      [true, hits],
      [false, hitsOfOthers],
    ] as const) {
      const source = sourceOf(shapeRequests(shape, isKept), { blockTokens });
      const { reuse } = await cacheCurve(source, { ...OPTIONS, engineBlockTokens: blockTokens });
      expect([reuse.unlimited.foundTokens, reuse.inputTokens]).toEqual([found, prompts]);
    }
  });
});

/** The template of chats: what it puts before the shared part, before the history, and around a question and an answer. */
const TEMPLATE = { before: 5, opening: 4, turn: 7 };

/** A scenario whose prompts, chat template included, have this shape. */
function scenarioOf({ shared, history, question, answer, rounds, users, blockTokens }: Shape) {
  return parseScenario({
    target: { api: 'chat' },
    conversation: {
      systemPrompt: { tokens: shared - TEMPLATE.before },
      userHistory: { tokens: history + TEMPLATE.turn - TEMPLATE.opening },
      question: { tokens: question - TEMPLATE.turn },
      rounds,
      answer: { tokens: answer, force: true },
    },
    // All ask in each round, one after the other.
    population: { users, arrivals: { process: 'constant', usersPerSec: 10 } },
    pacing: { mode: 'interval', pauseSec: 10 },
    engine: { gpu: 'h100', blockTokens },
  });
}

describe('and of scenarios, whose prompts are enumerated', () => {
  const short = closedForms.filter(
    ([, { shape, prompts }]) =>
      shape.question > TEMPLATE.turn && shape.blockTokens > 1 && prompts < 1_000_000,
  );
  test.each(short)('%s', async (_, { shape, hits, hitsOfOthers, prompts }) => {
    for (const [areAnswersChanged, found] of [
      [false, hits],
      [true, hitsOfOthers],
    ] as const) {
      const source = scenarioSource('made', scenarioOf(shape), { areAnswersChanged });
      const { reuse, turns } = await cacheCurve(source, OPTIONS);
      expect([reuse.unlimited.foundTokens, reuse.inputTokens]).toEqual([found, prompts]);
      expect(turns).toHaveLength(shape.rounds);
    }
  });
});

import { expect, test } from 'vitest';
import { promptTokensBySource, sourcesOf } from '../../../src/report/figures/tokens-by-source.ts';
import { footer, samplePart, turnRecord } from '../../record/sample.ts';

test('prompt tokens come from tiers as far as these are told, and add up to the prompt', () => {
  const told = turnRecord({
    ...{ inputTokens: 1000, cachedTokens: 600 },
    ...{ externalCachedTokens: 250, storageCachedTokens: 50 },
  });
  const sources = sourcesOf(told)!;
  expect(sources).toEqual({
    ...{ 'GPU cache': 350, 'cache, of a tier not told': 0 },
    ...{ 'host or remote': 200, storage: 50, computed: 400 },
  });
  const { externalCachedTokens: _, storageCachedTokens: __, ...untold } = told;
  expect(sourcesOf(untold)).toMatchObject({ 'GPU cache': 0, 'cache, of a tier not told': 600 });
  const { cachedTokens: ___, ...silent } = untold;
  expect(sourcesOf(silent)).toBeUndefined();
});

test('shares of a stretch add up to 1, and those that are never there have no series', () => {
  const records = [
    turnRecord({ sentMs: 1000, inputTokens: 100, cachedTokens: 0, externalCachedTokens: 0 }),
    turnRecord({ sentMs: 1001, inputTokens: 300, cachedTokens: 300, externalCachedTokens: 100 }),
  ];
  const part = samplePart({
    records,
    footer: footer({ measureStartMs: 1000, measureEndMs: 2000 }),
  });
  const { series } = promptTokensBySource({ parts: [part], warnings: [] });
  expect(series).toEqual([
    { name: 'GPU cache', points: [[0, 0.5]] },
    { name: 'host or remote', points: [[0, 0.25]] },
    { name: 'computed', points: [[0, 0.25]] },
  ]);
});

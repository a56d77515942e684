import { describe, expect, test } from 'vitest';
import { twinFigures } from '../../src/twin/figures.ts';
import { twinJson } from '../../src/twin/json.ts';
import { twinText } from '../../src/twin/sections.ts';
import { type Twin, twinOf } from '../../src/twin/twin.ts';
import { outsideIn } from '../../src/twin/windows.ts';
import { PRESSED, recorded } from './recorded.ts';

const A100 = { gpu: 'a100', settings: [], draws: 0, intervals: {} };
/** Around the a100's 10.3 ms and 70.5 us. */
const INTERVALS = { weightsMs: [9.8, 10.8], tokenUs: [65, 76] } as const;

const outside = (twin: Twin) => twin.windows.filter((window) => outsideIn(window).length > 0);

describe('a run beside its twin', () => {
  test('the twin of a run on the same engine is the run, to the last bit', async () => {
    const twin = await twinOf(await recorded(PRESSED), A100);
    expect(twin.requests).toEqual({ paired: 48, onlyObserved: 0, onlyTwin: 0 });
    expect(twin.errors).toHaveLength(13);
    expect(twin.errors.map(({ error }) => error)).toEqual(twin.errors.map(() => 0));
    expect(twin.agreement).toMatchObject({ told: 48, equal: 48, inputEqual: 48, isKept: true });
    expect(twin.measuredMs.twin).toBe(twin.measuredMs.observed);
    // Not because nothing could differ: some of what was said had been evicted.
    const found = twin.errors.find(({ name }) => name === 'cachedShare')!;
    expect(found.observed).toBeGreaterThan(0.2);
    expect(found.observed).toBeLessThan(0.7);
    expect(twinText(twin)).toContain('11 of 11 bounds of a good twin are kept.');
  });

  test('a profile without intervals has no band, and that is said', async () => {
    const twin = await twinOf(await recorded(PRESSED), { ...A100, draws: 5 });
    expect(twin.windows.every(({ quantities }) => !quantities.ttftMs.band)).toBe(true);
    expect(twinText(twin)).toContain('No band: a100 has no intervals of its constants');
    expect(twinText(twin)).toContain('Run and twin have the same times in every window.');
    expect(twinFigures(twin).flatMap(({ bands = [] }) => bands)).toEqual([]);
  });

  test('the band covers a run whose constants lie within the intervals', async () => {
    const run = await recorded(PRESSED, { constants: { weightsMs: 10.6, tokenUs: 67.5 } });
    const twin = await twinOf(run, { ...A100, draws: 5, intervals: INTERVALS });
    expect(outside(twin)).toEqual([]);
    // Though it is not the twin's.
    expect(twin.errors.find(({ name }) => name === 'tpotMs')!.error).toBeLessThan(-0.01);
    expect(twinText(twin)).toContain('windows of the run lie within the band of its twin');
  });

  test('a constant beyond its interval leaves the band in the first window, and what differs is named', async () => {
    const run = await recorded(PRESSED, { constants: { weightsMs: 14 } });
    const twin = await twinOf(run, { ...A100, draws: 4, intervals: INTERVALS });
    expect(outsideIn(twin.windows[0]!)).toEqual(['tpotMs', 'latencyMs']);
    const text = twinText(twin, Infinity);
    expect(text).toMatch(
      /The run first leaves the band of its twin from 0 to \S+ s \(\d+ requests?\)/,
    );
    expect(text).toMatch(
      /TPOT is higher than the twin allows, 16\.\S+ ms \(the twin 12\.\S+ ms, at most 13/,
    );
    expect(text).toContain('hits are not the cause');
    const [tpot] = twinFigures(twin).filter(({ name }) => name === 'twin-tpot');
    expect(tpot!.windows![0]!.spans[0]![0]).toBe(0);
  });

  test('a smaller cache leaves it where first something was evicted, and the requests are named', async () => {
    const run = await recorded(PRESSED, { engine: { blocks: 190 } });
    const twin = await twinOf(run, { ...A100, draws: 4, intervals: INTERVALS });
    const first = twin.windows.findIndex((window) => outsideIn(window).length > 0);
    const window = twin.windows[first]!;
    expect(first).toBeGreaterThan(0);
    expect(window.quantities.cachedShare.beyond).toBe('lower');
    const [pair] = twin.agreement.differing;
    expect(pair!.atMs).toBeGreaterThanOrEqual(window.fromMs);
    expect(pair!.atMs).toBeLessThan(window.toMs);
    const { observed, twin: own } = pair!;
    expect(twinText(twin, Infinity)).toContain(
      `found other cached tokens than in the twin: ${observed.userId}:${observed.turn} at ${(pair!.atMs / 1000).toFixed(1)} s ${observed.cachedTokens} and not ${own.cachedTokens}`,
    );
    expect(JSON.parse(twinJson(twin)).firstOutside).toMatchObject({ fromMs: window.fromMs });
  });

  test('the same band comes of the same draws', async () => {
    const run = await recorded(PRESSED);
    const options = { ...A100, draws: 2, intervals: INTERVALS };
    expect(twinJson(await twinOf(run, options))).toBe(twinJson(await twinOf(run, options)));
  });

  test('an engine that refuses some of the requests says why; one that refuses all is no twin', async () => {
    const run = await recorded(PRESSED);
    const some = { ...A100, settings: ['engine.maxModelTokens=740'] };
    const twin = await twinOf(run, some);
    expect(twin.requests.onlyObserved).toBeGreaterThan(0);
    expect(twinText(twin, Infinity)).toMatch(/the twin's first that failed: .*740/);
    const none = { ...A100, settings: ['engine.maxModelTokens=100'] };
    await expect(twinOf(run, none)).rejects.toThrow('completed none of the requests');
  });
});

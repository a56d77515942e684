import { basename, join } from 'node:path';
import { mean } from 'd3-array';
import { describe, expect, test } from 'vitest';
import { servegen } from '../../../../src/workload/traces/formats/servegen.ts';
import { absent, sharedFile, titled } from '../../../support/needs.ts';
import { scratchDir } from '../../scratch.ts';
import { entriesOf, recognised, writer } from '../entries.ts';

const written = writer(scratchDir());
const CLIENT = sharedFile('data/traces/servegen/deepseek-r1-chunk-25-trace.csv');
const NO_CLIENT = absent(CLIENT);

/** A client: its windows, and its lengths. */
function client(name: string, windows: string, dataset: object | string): string {
  written(`${name}-dataset.json`, typeof dataset === 'string' ? dataset : JSON.stringify(dataset));
  return written(`${name}-trace.csv`, windows);
}

const LENGTHS = { input_tokens: '{10: 0.25, 20: 0.75}', output_tokens: '{5: 1.0}' };
const NONE = { input_tokens: '{}', output_tokens: '{}' };

describe('a client', () => {
  const file = client('one', '0,0,0,,0,0\n600,0.5,1.4,Gamma,0.5,9\n1200,2.5,0.5,Weibull,2,1\n', {
    0: NONE,
    600: LENGTHS,
    1200: { ...LENGTHS, output_tokens: '{7: 1.0}', reason_ratio: '{0.5: 1}' },
  });

  test('has as many requests in a window as its rate says, in order, with its lengths', async () => {
    expect(await recognised(file)).toBe('servegen');
    const entries = await entriesOf(file);
    expect(entries).toHaveLength(300 + 1500);
    const times = entries.map(({ atMs }) => atMs!);
    expect(times.toSorted((a, b) => a - b)).toEqual(times);
    expect(times.filter((ms) => ms >= 600_000 && ms < 1_200_000)).toHaveLength(300);
    expect(times.at(-1)!).toBeLessThan(1_800_000);
    const outputs = entries.map(({ outputTokens }) => outputTokens);
    expect(outputs).toEqual([...Array(300).fill(5), ...Array(1500).fill(7)]);
    const long = entries.filter(({ inputTokens }) => inputTokens === 20).length / entries.length;
    expect(long).toBeCloseTo(0.75, 1);
  });

  test('has gaps of the shape that its pattern says', async () => {
    const cvOf = (fromMs: number, toMs: number, times: number[]) => {
      const inside = times.filter((ms) => ms >= fromMs && ms < toMs);
      const gaps = inside.slice(1).map((ms, i) => ms - inside[i]!);
      const average = mean(gaps)!;
      return Math.sqrt(mean(gaps.map((gap) => (gap - average) ** 2))!) / average;
    };
    const times = (await entriesOf(file)).map(({ atMs }) => atMs!);
    // Of a gamma 1 / sqrt(shape); of a Weibull of shape 2, sqrt(4 / pi - 1).
    expect(cvOf(600_000, 1_200_000, times)).toBeCloseTo(Math.sqrt(2), 0.5);
    expect(cvOf(1_200_000, 1_800_000, times)).toBeCloseTo(0.523, 1);
  });

  test('is the same for a seed, and another for another', async () => {
    const drawn = (seed?: number) => entriesOf(file, undefined, { seed });
    expect(await drawn(1)).toEqual(await drawn(1));
    expect(await drawn(1)).not.toEqual(await drawn(2));
  });

  test('may be one of many in a folder, each with draws of its own', async () => {
    const folder = scratchDir();
    const write = writer(folder);
    for (const name of ['chunk-1', 'chunk-2']) {
      write(`${name}-trace.csv`, '0,0.5,1,Gamma,0.5,9\n');
      write(`${name}-dataset.json`, JSON.stringify({ 0: LENGTHS }));
    }
    expect(await recognised(folder)).toBe('servegen');
    const entries = await entriesOf(folder);
    expect(entries).toHaveLength(600);
    expect(new Set(entries.map(({ atMs }) => atMs)).size).toBe(600);
    const names = servegen.alsoReads!(folder, {}).map((path) => basename(path));
    expect(names).toEqual(['chunk-1-trace.csv', 'chunk-2-trace.csv']);
    const lengths = join(folder, 'chunk-1-dataset.json');
    await expect(entriesOf(lengths)).rejects.toThrow(/found the lengths of a ServeGen client/);
  });

  test('may send images beside its text', async () => {
    const dataset = {
      0: {
        text_tokens: '{10: 1.0}',
        image_count: '{2: 1.0}',
        image_tokens: '{100: 1.0}',
        audio_count: '{0: 1.0}',
        audio_tokens: '{0: 1.0}',
        output_tokens: '{3: 1.0}',
      },
    };
    const [entry] = await entriesOf(client('images', '0,0.01,1,Gamma,1,1\n', dataset));
    expect(entry).toMatchObject({ inputTokens: 210, outputTokens: 3 });
  });
});

describe('a wrong client is named', () => {
  test.each([
    ['600,x,1,Gamma,1,1', /line 2: rate: found "x"; expected requests a second >= 0/],
    ['0,1,1,Gamma,1,1', /line 2: window: found "0"; expected seconds, more than 0/],
    ['600,1,1,Pareto,1,1', /line 2: pattern: found "Pareto"; expected Gamma, Weibull or nothing/],
    ['600,1,1,Gamma,0,1', /line 2: shape: found "0"/],
    ['600,1,1,Gamma,1', /line 2: found 5 cells; expected 6/],
  ])('in its windows: %s', async (row, message) => {
    const file = client('windows', `0,1,1,Gamma,1,1\n${row}\n`, { 0: LENGTHS });
    await expect(entriesOf(file)).rejects.toThrow(message);
  });

  test.each([
    [
      { 0: { ...LENGTHS, input_tokens: '{1: 0.5}' } },
      /window 0: input_tokens: found shares that are 0\.5/,
    ],
    [
      { 0: { ...LENGTHS, input_tokens: 7 } },
      /window 0: input_tokens: found 7; expected a dict as text/,
    ],
    [{ 0: { ...LENGTHS, input_tokens: '{1: x}' } }, /window 0: input_tokens: found "{1: x}"/],
    [{ 0: { input_tokens: '{1: 1}' } }, /window 0: output_tokens: missing/],
    [{ x: LENGTHS }, /window x: expected seconds >= 0/],
    [{ 0: NONE }, /found no window with lengths/],
    ['{', /which breaks off; expected JSON/],
  ])('in its lengths: %j', async (dataset, message) => {
    await expect(entriesOf(client('lengths', '0,1,1,Gamma,1,1\n', dataset))).rejects.toThrow(
      message,
    );
  });

  test('and so is a file of lengths that is not there', async () => {
    const file = written('alone.csv', '0,1,1,Gamma,1,1\n');
    await expect(entriesOf(file)).rejects.toThrow(
      /conversation\.trace\.datasetFile: missing; needed with/,
    );
    const datasetFile = `${file}.none`;
    await expect(entriesOf(file, undefined, { datasetFile })).rejects.toThrow(
      /conversation\.trace\.datasetFile: cannot read data file .*none/,
    );
  });
});

test('hashed conversations are refused, with the reason', async () => {
  const turn = {
    turn: 1,
    timestamp: 0,
    input_token_count: 9,
    output_token_count: 1,
    input_tokens: [1],
  };
  const file = written('conversations_hashed.json', JSON.stringify({ c1: [turn] }));
  await expect(entriesOf(file)).rejects.toThrow(
    /hashes of pieces without a fixed length, so what requests share cannot be known/,
  );
});

test.skipIf(NO_CLIENT)(titled("a client of ServeGen's own", NO_CLIENT), async () => {
  expect(await recognised(CLIENT)).toBe('servegen');
  const entries = await entriesOf(CLIENT);
  // The rates of its windows, times their 600 s.
  expect(entries).toHaveLength(466);
});

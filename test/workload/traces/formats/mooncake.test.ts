import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { parseScenario } from '../../../../src/scenario/load.ts';
import { openWorkload } from '../../../../src/workload/load.ts';
import type { Corpus } from '../../../../src/workload/text/corpus.ts';
import { textsOf } from '../../../../src/workload/text/texts.ts';
import { openTokenizer } from '../../../../src/workload/tokenizer/tokenizer.ts';
import { locateTokenizer } from '../../../../src/workload/tokenizer/tokenizer-files.ts';
import { type BlockTexts, blockTexts } from '../../../../src/workload/traces/block-texts.ts';
import type { TraceEntry } from '../../../../src/workload/traces/format.ts';
import { mooncake } from '../../../../src/workload/traces/formats/mooncake.ts';
import { seenBefore } from '../../../../src/workload/traces/said.ts';
import { keptDir, scratchDir } from '../../scratch.ts';

const dir = scratchDir();
const cacheDir = keptDir();

function written(text: string, name = 'trace.jsonl'): string {
  const file = join(dir, name);
  writeFileSync(file, text);
  return file;
}

const LINE = { timestamp: 0, input_length: 600, output_length: 5, hash_ids: [0, 1] };
const lineOf = (fields: object) => JSON.stringify({ ...LINE, ...fields });

async function read(file: string, blockTokens = 512): Promise<TraceEntry[]> {
  const requests: TraceEntry[] = [];
  for await (const request of mooncake.read(file, { blockTokens })) requests.push(request);
  return requests;
}

describe('the reader of the format', () => {
  test('gives typed requests in the order of the file', async () => {
    const file = written(
      `${lineOf({ type: 'text' })}\n\n${lineOf({ hash_ids: [0, 7] })}\r\n${lineOf({ timestamp: 3000 })}`,
    );
    const request = { atMs: 0, inputTokens: 600, outputTokens: 5, hashIds: [0, 1] };
    expect(await read(file)).toEqual([
      request,
      { ...request, hashIds: [0, 7] },
      { ...request, atMs: 3000 },
    ]);
  });

  test('keeps ids of 64 bits apart', async () => {
    const ids = ['18446744073709551614', '18446744073709551615'];
    const file = written(lineOf({ hash_ids: '@' }).replace('"@"', `[${ids}]`));
    expect((await read(file))[0]!.hashIds).toEqual(ids);
    const corpus = await textsOf(parseScenario({ conversation: {} }), cacheDir).corpus();
    const textOf = blockTexts(0, corpus, 16);
    expect(textOf(ids[0]!, 16)).not.toBe(textOf(ids[1]!, 16));
  });

  test('takes other block sizes', async () => {
    const file = written(lineOf({ input_length: 33, hash_ids: [4, 5, 6] }));
    expect(await read(file, 16)).toHaveLength(1);
    await expect(read(file)).rejects.toThrow(/line 1: hash_ids: found 3; expected 1 for/);
  });

  test.each([
    ['{"timestamp":', /found {"timestamp":, which breaks off; expected JSON/],
    ['7', /found 7; expected an object/],
    [lineOf({ timestamp: undefined }), /timestamp: missing; expected milliseconds/],
    [lineOf({ timestamp: -1 }), /timestamp: found -1/],
    [lineOf({ input_length: 0, hash_ids: [] }), /input_length: found 0; expected tokens >= 1/],
    [lineOf({ input_length: 2.5 }), /input_length: found 2.5/],
    [lineOf({ output_length: '9' }), /output_length: found "9"/],
    [lineOf({ hash_ids: undefined }), /hash_ids: missing; expected a list/],
    [lineOf({ hash_ids: [0, 'a'] }), /hash_ids: found \[0,"a"\]/],
    [lineOf({ hash_ids: [0] }), /hash_ids: found 1; expected 2 for input_length 600/],
  ])('names file and line of %s', async (line, message) => {
    // An empty line counts, as it does in an editor.
    const file = written(`${lineOf({})}\n\n${line}\n`);
    await expect(read(file)).rejects.toThrow(message);
    await expect(read(file)).rejects.toThrow(`${file}: line 3: `);
  });

  test('takes lines in any order, and refuses no file', async () => {
    const file = written(`${lineOf({ timestamp: 9 })}\n${lineOf({ timestamp: 8 })}`);
    expect((await read(file)).map(({ atMs }) => atMs)).toEqual([9, 8]);
    await expect(read(join(dir, 'absent'))).rejects.toThrow(/cannot read .*absent/);
  });
});

describe('the text of a block', async () => {
  const tokenizer = await openTokenizer(await locateTokenizer('gpt2'));
  const corpus = await textsOf(parseScenario({}), cacheDir).corpus();
  const textOf: BlockTexts = blockTexts(0, corpus, 512);

  test('has its exact tokens, and so have blocks joined by a space', () => {
    const blocks = fc.array(fc.nat({ max: 10 ** 9 }), { minLength: 1, maxLength: 4 });
    const check = (ids: number[], rest: number) => {
      const parts = ids.map((id, i) => textOf(id, i === ids.length - 1 ? rest : 512));
      expect(tokenizer.count(parts.join(' '))).toBe(512 * (ids.length - 1) + rest);
    };
    fc.assert(fc.property(blocks, fc.integer({ min: 1, max: 512 }), check), { numRuns: 30 });
  });

  test('is the same for the same id, whatever was asked for before, and another for another', () => {
    const other = blockTexts(0, corpus, 512);
    const ids = Array.from({ length: 300 }, (_, i) => i * 37);
    const first = ids.map((id) => textOf(id, 512));
    expect(ids.toReversed().map((id) => other(id, 512))).toEqual(first.toReversed());
    const firstTokens = first.slice(0, 60).map((text) => tokenizer.encode(text)[0]);
    // 2,459 lead words: ids up to that many differ in the first token already.
    expect(new Set(firstTokens).size).toBe(60);
    expect(new Set(first.map((text) => text.split(' ').slice(0, 2).join(' '))).size).toBe(300);
    expect(blockTexts(1, corpus, 512)(5, 512)).not.toBe(textOf(5, 512));
  });

  test('of a part begins like the whole', () => {
    const whole = tokenizer.encode(textOf(11, 512));
    const part = tokenizer.encode(textOf(11, 200));
    const same = part.findIndex((token, i) => token !== whole[i]);
    expect(same < 0 ? 200 : same).toBeGreaterThan(190);
  });

  test('is kept for as many blocks as there is room for, the last asked for', () => {
    const made: number[] = [];
    const counting: Corpus = {
      ...corpus,
      cut: (rng, tokens, lead) => {
        made.push(tokens);
        return corpus.cut(rng, tokens, lead);
      },
    };
    const kept = blockTexts(0, counting, 512, 2);
    for (const id of [1, 2, 1, 3, 1, 2]) kept(id, 512);
    // 2 made room for 3, because 1 had been asked for since.
    expect(made).toHaveLength(4);
    kept(2, 100);
    kept(2, 100);
    expect(made.slice(4)).toEqual([100, 100]);
  });
});

test('what was seen before: whole blocks up to the first new one, of a part what both have', () => {
  const requests = [
    { inputTokens: 25, hashIds: [0, 1, 2] },
    { inputTokens: 28, hashIds: [0, 1, 3] },
    { inputTokens: 23, hashIds: [0, 1, 3] },
    { inputTokens: 10, hashIds: [9] },
    { inputTokens: 20, hashIds: [8, 1] },
  ];
  expect(seenBefore(requests, 10)).toEqual([
    { tokens: 25 },
    { tokens: 20, place: 0 },
    { tokens: 23, place: 1 },
    { tokens: 0 },
    { tokens: 0 },
  ]);
});

describe('a trace as a workload', () => {
  const file = written(`${lineOf({})}\n${lineOf({ output_length: 0 })}\n`, 'two.jsonl');
  const open = (conversation: object, population = {}) =>
    openWorkload(
      parseScenario({ conversation: { source: 'trace', ...conversation }, population }),
      { cacheDir },
    );

  test.each([
    [{}, {}, [5, undefined], [1, undefined]],
    [{}, { force: true }, [5, 5], [1, 1]],
    [{ prefillOnly: true }, { force: true }, [1, 1], [1, 1]],
    [{ prefillOnly: true }, { limit: false }, [undefined, undefined], [undefined, undefined]],
    [{}, { tokens: 7 }, [7, undefined], [7, undefined]],
  ])('with %o and answer %o asks for %o and %o', async (trace, answer, ...expected) => {
    const workload = await open({ trace: { file, ...trace }, answer });
    expect(workload.conversations).toBe(2);
    const limits = [1, 2].map((userId) => {
      const { turns } = workload.conversation(userId);
      expect(turns).toHaveLength(1);
      return [turns[0]!.maxTokens, turns[0]!.minTokens];
    });
    expect(limits).toEqual(expected);
  });

  test('its digest is that of the lines, not of their place', async () => {
    const copy = written(`${lineOf({})}\n${lineOf({ output_length: 0 })}\n`, 'copy.jsonl');
    const other = written(`${lineOf({})}\n${lineOf({ output_length: 1 })}\n`, 'other.jsonl');
    const { digest } = await open({ trace: { file } });
    expect((await open({ trace: { file: copy } })).digest).toBe(digest);
    expect((await open({ trace: { file: other } })).digest).not.toBe(digest);
  });

  test.each([
    [{ source: 'trace' }, {}, /conversation\.trace\.file: .*missing/],
    [{ trace: { file }, systemPrompt: { tokens: 5 } }, {}, /systemPrompt: .*its own texts/],
    [{ trace: { file }, promptPrefix: 'a' }, {}, /promptPrefix: .*only with source: prompts/],
    [{ trace: { file }, history: 'recorded' }, {}, /no request has its answer/],
    [
      { trace: { file } },
      { arrivals: { process: 'trace' }, users: 3 },
      /population\.users: found 3; expected at most the 2 conversations/,
    ],
    [
      { source: 'synthetic' },
      { arrivals: { process: 'trace' } },
      /'synthetic', which has no times/,
    ],
  ])('refuses %o with population %o', async (conversation, population, message) => {
    await expect(async () => open(conversation, population)).rejects.toThrow(message);
  });
});

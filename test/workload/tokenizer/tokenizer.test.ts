import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test, vi } from 'vitest';
import { sha256 } from '../../../src/workload/files/digest.ts';
import { makeGpt2Json } from '../../../src/workload/tokenizer/gpt2-ranks.ts';
import { loadTokenizer } from '../../../src/workload/tokenizer/tokenizer.ts';
import { absent, sharedFile, titled } from '../../support/needs.ts';
import { MOBY_DICK, scratchDir } from '../scratch.ts';
import { toyTokenizer } from '../toy-tokenizer.ts';
import { hubServer } from './hub-server.ts';

const REFERENCE = sharedFile('data/tokenizer/gpt2-tokenizer.json');
const NO_REFERENCE = absent(REFERENCE);

describe('gpt2', () => {
  test.skipIf(NO_REFERENCE)(
    titled('gives the reference ids on Moby Dick', NO_REFERENCE),
    async () => {
      const text = readFileSync(MOBY_DICK, 'utf8').slice(0, 300_000);
      const [own, reference] = [await loadTokenizer('gpt2'), await loadTokenizer(REFERENCE)];
      const ids = own.encode(text);
      expect(ids).toEqual(reference.encode(text));
      expect(own.decode(ids)).toBe(text);
    },
  );

  test.each([
    // Ids of OpenAI's own encoder.
    ['Hello world', [15496, 995]],
    [' the', [262]],
    ["It's 10 o'clock", [1026, 338, 838, 267, 6, 15750]],
    ['', []],
  ])('encodes %j as %j', async (text, ids) => {
    const { encode, count } = await loadTokenizer('gpt2');
    expect(encode(text)).toEqual(ids);
    expect(count(text)).toBe(ids.length);
  });

  // Its digest names what is kept on disk, and stands in journals: another package must give the same bytes.
  test('is made of ranks, and is byte for byte what the files of vocabulary and merges gave', () => {
    expect(sha256(makeGpt2Json())).toBe(
      'f26ac793e8e1605200af194c7a5c8c225b15a29a9d1fb847685ffee7cac53d19',
    );
  });
});

describe('a tokenizer of one’s own', () => {
  const dir = scratchDir();

  test('is a folder, or its tokenizer.json', async () => {
    const folder = toyTokenizer(join(dir, 'toy'), ['the', 'whale']);
    const [a, b] = await Promise.all([folder, join(folder, 'tokenizer.json')].map(loadTokenizer));
    expect(a!.count('the whale')).toBe(2);
    expect(b!.encode('the whale')).toEqual(a!.encode('the whale'));
    expect(b!.digest).toBe(a!.digest);
  });

  test.each([
    ['nowhere/at/all', /found 'nowhere\/at\/all', which does not exist; expected 'gpt2', a folder/],
    ['./nowhere', /does not exist/],
    ['missing.json', /does not exist/],
    [dir, /has no tokenizer.json/],
  ])('%s is a usage error that says what is accepted', async (spec, message) => {
    await expect(loadTokenizer(spec)).rejects.toThrow(message);
  });

  test('that is not a tokenizer is named', async () => {
    const file = join(dir, 'other.json');
    writeFileSync(file, '{"a":1}');
    await expect(loadTokenizer(file)).rejects.toThrow(/other.json: not a tokenizer.json/);
  });
});

describe('a model name', () => {
  test('is read from the Hugging Face cache without a network', async () => {
    const hub = scratchDir();
    toyTokenizer(join(hub, 'models--org--name', 'snapshots', 'abc'), ['whale']);
    await withEnv({ HF_HUB_CACHE: hub, HF_ENDPOINT: 'http://127.0.0.1:9' }, async () => {
      expect((await loadTokenizer('org/name')).count('whale')).toBe(1);
    });
  });

  test('is fetched once, with the access token, and without a word on standard output', async () => {
    const json = readFileSync(
      join(toyTokenizer(scratchDir(), ['whale']), 'tokenizer.json'),
      'utf8',
    );
    const hub = await hubServer({ 'tokenizer.json': json });
    // What goes to console.debug goes to standard output.
    const toOutput = vi.spyOn(console, 'debug');
    const toError = vi.spyOn(console, 'error').mockImplementation(() => undefined);
    const environment = {
      HF_HUB_CACHE: scratchDir(),
      HF_ENDPOINT: hub.url,
      HF_TOKEN: 'hf_abcdefghijklmnopqrstuvwxyz',
    };
    await withEnv(environment, async () => {
      expect((await loadTokenizer('org/gated')).count('whale')).toBe(1);
      expect(new Set(hub.authorizations)).toEqual(new Set([`Bearer ${environment.HF_TOKEN}`]));
      const requests = hub.authorizations.length;
      await loadTokenizer('org/gated');
      expect(hub.authorizations).toHaveLength(requests);
      expect(toOutput).not.toHaveBeenCalled();
      expect(toError).toHaveBeenCalled();
    });
    hub.close();
  });

  test('that cannot be fetched says which file is missing and how to get it', async () => {
    const environment = { HF_HUB_CACHE: scratchDir(), HF_ENDPOINT: 'http://127.0.0.1:9' };
    await withEnv(environment, async () => {
      const loading = loadTokenizer('org/other');
      await expect(loading).rejects.toThrow(/cannot get tokenizer.json of model 'org\/other'/);
      await expect(loading).rejects.toThrow(
        /huggingface-cli download org\/other tokenizer.json tokenizer_config.json/,
      );
      await expect(loading).rejects.toThrow(/HF_TOKEN/);
    });
  });
});

async function withEnv(values: Record<string, string>, body: () => Promise<void>): Promise<void> {
  // The object itself is kept: another one would be a copy, by which Node does not see a change of TZ.
  const before = process.env;
  process.env = { ...before, ...values };
  try {
    await body();
  } finally {
    process.env = before;
  }
}

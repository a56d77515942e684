import { existsSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { UsageError } from '../../base/errors.ts';
import { readText } from '../../base/read-text.ts';
import { sha256 } from '../files/digest.ts';
import { gpt2Json } from './gpt2.ts';

/** Where a tokenizer's files are. Finding them and hashing them is cheap; loading the vocabulary is not. */
export interface TokenizerFiles {
  readonly name: string;
  /** sha256 of tokenizer.json. */
  readonly digest: string;
  json(): string;
  /** tokenizer_config.json, where there is one. */
  config(): string | undefined;
}

const MODEL_NAME = /^\w[\w.-]*(\/\w[\w.-]*)?$/;

/** @throws UsageError for what is neither 'gpt2', a folder, a file, nor a model that can be fetched. */
export async function locateTokenizer(spec: string): Promise<TokenizerFiles> {
  if (spec === 'gpt2') return gpt2Files();
  if (existsSync(spec)) return localFiles(spec);
  if (spec.endsWith('.json') || !MODEL_NAME.test(spec)) {
    throw new UsageError(
      `tokenizer: found '${spec}', which does not exist; expected 'gpt2', a folder with tokenizer.json, a tokenizer.json, or a model name such as org/name`,
    );
  }
  const { fetchTokenizer } = await import('./tokenizer-hub.ts');
  return filesAt(spec, await fetchTokenizer(spec));
}

/** Whether it can be had without a network. */
export async function isTokenizerHere(spec: string): Promise<boolean> {
  if (spec === 'gpt2' || existsSync(spec)) return true;
  const { fetchedBefore } = await import('./tokenizer-hub.ts');
  return MODEL_NAME.test(spec) && (await fetchedBefore(spec)) !== undefined;
}

let builtIn: TokenizerFiles | undefined;

/** Always the same object, so that its vocabulary is loaded once for a process: it is small, and never changes. */
function gpt2Files(): TokenizerFiles {
  builtIn ??= filesFromText('gpt2', gpt2Json());
  return builtIn;
}

const TOKENIZER = { what: 'tokenizer' };

function localFiles(path: string): TokenizerFiles {
  const file = statSync(path).isDirectory() ? join(path, 'tokenizer.json') : path;
  if (!existsSync(file)) {
    throw new UsageError(
      `tokenizer: ${path} has no tokenizer.json; expected the folder of a model as downloaded from Hugging Face`,
    );
  }
  return filesAt(path, file);
}

function filesAt(name: string, file: string): TokenizerFiles {
  const text = readText(file, TOKENIZER);
  const config = join(dirname(file), 'tokenizer_config.json');
  return {
    name,
    digest: sha256(text),
    json: () => text,
    config: () => (existsSync(config) ? readText(config, TOKENIZER) : undefined),
  };
}

function filesFromText(name: string, text: string): TokenizerFiles {
  return { name, digest: sha256(text), json: () => text, config: () => undefined };
}

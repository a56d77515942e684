import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { errorText, UsageError } from '../../base/errors.ts';
import { type HubAccess, hubAccess } from '../../base/hugging-face.ts';

const TOKENIZER = 'tokenizer.json';
const CONFIG = 'tokenizer_config.json';
/** A network that drops packets must not hold the start for ever. */
const REQUEST_TIMEOUT_MS = 300_000;

/**
 * Path of the tokenizer.json of a Hugging Face model, in the hub's own cache: as it is there, so that
 * runs need no network and agree, or else fetched, with its tokenizer_config.json beside it.
 * @throws UsageError saying which file is missing and how to get it.
 */
export async function fetchTokenizer(model: string): Promise<string> {
  return (await fetchedBefore(model)) ?? fetched(model);
}

/** The same without a network: undefined where it is not in the cache. */
export async function fetchedBefore(model: string): Promise<string | undefined> {
  const { getHFHubCachePath } = await import('@huggingface/hub');
  return cachedFile(join(getHFHubCachePath(), `models--${model.replace('/', '--')}`));
}

/** The newest snapshot that has the file, but the one that `main` names if that has it. */
function cachedFile(repo: string): string | undefined {
  const snapshots = join(repo, 'snapshots');
  if (!existsSync(snapshots)) return undefined;
  const main = join(repo, 'refs', 'main');
  const named = existsSync(main) ? [readFileSync(main, 'utf8').trim()] : [];
  const ageOf = (name: string) => -statSync(join(snapshots, name)).mtimeMs;
  const newestFirst = readdirSync(snapshots).sort((a, b) => ageOf(a) - ageOf(b));
  return [...named, ...newestFirst]
    .map((name) => join(snapshots, name, TOKENIZER))
    .find((file) => existsSync(file));
}

async function fetched(model: string): Promise<string> {
  const access = hubAccess();
  try {
    const file = await download(model, TOKENIZER, access);
    // Some models have none; all that is needed is in tokenizer.json.
    await download(model, CONFIG, access).catch(() => undefined);
    return file;
  } catch (error) {
    throw new UsageError(
      [
        `tokenizer: cannot get ${TOKENIZER} of model '${model}': ${errorText(error)}`,
        'Fetch it where there is a network (a gated model also needs HF_TOKEN set to an access token):',
        `  huggingface-cli download ${model} ${TOKENIZER} ${CONFIG}`,
        "or give a folder that has it: --tokenizer DIR; 'gpt2' is built in",
      ].join('\n'),
    );
  }
}

async function download(model: string, path: string, { hubUrl, accessToken }: HubAccess) {
  const { downloadFileToCacheDir } = await import('@huggingface/hub');
  const debug = console.debug;
  // The library announces its downloads on standard output, which belongs to the report.
  console.debug = console.error;
  try {
    return await downloadFileToCacheDir({
      repo: model,
      path,
      ...(hubUrl && { hubUrl }),
      ...(accessToken && { accessToken }),
      fetch: (url, init) =>
        fetch(url, { ...init, signal: AbortSignal.timeout(REQUEST_TIMEOUT_MS) }),
    });
  } finally {
    console.debug = debug;
  }
}

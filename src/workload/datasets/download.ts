import { existsSync } from 'node:fs';
import { errorText, UsageError } from '../../base/errors.ts';
import { hubAccess } from '../../base/hugging-face.ts';
import { writeWhole } from '../files/whole-file.ts';

interface PublicFile {
  readonly says: string;
  readonly url: string;
}

const GITHUB = 'https://raw.githubusercontent.com';
const AZURE = `${GITHUB}/Azure/AzurePublicDataset/refs/heads/master/data/AzureLLMInferenceTrace_`;
const MOONCAKE = `${GITHUB}/kvcache-ai/Mooncake/refs/heads/main/FAST25-release/traces/`;
const HUB = 'https://huggingface.co';

/** What AIBrix's benchmark fetches when it is not there. Here nothing is fetched unless it is asked for. */
export const PUBLIC_FILES = {
  sharegpt: {
    says: 'ShareGPT V3, 673 MB of conversations',
    url: `${HUB}/datasets/anon8231489123/ShareGPT_Vicuna_unfiltered/resolve/main/ShareGPT_V3_unfiltered_cleaned_split.json`,
  },
  'azure-conv': { says: "Azure's 2023 trace of conversations", url: `${AZURE}conv.csv` },
  'azure-code': { says: "Azure's 2023 trace of code", url: `${AZURE}code.csv` },
  'mooncake-conversation': {
    says: "Mooncake's trace of conversations",
    url: `${MOONCAKE}conversation_trace.jsonl`,
  },
  'mooncake-synthetic': {
    says: "Mooncake's synthetic trace",
    url: `${MOONCAKE}synthetic_trace.jsonl`,
  },
  'mooncake-toolagent': {
    says: "Mooncake's trace of tools and agents",
    url: `${MOONCAKE}toolagent_trace.jsonl`,
  },
} as const satisfies Record<string, PublicFile>;

export type PublicFileName = keyof typeof PUBLIC_FILES;

export interface Download {
  readonly output: string;
  /** A mirror; default: where it is published. */
  readonly url?: string | undefined;
  readonly replaces?: boolean | undefined;
}

/**
 * Fetches a public file; it appears whole or not at all.
 * @returns the URL
 * @throws UsageError if it cannot be had, with how to get it otherwise, or if there is one already.
 */
export async function downloadFile(name: PublicFileName, download: Download): Promise<string> {
  const { output, url = published(name), replaces } = download;
  if (!replaces && existsSync(output)) {
    throw new UsageError(`${output} is there already; expected another --output, or --force`);
  }
  try {
    // fetch itself gives up: connecting after 10 s, and where nothing comes for five minutes.
    const response = await fetch(url);
    if (!response.ok || !response.body) throw new Error(`HTTP ${response.status}`);
    await writeWhole(output, response.body as unknown as AsyncIterable<string>);
    return url;
  } catch (error) {
    if (error instanceof UsageError) throw error;
    throw new UsageError(
      [
        `cannot fetch ${name} from ${url}: ${errorText(error)}`,
        'Fetch it where there is a network, and bring it here:',
        `  curl -L -o ${output} ${url}`,
        'or name a mirror: --url URL',
      ].join('\n'),
    );
  }
}

function published(name: PublicFileName): string {
  const { url } = PUBLIC_FILES[name];
  const { hubUrl } = hubAccess();
  return hubUrl ? url.replace(HUB, hubUrl.replace(/\/+$/, '')) : url;
}

import { isObject } from './json.ts';

/** A format that something in confab reads or writes: how a value of it is told, and what to do with one. */
interface KnownFormat {
  readonly says: string;
  /** Whether the first value of a file, or the whole of it, is one. */
  fits(value: Readonly<Record<string, unknown>>): boolean;
  readonly readBy: string;
}

const has =
  (...fields: readonly string[]) =>
  (value: object) =>
    fields.every((field) => field in value);

/** Where data sets have what is said. */
const MESSAGE_LISTS = [
  'messages',
  'conversations',
  'items',
  'conversation',
  'conversation_a',
  'turns',
];

/** What is told by more comes first. */
export const KNOWN_FORMATS = {
  journal: {
    says: 'a journal of confab',
    fits: ({ format }) => format === 'confab-journal',
    readBy: 'confab report reads the folder that it is in',
  },
  summary: {
    says: 'the summary of a run of confab',
    fits: ({ format }) => typeof format === 'string' && format.startsWith('confab-'),
    readBy: 'confab report reads the folder that it is in',
  },
  generator: {
    says: "a generate_conversations configuration of vLLM's multi-turn benchmark",
    fits: has('filetype', 'num_conversations'),
    readBy: 'confab generate, confab multi-turn -i and conversation.source: file read it',
  },
  agents: {
    says: 'a trace of agents',
    fits: has('round_id', 'agent_id'),
    readBy: 'confab agentic reads it',
  },
  trace: {
    says: 'a trace of requests',
    fits: has('hash_ids', 'input_length'),
    readBy: '--trace FILE reads it (conversation.source: trace)',
  },
  conversations: {
    says: 'conversations',
    fits: (value) =>
      MESSAGE_LISTS.some((name) => Array.isArray(value[name])) ||
      has('instruction', 'output')(value) ||
      has('custom_id', 'body')(value),
    readBy:
      'confab multi-turn -i, confab multi-round-qa --sharegpt and conversation.source: file or sharegpt read them',
  },
  tokenizer: {
    says: 'a tokenizer.json',
    fits: has('added_tokens', 'model'),
    readBy: 'conversation.tokenizer and engine.tokenizer read it',
  },
  modelConfig: {
    says: "a model's config.json",
    fits: (value) => 'architectures' in value || 'num_hidden_layers' in value,
    readBy: 'engine.modelConfig reads it',
  },
  profile: {
    says: 'a cost profile of a GPU',
    fits: (value) => ['weightsMs', 'tokenUs', 'kvBytesPerToken', 'gpu'].some((one) => one in value),
    readBy: 'engine.gpu reads it',
  },
  scenario: {
    says: 'a scenario of confab',
    fits: (value) =>
      ['population', 'pacing', 'conversation'].filter((one) => one in value).length > 1,
    readBy: 'confab run, simulate and plan read it',
  },
  sessions: {
    says: 'sessions of prompts',
    fits: (value) => 'session_id' in value && Array.isArray(value['prompts']),
    readBy: 'confab workload and confab convert read them',
  },
  clientTrace: {
    says: "what AIBrix's client recorded",
    fits: has('request_id', 'status', 'input'),
    readBy: 'confab convert and confab analyze read it',
  },
  prompts: {
    says: 'prompts',
    fits: (value) => typeof value['prompt'] === 'string' || typeof value['input'] === 'string',
    readBy: 'conversation.source: prompts reads them',
  },
} satisfies Record<string, KnownFormat>;

export type FormatName = keyof typeof KNOWN_FORMATS;

/** For an error: what a value that is not in the format that was expected looks like, and what reads that. */
export function elsewhere(value: unknown, expected: FormatName): string | undefined {
  if (!isObject(value) || KNOWN_FORMATS[expected].fits(value)) return undefined;
  const [, format] =
    Object.entries<KnownFormat>(KNOWN_FORMATS).find(([, { fits }]) => fits(value)) ?? [];
  return format ? `it looks like ${format.says}: ${format.readBy}` : undefined;
}

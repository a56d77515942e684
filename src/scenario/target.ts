import { z } from 'zod';
import { MOST, someSeconds } from './bounds.ts';
import { distribution } from './distribution.ts';
import { requestIdTemplate } from './request-id.ts';

/** Where requests go and how they are dressed. */
export const targetSchema = z.strictObject({
  url: z
    .string()
    .default('embedded')
    .describe(
      "base URL with or without /v1, a trailing slash or a path prefix; 'embedded' starts the embedded engine",
    ),
  model: z.string().optional().describe('request model; default: the first of GET /v1/models'),
  api: z
    .enum(['chat', 'completions'], { error: ({ input }) => otherApi(input) })
    .default('chat')
    .describe('API that is asked'),
  promptForm: z
    .enum(['roles', 'plain'])
    .optional()
    .describe(
      'completions: a line for each message with the name of its role, and an open one; or the texts as they are; default: roles',
    ),
  stream: z
    .boolean()
    .default(true)
    .describe('false: ask for whole answers; TTFT is then the latency'),
  apiKeyEnv: z
    .string()
    .default('OPENAI_API_KEY')
    .describe('environment variable with the API key; the key itself is never written'),
  apiKeyFile: z
    .string()
    .optional()
    .describe('file with the API key alone, in place of that variable'),
  apiKeyHeader: z
    .string()
    .optional()
    .describe(
      'header that carries the API key as it is, such as api-key (Azure) or x-api-key; default: authorization, as a bearer token',
    ),
  headers: z.record(z.string(), z.string()).default({}).describe('extra headers'),
  sessionHeaders: z
    .array(z.string())
    .default([])
    .describe('headers that carry the user id, such as x-user-id or X-Session-ID'),
  sessionField: z
    .string()
    .optional()
    .describe('body field that carries it too, such as conversation_id'),
  requestId: z
    .strictObject({
      header: z.string().default('x-request-id'),
      field: z.string().optional().describe("body field that carries it too: vLLM's request_id"),
      template: requestIdTemplate
        .default('{conversation}-{turn}')
        .describe(
          'with {conversation}, {user}, {agent}, {turn} from 0 and {attempt} from 1 in it; ids that no other run has take a word of your own',
        ),
    })
    .optional()
    .describe("names every request, to be found in the server's log; default: the server does"),
  cookies: z
    .boolean()
    .optional()
    .describe(
      'true: cookies that an answer sets are sent with the later requests of its conversation, as sticky load balancers need it; default false',
    ),
  prefillHeader: z
    .strictObject({
      name: z.string().describe('such as x-prefill-tokens'),
      baseTokens: z.number().int().min(0).default(0).describe('before the first question'),
    })
    .optional()
    .describe(
      "header that says how many tokens of a prompt are new: baseTokens and those of the data's first question; 0 on later turns",
    ),
  streamUsage: z
    .boolean()
    .default(true)
    .describe(
      'false: stream_options is left out, for servers that refuse it; this client counts the tokens that they do not tell',
    ),
  maxTokensField: z
    .enum(['max_tokens', 'max_completion_tokens'])
    .optional()
    .describe('body field that limits the answer; default max_tokens'),
  body: z.record(z.string(), z.unknown()).default({}).describe('extra fields of the request body'),
  reasoningFields: z
    .array(z.string().min(1))
    .optional()
    .describe(
      "fields of an answer's message or delta that have its reasoning, beside those that servers are known to use: reasoning, reasoning_content, thinking and their like",
    ),
  answerMB: z
    .number()
    .positive()
    .max(256)
    .optional()
    .describe('largest line, document or text of an answer; a larger one fails; default 64'),
  metricsUrls: z
    .array(
      z.string().regex(/^https?:\/\/[^/\s@#]+(\/[^\s#]*)?$/i, {
        error: 'expected the URL of a page, such as http://127.0.0.1:9090/metrics',
      }),
    )
    .optional()
    .describe(
      "pages of metrics to keep besides the target's own: of other replicas, of LMCache, /prometheus/metrics of TensorRT-LLM; without a path: /metrics",
    ),
  ca: z.string().optional().describe('PEM file of a certificate authority to trust'),
  insecure: z.boolean().default(false).describe('do not verify the TLS certificate'),
});

const OTHER_APIS: Readonly<Record<string, string>> = {
  responses: "OpenAI's Responses API",
  messages: "Anthropic's Messages API",
  anthropic: "Anthropic's Messages API",
};

/** Why an API that others speak is not accepted; undefined: what is said of any other value. */
function otherApi(input: unknown): string | undefined {
  const name = OTHER_APIS[String(input)];
  return name && `${name} is not supported; expected 'chat' or 'completions'`;
}

export const samplingSchema = z.strictObject({
  temperature: z.number().min(0).optional(),
  topP: z.number().min(0).max(1).optional(),
  seed: z.number().int().optional(),
  stop: z.array(z.string()).optional(),
  ignoreEos: z.boolean().optional().describe('vLLM, SGLang: go on past the end-of-sequence token'),
  cacheSalt: z
    .string()
    .optional()
    .describe('vLLM cache_salt; {userId} in it gives every user a cache of its own'),
  priority: z
    .union([distribution(MOST.cap), z.literal('maxTokens'), z.literal('expected')], {
      error: "expected a number, a distribution, 'maxTokens' or 'expected'",
    })
    .optional()
    .describe(
      "request field priority, for engines that schedule by it: drawn once a conversation and rounded; or each request's limit on its answer, as if its length were known; or the length that the data expect of it (conversation.prompts.expected)",
    ),
  priorityOrder: z
    .enum(['lowestFirst', 'highestFirst'])
    .optional()
    .describe(
      "which priority the server serves sooner: vLLM's order, or SGLang's, for which lengths are sent as negative numbers; default: lowestFirst",
    ),
});

const seconds = someSeconds.nullable();

/** Deadlines of one attempt; null: none. The HTTP library's own are off. */
export const timeoutsSchema = z.strictObject({
  connectSec: seconds.default(30).describe('until the request is handed to a connected socket'),
  firstTokenSec: seconds.default(600).describe('from sent to the first token'),
  betweenTokensSec: seconds.default(300).describe('between two tokens'),
  totalSec: seconds.default(null).describe('from sent to the end'),
});

export const failureSchema = z.strictObject({
  policy: z
    .enum(['end', 'skip', 'retry'])
    .default('end')
    .describe(
      'a failed turn ends its conversation; is left out of it; is retried, and then ends it',
    ),
  retries: z
    .number()
    .int()
    .min(0)
    .max(MOST.retries)
    .optional()
    .describe('tries after the first, per turn; default 0, and 3 with policy retry'),
  backoffSec: someSeconds.default(1).describe('first backoff; doubles, with full jitter'),
  maxBackoffSec: someSeconds
    .default(60)
    .describe("longest backoff; a server's Retry-After is waited for, but no longer than this"),
});

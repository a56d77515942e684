import { z } from 'zod';
import { cap, MOST, milliseconds, seed, someTokens, tokens } from './bounds.ts';
import { defectsSchema } from './defects.ts';
import { offloadSchema } from './offload.ts';
import { replicasSchema } from './replicas.ts';

/** Milliseconds that every request takes, whatever else there is. */
const fixedSchema = z.strictObject({
  ttftMs: milliseconds.default(0),
  tpotMs: milliseconds.default(0),
  perInputTokenMs: milliseconds.default(0).describe('added to the TTFT'),
});

/** Of vLLM, and of the priority study's fork of it. */
export const POLICY_NAMES = [
  'fcfs',
  'priority',
  'round_robin',
  'priority_round_robin',
  'priority_round_robin_reverse',
] as const;

const fields = z.strictObject({
  model: z.string().default('confab-embedded').describe('name of the model'),
  tokenizer: z
    .string()
    .optional()
    .describe(
      "'gpt2', a folder, a tokenizer.json or a model name; default: gpt2 for `confab engine`, else conversation.tokenizer",
    ),
  gpu: z
    .string()
    .default('a100')
    .describe(
      'cost profile: of Llama-3.1-8B on one such GPU, as `confab engine --help` lists them, or a .json file of your own',
    ),
  modelConfig: z
    .string()
    .optional()
    .describe(
      "config.json of the model that is served, for the time of its steps and its KV cache; default: the profile's model",
    ),
  blocks: z
    .number()
    .int()
    .min(2)
    .max(MOST.blocks)
    .optional()
    .describe('KV blocks, of which one is never used; default: what fits the GPU'),
  kvGB: z
    .number()
    .positive()
    .max(MOST.gigabytes)
    .optional()
    .describe('instead of blocks: GPU memory for the KV cache, 1 GB is 1e9 bytes'),
  blockTokens: someTokens.default(16).describe('tokens of a KV block'),
  prefixCaching: z.boolean().default(true).describe('false: compute every prompt from its start'),
  maxBatchedTokens: cap.default(2048).describe('token budget of one step'),
  maxSeqs: cap.default(256).describe('most running requests'),
  policy: z.enum(POLICY_NAMES).default('fcfs').describe('who is admitted next, and who gives way'),
  priorityOrder: z
    .enum(['lowestFirst', 'highestFirst'])
    .default('lowestFirst')
    .describe("which priority is sooner: vLLM's order, or SGLang's"),
  stepsBeforePreemption: cap
    .default(30)
    .describe('round robin: tokens that a request generates before it gives way to those waiting'),
  maxModelTokens: cap.default(131_072).describe('longest prompt plus answer'),
  apiMs: milliseconds
    .optional()
    .describe(
      "HTTP, tokenizing and IPC, once a request; default: the profile's, 14 unless measured",
    ),
  hostMs: milliseconds.optional().describe("host time a step; default: the profile's"),
  answerTokens: someTokens
    .default(100)
    .describe('mean answer length where neither limit nor ignore_eos decides'),
  answerCv: z
    .number()
    .nonnegative()
    .max(MOST.spread)
    .default(0.5)
    .describe('coefficient of variation of that length, which is lognormal; 0: always the mean'),
  reportCached: z.boolean().default(true).describe('send usage.prompt_tokens_details'),
  reportTiers: z
    .boolean()
    .default(false)
    .describe(
      'send of the cached tokens which the GPU had and which a tier below it, as no released vLLM does; in virtual time they are always told',
    ),
  devMode: z
    .boolean()
    .default(false)
    .describe(
      "serve /reset_prefix_cache, as VLLM_SERVER_DEV_MODE=1 does, and SGLang's /flush_cache",
    ),
  reasoningTokens: tokens
    .default(0)
    .describe(
      'mean length of the reasoning before an answer: beside answerTokens, within the limit of tokens; 0: none',
    ),
  reportRequestMetrics: z
    .boolean()
    .default(true)
    .describe("send each request's queue and prefill times, as --enable-per-request-metrics does"),
  fixed: fixedSchema
    .optional()
    .describe(
      'simulate: instead of a GPU, an engine that answers every request after the same time, under any load',
    ),
  offload: offloadSchema.prefault({}),
  replicas: replicasSchema.prefault({}),
  defects: defectsSchema.prefault({}),
  seed: seed.prefault(0).describe('of answers and faults'),
  faults: z
    .array(z.string())
    .default([])
    .describe('injected faults, for example status=503@0.01; `confab engine --help` lists them'),
});

/** The embedded engine: used by `confab engine`, and by runs whose target is `embedded`. */
export const engineSchema = fields.superRefine(({ blocks, kvGB }, context) => {
  if (blocks === undefined || kvGB === undefined) return;
  context.addIssue({
    code: 'custom',
    path: ['kvGB'],
    message: "expected one of it and 'blocks', which is given too",
    input: kvGB,
  });
});

export type EngineOptions = z.infer<typeof engineSchema>;

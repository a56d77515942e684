import { z } from 'zod';
import { cap, id, MOST, seconds, someSeconds, someTokens, tokens } from './bounds.ts';
import { distribution } from './distribution.ts';
import { at } from './paths.ts';
import { SOURCE_NAMES, type SourceName, sourcesWith, type Traits, traitsOf } from './sources.ts';

const share = z.number().min(0).max(1);

const synthetic = {
  systemPrompt: z
    .strictObject({
      tokens: tokens.default(0).describe('exact length of the part that all users share'),
      text: z.string().optional().describe('literal text instead of `tokens` words'),
      role: z
        .enum(['system', 'user'])
        .default('system')
        .describe('a message of its own, or the start of the first user message'),
      separator: z
        .string()
        .optional()
        .describe('role user: between it and what comes after it; default: a space'),
    })
    .prefault({}),
  userHistory: z
    .strictObject({
      tokens: tokens
        .default(0)
        .describe('exact length of the part that each user has of its own, before its first turn'),
    })
    .prefault({}),
  question: z
    .strictObject({
      tokens: distribution(MOST.tokens, 1).default(32).describe('length of every user message'),
      text: z
        .string()
        .optional()
        .describe('fixed text instead of `tokens` words; {turn} is its number'),
      firstNumber: id
        .default(1)
        .describe("number of a conversation's first question, in {turn} and in the `hi` text"),
    })
    .prefault({}),
  rounds: distribution(MOST.turns, 1)
    .default(5)
    .describe('turns per conversation, rounded, at least 1'),
};

const shareGpt = z.strictObject({
  file: z.string().describe('as downloaded, or written by `confab prepare sharegpt`'),
  minRounds: cap
    .optional()
    .describe('conversations with fewer question-answer pairs are left out; default: rounds'),
  maxInputTokens: tokens.optional().describe('longest human message'),
  maxOutputTokens: tokens.optional().describe('longest answer'),
  maxItems: cap
    .optional()
    .describe(
      'reading stops after so many fitting conversations; default: the number of users, else 2000',
    ),
  shuffle: z.boolean().default(false),
  compat: z
    .boolean()
    .optional()
    .describe("multi-round-qa's fork: made longer and shuffled as its RandomState(151) says"),
  inflate: z
    .strictObject({
      inputShare: share.default(0).describe('share of human messages to make longer'),
      inputFactor: z.number().int().min(1).max(MOST.factor).default(1),
      outputShare: share.default(0).describe('share of answers to make longer'),
      outputFactor: z.number().int().min(1).max(MOST.factor).default(1),
    })
    .prefault({}),
});

export const traceSchema = z.strictObject({
  file: z.string().describe('requests with their times, in one of the formats that are known'),
  format: z
    .string()
    .default('auto')
    .describe("name of the format, as mooncake; 'auto': the one that the file's content fits"),
  blockTokens: someTokens
    .optional()
    .describe("tokens that one hash id stands for; default: the format's own, as mooncake's 512"),
  timeUnit: z
    .enum(['ms', 's'])
    .optional()
    .describe("what its times are in, whatever they look like; default: the format's own unit"),
  prefillOnly: z.boolean().default(false).describe('ask for one token, whatever the trace says'),
  context: z
    .enum(['auto', 'delta', 'cumulative'])
    .default('auto')
    .describe(
      'whether a request repeats what its session said before (cumulative: it is sent alone) or has what is new (delta: the history goes before it); auto: as the format has it',
    ),
  speedup: z
    .number()
    .positive()
    .max(MOST.speedup)
    .default(1)
    .describe('its times and pauses are shortened so many times; below 1: stretched'),
  kind: z
    .string()
    .min(1)
    .optional()
    .describe("only requests of this kind: how the trace's word for it begins, as conv or api"),
  model: z
    .string()
    .min(1)
    .optional()
    .describe('only requests that this model answered, as the trace names it'),
  skipFailures: z
    .boolean()
    .default(false)
    .describe('without requests that failed when they were recorded'),
  fromSec: seconds
    .optional()
    .describe("only requests from so long after the trace's first one on, by its own times"),
  untilSec: someSeconds
    .optional()
    .describe("only requests up to so long after the trace's first one, by its own times"),
  limit: cap.optional().describe('so many requests are read of those that are left, the first'),
  fieldNames: z
    .record(z.string(), z.string())
    .optional()
    .describe(
      "names that the file has for fields of the format, by the format's own: {timestamp: ts}",
    ),
  datasetFile: z
    .string()
    .optional()
    .describe("ServeGen: the client's dataset; default: beside its -trace.csv, -dataset.json"),
});

const lengths = z
  .strictObject({
    maxInputTokens: someTokens.optional().describe('longer inputs are cut to it'),
    maxOutputTokens: someTokens.optional().describe('longer outputs are cut to it'),
  })
  .describe(
    'source: lengths: requests of one turn whose lengths are those of a trace, or drawn from question.tokens and answer.tokens',
  );

const prompts = z
  .strictObject({
    expected: z
      .string()
      .min(1)
      .default('output_tokens')
      .describe(
        'field that has the length expected of each answer, tokens: output_tokens_noise_50; sampling.priority: expected goes by it',
      ),
    minInputTokens: tokens.default(0).describe('shorter prompts are left out'),
    minOutputTokens: tokens.default(0).describe('prompts of shorter answers are left out'),
    maxInputTokens: someTokens.optional().describe('longer prompts are left out'),
    maxTotalTokens: someTokens.optional().describe('prompts that are longer with their answer too'),
    limit: cap.optional().describe('so many of those that are left, the first'),
    halvesAtTokens: someTokens
      .optional()
      .describe(
        'half of these have shorter answers than that, the other half not; where there are too few short ones there are more of the others',
      ),
    shuffle: z
      .enum(['none', 'all', 'chosen'])
      .default('none')
      .describe(
        "as Python's random.shuffle does after random.seed(seed): the whole list, before it is chosen from; or what was chosen",
      ),
  })
  .describe('source: prompts: which of them are said, and in which order');

/** What users say. */
export const conversationSchema = z
  .strictObject({
    source: z.enum(SOURCE_NAMES).default('synthetic'),
    file: z
      .string()
      .optional()
      .describe(
        "source: file: conversations of OpenAI messages or in ShareGPT's form (JSON list or lines), or a generate_conversations configuration; source: prompts: texts, or {prompt or input, output_length or output_tokens}; source: lengths: a pool of prompts, of which the nearest in both lengths is said",
      ),
    promptPrefix: z
      .string()
      .optional()
      .describe(
        "source: prompts: said before each, so that a run finds nothing of another's in the cache",
      ),
    maxMessages: cap
      .optional()
      .describe('source: file: messages of a conversation that are played, answers counted'),
    generatorCompat: z
      .boolean()
      .optional()
      .describe(
        "generate_conversations: bench_dataset.py's own draws, and its arithmetic of lengths and offsets",
      ),
    tokenizer: z
      .string()
      .default('gpt2')
      .describe("'gpt2' (built in), a folder or tokenizer.json, or a Hugging Face model name"),
    text: z
      .enum(['words', 'hi'])
      .default('words')
      .describe("real words, or the `hi hi hi` text of production-stack's multi-round-qa.py"),
    textFile: z.string().optional().describe('text to cut words from; default: Moby Dick'),
    ...synthetic,
    answer: z
      .strictObject({
        tokens: distribution(MOST.tokens, 1)
          .optional()
          .describe(
            'max_tokens; with ShareGPT a cap on the recorded length, with other data instead of it',
          ),
        force: z
          .union([z.boolean(), z.literal('minTokens')])
          .default(false)
          .describe(
            'ask for exactly that many tokens: with ignore_eos and min_tokens, or with min_tokens alone',
          ),
        minTokens: tokens
          .optional()
          .describe('min_tokens where the length is forced; default: the same as max_tokens'),
        ceilingTokens: someTokens
          .optional()
          .describe(
            'most that is asked for, whatever the data say; the limit where they say nothing',
          ),
        limit: z.boolean().default(true).describe('send max_tokens'),
      })
      .prefault({}),
    history: z
      .enum(['live', 'recorded'])
      .default('live')
      .describe("answers in the history: the engine's own, or the data set's"),
    keepReasoning: z
      .boolean()
      .default(false)
      .describe('put the reasoning back into the history, before the answer'),
    verify: z
      .boolean()
      .default(false)
      .describe("an answer that is not the data set's, letter for letter, is a failure"),
    sharegpt: shareGpt.optional(),
    trace: traceSchema.optional(),
    lengths: lengths.optional(),
    prompts: prompts.optional(),
  })
  .superRefine((value, context) => {
    for (const [isWrong, path, message] of checksOf(value)) {
      if (isWrong) context.addIssue({ code: 'custom', path: [...path], message });
    }
  });

interface Said {
  readonly source: SourceName;
  readonly promptPrefix?: string | undefined;
  readonly systemPrompt: { readonly tokens: number; readonly text?: string | undefined };
  readonly userHistory: { readonly tokens: number };
  readonly answer: { readonly tokens?: unknown };
  readonly trace?: unknown;
  readonly prompts?: unknown;
  readonly verify: boolean;
  readonly history: 'live' | 'recorded';
}

/** What may not go with the source: whether it is so, where, and what is to be said of it. */
function checksOf(value: Said): [boolean, readonly string[], string][] {
  const {
    source,
    promptPrefix,
    systemPrompt,
    userHistory,
    answer,
    trace,
    prompts,
    verify,
    history,
  } = value;
  const { file, isWhole = false, hasAnswers = false }: Traits = traitsOf(source);
  const isFileMissing = file !== undefined && at(file, value) === undefined;
  const hasSystem = systemPrompt.tokens > 0 || systemPrompt.text !== undefined;
  const isPrefixLost = promptPrefix !== undefined && source !== 'prompts';
  const isDrawn = source === 'lengths' && trace === undefined;
  const needsAnswers = `needs a source with answers: ${sourcesWith('hasAnswers')}`;
  return [
    [isFileMissing, file ?? [], `missing; needed with source: ${source}`],
    // Data that are said as they are have no place for what a scenario would put before them.
    [isWhole && hasSystem, ['systemPrompt'], `not with source: ${source}, which has its own texts`],
    [isWhole && userHistory.tokens > 0, ['userHistory'], `not with source: ${source}`],
    [isPrefixLost, ['promptPrefix'], 'only with source: prompts'],
    [prompts !== undefined && source !== 'prompts', ['prompts'], 'only with source: prompts'],
    [
      isDrawn && answer.tokens === undefined,
      ['answer', 'tokens'],
      'missing; needed with source: lengths without a trace',
    ],
    [verify && !hasAnswers, ['verify'], needsAnswers],
    [history === 'recorded' && !hasAnswers, ['history'], `'recorded' ${needsAnswers}`],
  ];
}

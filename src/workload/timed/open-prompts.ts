import { UsageError } from '../../base/errors.ts';
import type { Dataset } from '../datasets/dataset.ts';
import { readDataset } from '../datasets/dataset.ts';
import type { Tell } from '../files/cost.ts';
import { droppedLines } from '../files/tally.ts';
import { type Corpus, openCorpus } from '../text/corpus.ts';
import { countTexts } from '../text/text-counts.ts';
import { openTokenizer } from '../tokenizer/tokenizer.ts';
import { locateTokenizer, type TokenizerFiles } from '../tokenizer/tokenizer-files.ts';
import {
  type CountedDataset,
  type CountedPrompt,
  chosenPrompts,
  type LengthRule,
} from './chosen-prompts.ts';
import { fitter } from './fit-text.ts';
import { madePrompts, type Prompts } from './prompts.ts';

export interface PromptOptions {
  readonly seed: string | number;
  /** As in a scenario's `conversation.tokenizer`. */
  readonly tokenizer: string;
  readonly cacheDir: string;
  readonly tell?: Tell | undefined;
}

export interface OpenedPrompts {
  readonly prompts: Prompts;
  /** What was found, to be told. */
  readonly notes: readonly string[];
}

export async function openText({ tokenizer, cacheDir, tell }: PromptOptions): Promise<Corpus> {
  const files = await locateTokenizer(tokenizer);
  return openCorpus({ textFile: undefined, tokenizer: files, cacheDir, tell });
}

/** Prompts made to length from the built-in text. */
export async function openMade(options: PromptOptions, blockTokens = 1): Promise<OpenedPrompts> {
  const corpus = await openText(options);
  return {
    prompts: madePrompts({ seed: options.seed, corpus, blockTokens }),
    notes: corpus.notes,
  };
}

export interface ChosenOptions extends PromptOptions {
  readonly file: string;
  readonly maxSessions: number;
  readonly lengths: LengthRule;
}

/** Prompts of a data set. Its texts are counted once, and the counts kept. */
export async function openChosen(options: ChosenOptions): Promise<OpenedPrompts> {
  const { seed, file, maxSessions, lengths, cacheDir, tell } = options;
  const files = await locateTokenizer(options.tokenizer);
  const dataset = await readDataset(file);
  if (!dataset.entries.length) throw new UsageError(`${file}: found no prompt; expected some`);
  const data = await counted(dataset, files, options);
  const corpus = await openCorpus({ textFile: undefined, tokenizer: files, cacheDir, tell });
  const tokenizer = await openTokenizer(files);
  const cutTo = fitter({ seed, corpus, tokenizer });
  const { isSessioned, dropped } = dataset;
  return {
    prompts: chosenPrompts({
      ...{ seed, data, isSessioned, maxSessions, lengths },
      fitted: ({ prompt }, tokens) => cutTo(prompt, tokens),
    }),
    notes: [foundIn(file, dataset), ...droppedLines(dropped).map((line) => `  ${line}`)],
  };
}

function foundIn(file: string, { entries, isSessioned }: Dataset): string {
  const prompts = entries.reduce((sum, { turns }) => sum + turns.length, 0);
  const sessions = isSessioned ? ` of ${entries.length} sessions` : '';
  return `${file}: ${prompts} prompts${sessions}`;
}

async function counted(
  { entries }: Dataset,
  files: TokenizerFiles,
  { cacheDir, tell }: PromptOptions,
): Promise<CountedDataset> {
  const turns = entries.flatMap((entry) => entry.turns);
  const texts = turns.flatMap(({ prompt, completion }) => [prompt, completion ?? '']);
  const tokens = await countTexts(texts, files, cacheDir, tell);
  let at = 0;
  return entries.map(({ sessionId, turns: own }) =>
    own.map(({ prompt, completion }): CountedPrompt => {
      const [promptTokens, answerTokens] = [tokens[at]!, tokens[at + 1]!];
      at += 2;
      return {
        prompt,
        tokens: promptTokens,
        completionTokens: completion === undefined ? undefined : answerTokens,
        session: sessionId,
      };
    }),
  );
}

import { resolve } from 'node:path';
import { InvalidArgumentError } from 'commander';
import { defaultCacheDir } from '../../base/cache-dir.ts';
import { UsageError } from '../../base/errors.ts';
import { amount } from '../../report/number.ts';
import { tableText } from '../../report/render/table.ts';
import { PERCENTILES, type Summary } from '../../workload/datasets/summary.ts';
import { refuseInput } from '../../workload/files/whole-file.ts';
import { type Corpus, openCorpus } from '../../workload/text/corpus.ts';
import { openTokenizer, type Tokenizer } from '../../workload/tokenizer/tokenizer.ts';
import { locateTokenizer } from '../../workload/tokenizer/tokenizer-files.ts';
import type { Flag } from '../flags/flag-table.ts';
import { screenFlags } from '../flags/flags.ts';
import { reportColumns } from '../terminal/screen.ts';
import { say } from '../terminal/stderr.ts';

/** What every command that makes a data set is told. */
export interface MakingFlags {
  readonly tokenizer: string;
  readonly textFile?: string;
  readonly seed: string;
  readonly output: string;
  readonly stats?: string;
  readonly wide?: boolean;
}

/** Their rows, but for what is made. */
export const makingFlags: readonly Flag[] = [
  {
    flags: '--tokenizer <name>',
    says: "counts the tokens: 'gpt2', a folder, a tokenizer.json or a Hugging Face model name",
    default: 'gpt2',
  },
  { flags: '--text-file <file>', says: 'text to cut words from; default: Moby Dick' },
  { flags: '--seed <seed>', says: 'names the random streams', default: '0' },
  { flags: '--output <file>', says: 'JSON lines to write', default: 'output.jsonl' },
  { flags: '--stats <file>', says: 'JSON with statistics to write; default: beside the output' },
  ...screenFlags,
];

export interface Material {
  readonly corpus: Corpus;
  readonly tokenizer: Tokenizer;
}

/** The text to cut from, and what counts it. */
export async function openMaterial({ tokenizer, textFile }: MakingFlags): Promise<Material> {
  const files = await locateTokenizer(tokenizer);
  const corpus = await openCorpus({
    textFile,
    field: '--text-file',
    tokenizer: files,
    cacheDir: defaultCacheDir(),
    tell: say,
  });
  return { corpus, tokenizer: await openTokenizer(files) };
}

/** @throws UsageError if a file that is read, or the other that is written, would be written over. */
export function checkFiles({ output, textFile }: MakingFlags, statsFile: string): void {
  if (resolve(statsFile) === resolve(output)) {
    throw new UsageError(`--stats: found ${statsFile}, which is --output; expected another file`);
  }
  for (const file of [output, statsFile]) refuseInput(file, textFile);
}

/** About what fits the memory that node takes: a data set is made as a whole before it is written. */
const TOKENS_MAX = 200_000_000;

/** @throws UsageError for more than can be made at once. */
export function checkSize(prompts: number, tokens: number): void {
  if (prompts * tokens <= TOKENS_MAX) return;
  throw new UsageError(
    `found ${amount(prompts)} prompts of ${amount(tokens)} tokens on average; expected at most ${TOKENS_MAX / 1e6} million tokens together: several data sets of other --seed are as good as one`,
  );
}

/** A table of what was made, a line an amount. */
export function summaryText(rows: Readonly<Record<string, Summary>>, isWide?: boolean): string {
  const names = ['mean', 'std', ...PERCENTILES.map((one) => `p${one}` as const)] as const;
  const columns = names.map((name) => ({ title: name.replace(/^p(\d+)$/, '$1%') }));
  return tableText(
    {
      columns: [{ title: '' }, ...columns],
      rows: Object.entries(rows).map(([label, summary]) => ({
        cells: [label, ...names.map((name) => short(summary[name as keyof Summary]))],
        format: 'amount',
      })),
    },
    reportColumns(isWide),
  );
}

/** A column has room for that much. */
const DIGITS_FROM = 100;

function short(value: number | undefined): number | undefined {
  return value !== undefined && value >= DIGITS_FROM ? Math.round(value) : value;
}

/** Mean and deviation as they were asked for and as they came, and what they were drawn from. */
export function madeText(
  asked: { readonly mean: number; readonly std: number },
  says: string,
  { mean, std }: Summary,
): string {
  return `asked ${asked.mean} ± ${asked.std} (${says}), made ${amount(mean)} ± ${amount(std)}`;
}

/** Beside the output, its name without its ending. */
export function statsFileOf(output: string): string {
  return `${output.replace(/\.jsonl?$/, '')}-stats.json`;
}

/** A number of at least `least`; whole where only such will do. */
export function amountFrom(least: number, isWhole = false): (text: string) => number {
  return (text) => {
    const value = Number(text);
    const isFine = isWhole ? Number.isSafeInteger(value) : Number.isFinite(value);
    if (text.trim() !== '' && isFine && value >= least) return value;
    const what = isWhole ? 'a whole number' : 'a number';
    throw new InvalidArgumentError(`Found '${text}'; expected ${what} of at least ${least}.`);
  };
}

/** The same, several separated by commas. */
export function amountsFrom(least: number, isWhole = false): (text: string) => number[] {
  const one = amountFrom(least, isWhole);
  return (text) => text.split(',').map(one);
}

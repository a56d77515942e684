import { readFileSync } from 'node:fs';
import { mobyDickFile } from '../workload/text/moby-dick.ts';
import { loadTokenizer } from '../workload/tokenizer/tokenizer.ts';
import { median, monotonicMs, verdict } from './measure.ts';

const CHARS = 1_000_000;
const ROUNDS = 3;
/** Four times as fast. */
const TARGET = 1 / 4;

/** Tokens of a megabyte of text: in one call of the JavaScript tokenizer, and counted as preparations do. */
export async function counting(print: (line: string) => void): Promise<void> {
  print('counting: the tokens of 1 MB of Moby Dick, by GPT-2');
  const text = readFileSync(mobyDickFile(), 'utf8').slice(0, CHARS);
  const shares: number[] = [];
  for (let round = 0; round < ROUNDS; round++) {
    // Afresh, so that nothing is known of the text; the fast one loads its vocabulary within its time.
    const [one, all] = [await loadTokenizer('gpt2'), await loadTokenizer('gpt2')];
    const [tokens, ms] = await timed(() => one.count(text));
    const [[same], fastMs] = await timed(() => all.countAll([text]));
    if (same !== tokens) throw new Error(`counted ${same} tokens, and ${tokens} one by one`);
    shares.push(fastMs / ms);
    print(
      `  round ${round + 1}: ${ms.toFixed(0)} ms, then ${fastMs.toFixed(0)} ms: ${(ms / fastMs).toFixed(1)} times as fast`,
    );
  }
  const share = median(shares);
  print(
    `  median: ${(1 / share).toFixed(1)} times as fast, ${share.toFixed(2)} of the time ${verdict(share, TARGET)}`,
  );
}

async function timed<T>(work: () => T | Promise<T>): Promise<[result: T, ms: number]> {
  const startMs = monotonicMs();
  const result = await work();
  return [result, monotonicMs() - startMs];
}

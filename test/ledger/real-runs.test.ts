import { describe, expect, test } from 'vitest';
import { tiersOfRun } from '../../src/capacity/capacity.ts';
import { explain, type Ledger } from '../../src/ledger/explain.ts';
import { readJournal } from '../../src/record/journal-reader.ts';
import { readLines } from '../../src/record/lines.ts';
import type { Run } from '../../src/record/run-folder.ts';
import { samplesOf } from '../../src/server/exposition.ts';
import { absent, sharedFile, titled } from '../support/needs.ts';

/** Real runs of vLLM 0.24 with 2,600 blocks, one with memory below the GPU. */
const FOLDER = 'data/recordings/vllm024-h100';
const MISSING = absent(sharedFile(`${FOLDER}/pressure-offload.metrics.ndjson`));

interface Page {
  readonly atMs: number;
  readonly text: string;
}

function pagesOf(name: string): Page[] {
  const path = sharedFile(`${FOLDER}/${name}.metrics.ndjson`);
  return [...readLines(path, 'metrics')].map((line) => JSON.parse(line.toString()) as Page);
}

function runOf(name: string, pages: readonly Page[]): Run {
  const { part } = readJournal(sharedFile(`${FOLDER}/${name}.journal.ndjson`));
  return {
    parts: [{ ...part, enginePages: { first: pages[0]!, last: pages.at(-1)! } }],
    warnings: [],
  };
}

/** How much a counter grew from the first page to the last. */
function grown(pages: readonly Page[], counter: string): number {
  const at = ({ text }: Page): number =>
    samplesOf(text, (name) => name === `vllm:${counter}_total`).reduce(
      (sum, { value }) => sum + value,
      0,
    );
  return at(pages.at(-1)!) - at(pages[0]!);
}

function lost({ total }: Ledger): Record<string, number> {
  return Object.fromEntries(
    Object.entries(total.causes).filter(
      ([cause, tokens]) => tokens > 0 && !['firstTouch', 'rounding', 'lastToken'].includes(cause),
    ),
  );
}

describe.skipIf(MISSING)(titled('real runs of vLLM', MISSING), () => {
  test.each(['pressure', 'pressure-offload'])(
    '%s: the ledger is what the server counted',
    (name) => {
      const pages = pagesOf(name);
      const { total } = explain(runOf(name, pages));
      const external = grown(pages, 'external_prefix_cache_hits');
      expect(total.requests).toBe(288);
      expect(total.residualTokens).toBe(0);
      expect(total.inputTokens).toBe(grown(pages, 'prefix_cache_queries'));
      expect(total.observedTokens).toBe(grown(pages, 'prefix_cache_hits') + external);
      const deficits = Object.values(lost({ total } as Ledger)).reduce((a, b) => a + b, 0);
      expect(total.observedTokens + deficits).toBe(total.idealTokens);
    },
  );

  test('pressure: all that was lost was evicted, as a cache of its size does it', () => {
    const ledger = explain(runOf('pressure', pagesOf('pressure')));
    expect(lost(ledger)).toEqual({ eviction: 966_624 });
    expect(ledger.facts).toMatchObject({ gpuBlocks: 2599, gpuFrom: 'told' });
    const alike = ledger.entries.filter(
      ({ evidence, reference }) => evidence.predictedTokens === reference.record.cachedTokens,
    );
    expect(alike.length).toBeGreaterThanOrEqual(280);
  });

  test('pressure: its size shows in the hits alone', () => {
    const { part } = readJournal(sharedFile(`${FOLDER}/pressure.journal.ndjson`));
    const run = { parts: [part], warnings: [] };
    const { facts } = explain(run);
    expect(facts).toMatchObject({ gpuFrom: 'inferred', gpuBlocks: 2599 });
    // What `cache capacity` says, and nothing of its own.
    expect(facts.gpuBlocks).toBe(tiersOfRun(run)!.gpu.blocks);
  });

  test('pressure-offload: prompts come back from below, and answers, which are not stored there, are lost', () => {
    const ledger = explain(runOf('pressure-offload', pagesOf('pressure-offload')));
    expect(lost(ledger)).toEqual({ eviction: 12_704 });
    expect(ledger.facts.tierBlocks).toBe(Infinity);
    const alike = ledger.entries.filter(
      ({ evidence, reference }) => evidence.predictedTokens === reference.record.cachedTokens,
    );
    expect(alike.length).toBeGreaterThanOrEqual(280);
  });

  test('pressure-offload: that holds without a page, by answers that are found when they are used again soon', () => {
    const { part } = readJournal(sharedFile(`${FOLDER}/pressure-offload.journal.ndjson`));
    const ledger = explain({ parts: [part], warnings: [] });
    expect(lost(ledger)).toEqual({ eviction: 12_704 });
    expect(ledger.facts).toMatchObject({ gpuFrom: 'inferred', tierBlocks: Infinity });
    expect(Math.abs(ledger.facts.gpuBlocks! / 2599 - 1)).toBeLessThan(0.1);
  });
});

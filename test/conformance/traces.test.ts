import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import type { RunSummary } from '../../src/report/run-summary.ts';
import { parseScenario } from '../../src/scenario/load.ts';
import type { ScenarioInput } from '../../src/scenario/schema.ts';
import { digestOf } from '../../src/workload/files/digest.ts';
import { openWorkload } from '../../src/workload/load.ts';
import { openTokenizer } from '../../src/workload/tokenizer/tokenizer.ts';
import { locateTokenizer } from '../../src/workload/tokenizer/tokenizer-files.ts';
import { confab, runFolder } from '../support/confab.ts';
import { freshFolder, ROOT } from '../support/folders.ts';
import { absent, sharedFile, titled } from '../support/needs.ts';
import { playVirtual } from '../support/play-virtual.ts';
import { keptDir, scratchDir } from '../workload/scratch.ts';

const TRACE = sharedFile('data/traces/mooncake_conversation_trace.jsonl');
const NO_TRACE = absent(TRACE);
const LINES = 60;
/** Every so many of them are tokenized again: all would take half a minute. */
const TOKENIZED_EVERY = 3;
const dir = scratchDir();
const cacheDir = keptDir();

/** Plays in virtual time what the scenario's source says. */
async function replayed(input: ScenarioInput, ...rest: Rest) {
  const workload = await openWorkload(parseScenario(input), { cacheDir });
  const [script, options] = rest;
  return playVirtual(input, script, { ...options, workload });
}
type Rest = [
  script?: Parameters<typeof playVirtual>[1],
  options?: Parameters<typeof playVirtual>[2],
];

function fileOf(name: string, items: readonly object[]): string {
  const file = join(dir, name);
  writeFileSync(file, items.map((item) => `${JSON.stringify(item)}\n`).join(''));
  return file;
}

describe('M-62 a list of prompts at a fixed QPS', () => {
  const prompts = Array.from({ length: 40 }, (_, i) => ({
    prompt: `prompt ${i}`,
    output_length: i + 1,
  }));
  const file = fileOf('prompts.jsonl', prompts);
  const scenario = (usersPerSec: number): ScenarioInput => ({
    conversation: { source: 'prompts', file, promptPrefix: `${usersPerSec} ` },
    population: { arrivals: { process: 'constant', usersPerSec } },
  });

  test.each([0.5, 3, 100])(
    'M-62 at %d: prompt i at i/qps, however slow the engine',
    async (qps) => {
      const { transport, end } = await replayed(scenario(qps), () => ({ ttftMs: 20_000 }));
      expect(end.stoppedBy).toBe('users');
      expect(transport.sent).toHaveLength(40);
      for (const [i, { atMs, messages, maxTokens }] of transport.sent.entries()) {
        expect(atMs).toBeCloseTo((i * 1000) / qps, 6);
        expect(messages.map(({ role, text }) => [role, text])).toEqual([
          ['user', `${qps} prompt ${i}`],
        ]);
        expect(maxTokens).toBe(i + 1);
      }
    },
  );
});

describe('M-64 a trace of hash ids', () => {
  const times = [5000, 5000, 5000, 8000, 8000, 11_000];
  const lines = times.map((timestamp, i) => ({
    timestamp,
    input_length: 100 + i,
    output_length: 3,
    hash_ids: [i],
  }));
  const file = fileOf('trace.jsonl', lines);
  const scenario = (slowdown: number, population = {}): ScenarioInput => ({
    conversation: { source: 'trace', trace: { file } },
    population: { arrivals: { process: 'trace', slowdown }, ...population },
  });
  const due = (slowdown: number) => times.map((timestamp) => (timestamp - 5000) * slowdown);

  test.each([1, 2, 0.1])('M-64 slowed down %d times, equal times in order', async (slowdown) => {
    const { transport, records } = await replayed(scenario(slowdown));
    expect(transport.sent.map(({ userId }) => userId)).toEqual([1, 2, 3, 4, 5, 6]);
    expect(transport.sent.map(({ atMs }) => atMs)).toEqual(due(slowdown));
    expect(records.every(({ status }) => status === 'ok')).toBe(true);
  });

  test.each([{ maxActive: 1 }, { maxInFlight: 1 }])(
    'M-64 with %o a late request is late by the time of the trace',
    async (cap) => {
      const { records, transport } = await replayed(scenario(1, cap), () => ({
        ttftMs: 4000,
        tokens: 1,
      }));
      expect(transport.inFlightMax).toBe(1);
      const byUser = records.toSorted((a, b) => a.userId - b.userId);
      expect(byUser.map(({ intendedMs }) => intendedMs)).toEqual(due(1));
      expect(byUser.map(({ sentMs }) => sentMs)).toEqual([0, 4000, 8000, 12_000, 16_000, 20_000]);
    },
  );

  test('M-64 users cut the trace, and a resumed run keeps the gaps of what is left', async () => {
    const cut = await replayed(scenario(1, { users: 4 }));
    expect(cut.transport.sent.map(({ atMs }) => atMs)).toEqual([0, 0, 0, 3000]);
    const before = { played: new Set([1, 2, 3, 5]), measuredMs: 0, requests: 4 };
    const rest = await replayed(scenario(1), undefined, { before });
    expect(rest.transport.sent.map(({ userId, atMs }) => [userId, atMs])).toEqual([
      [4, 0],
      [6, 3000],
    ]);
  });

  test('M-64 the report says what the loop is, and the ideal is what the engine finds', async () => {
    const out = freshFolder();
    const args = ['simulate', 'configs/mooncake.yaml', '--output-dir', join(out, 'runs')];
    const { code, stdout } = await confab(
      [...args, '--set', 'population.arrivals.slowdown=2', '--set', 'engine.gpu=h100'],
      { cwd: ROOT },
    );
    expect(code).toBe(0);
    expect(stdout).toMatch(/open loop: at the times of the trace, stretched 2\S* times/);
    const summary: RunSummary = JSON.parse(
      readFileSync(join(runFolder(out), 'summary.json'), 'utf8'),
    );
    expect(summary.run.loop).toBe('open');
    expect(summary.cache.share).toBeGreaterThan(0.4);
    expect(summary.idealCachedShare).toBeCloseTo(summary.cache.share!, 3);
  });

  test.skipIf(NO_TRACE)(
    titled(`M-64 the first ${LINES} requests of Mooncake's conversation trace`, NO_TRACE),
    async () => {
      const requests: TraceLine[] = readFileSync(TRACE, 'utf8')
        .split('\n')
        .slice(0, LINES)
        .map((line) => JSON.parse(line));
      const { transport, records } = await replayed({
        conversation: { source: 'trace', trace: { file: TRACE }, answer: { force: true } },
        population: { arrivals: { process: 'trace', slowdown: 2 }, users: LINES },
      });
      expect(records).toHaveLength(LINES);
      const { encode } = await openTokenizer(await locateTokenizer('gpt2'));
      const textOf = new Map<number, string>();
      const blocksSeen = new Set<string>();
      let hits = 0;
      for (const [i, { atMs, messages, maxTokens, minTokens }] of transport.sent.entries()) {
        const { timestamp, input_length, output_length, hash_ids } = requests[i]!;
        expect(atMs).toBe(2 * timestamp);
        expect([maxTokens, minTokens]).toEqual([output_length, output_length]);
        if (i % TOKENIZED_EVERY) continue;
        const tokens = encode(messages[0]!.text);
        expect(tokens.length).toBe(input_length);
        let chain = '';
        for (const [b, id] of hash_ids.entries()) {
          const block = tokens.slice(b * 512, (b + 1) * 512).join();
          expect(textOf.get(id) ?? block).toBe(block);
          textOf.set(id, block);
          chain = digestOf(chain, block);
          if (blocksSeen.has(chain)) hits++;
          blocksSeen.add(chain);
        }
      }
      const tokenized = requests.filter((_, i) => i % TOKENIZED_EVERY === 0);
      const ids = tokenized.flatMap(({ hash_ids }) => hash_ids);
      expect(new Set(textOf.values()).size).toBe(textOf.size);
      expect(hits / ids.length).toBe((ids.length - new Set(ids).size) / ids.length);
      // All begin with block 0.
      expect(hits).toBeGreaterThanOrEqual(tokenized.length - 1);
    },
    60_000,
  );
});

interface TraceLine {
  readonly timestamp: number;
  readonly input_length: number;
  readonly output_length: number;
  readonly hash_ids: readonly number[];
}

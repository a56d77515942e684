import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { survivalOf } from '../../src/capacity/survival.ts';
import { explain } from '../../src/ledger/explain.ts';
import { runReferences } from '../../src/ledger/run-references.ts';
import { runOf, simulatedRun } from '../attribution/runs.ts';
import { turnRecord } from '../record/sample.ts';

const dir = mkdtempSync(join(tmpdir(), 'confab-'));
afterAll(() => rmSync(dir, { recursive: true }));

const file = join(dir, 'chats.jsonl');
const CHATS = 4;
const words = (chat: number, message: number) =>
  Array.from({ length: 40 + 7 * message }, (_, i) => `${'abcd'[chat]}${message * 100 + i}`).join(
    ' ',
  );
const chat = (index: number) => ({
  messages: [0, 1, 2, 3, 4, 5].map((message) => ({
    role: message % 2 ? 'assistant' : 'user',
    content: words(index, message),
  })),
});
writeFileSync(file, Array.from({ length: CHATS }, (_, i) => JSON.stringify(chat(i))).join('\n'));

// The engine itself says what it finds: of every request of each pass that is known from the records' counts alone.
test.each([
  ['recorded', 'nothing is evicted', undefined],
  ['recorded', 'a part is evicted', 150],
  ['live', 'nothing is evicted', undefined],
] as const)(
  'a chat file that is played again, history %s, %s: the ideal and what is predicted',
  async (history, _, blocks) => {
    const run = await simulatedRun({
      target: { url: 'embedded' },
      conversation: { source: 'file', file, history, answer: { tokens: 30, force: true } },
      pacing: { mode: 'think', pauseSec: 1 },
      population: { arrivals: { process: 'closed', concurrency: 1 }, users: 3 * CHATS },
      engine: { gpu: 'h100', ...(blocks && { blocks }) },
    });
    const { entries, total } = explain(run, { capacityBlocks: (blocks ?? 20_000) - 1 });
    expect(entries.length).toBe(9 * CHATS);
    const off = entries.map(
      ({ reference: { record }, evidence: { predictedTokens = Number.NaN } }) =>
        Math.abs(predictedTokens - record.cachedTokens!),
    );
    // A block that is not full takes room in the engine, and has no name here.
    expect(Math.max(...off)).toBeLessThanOrEqual(blocks ? 16 : 0);
    expect(Object.values(total.surplus)).toEqual([0, 0, 0, 0]);
    // Blocks that only those have who say the same are the conversation's own still: each came back twice.
    expect(survivalOf(run).returns).toBe(2 * 3 * CHATS);
    if (blocks) expect(total.causes.eviction).toBeGreaterThan(0);
    else expect(total.observedTokens).toBe(total.idealTokens);
  },
);

test("what stands before a template's head is not read from whoever finds its prompt as a whole", () => {
  const first = (userId: number, more: object) =>
    turnRecord({
      ...{ userId, turn: 0, turns: 1, sentMs: userId, endMs: userId + 0.5, outputTokens: 1 },
      ...{ inputTokens: 200, messageTokens: 190, cachedTokens: 0, ...more },
    });
  const { references } = runReferences(
    runOf(
      [
        first(1, { sharedTokens: 190 }),
        first(2, { sharedTokens: 126, sharedWith: 1, cachedTokens: 128 }),
        first(3, { sharedTokens: 72, sharedWith: 1, cachedTokens: 64 }),
        first(4, { sharedTokens: 126, sharedWith: 1, cachedTokens: 192, replayOf: 2 }),
      ],
      {},
    ),
  );
  expect(references.map(({ ideal }) => ideal.answers)).toEqual([0, 112, 64, 192]);
});

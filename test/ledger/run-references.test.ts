import fc from 'fast-check';
import { expect, test } from 'vitest';
import { IdealCache } from '../../src/cache/ideal.ts';
import { type RunReference, runReferences } from '../../src/ledger/run-references.ts';
import { type RunPart, readJournal } from '../../src/record/journal-reader.ts';
import type { TurnRecord } from '../../src/record/record.ts';
import type { Run } from '../../src/record/run-folder.ts';
import { header, turnRecord } from '../record/sample.ts';
import { closedForms } from '../support/closed-forms.ts';
import { absent, sharedFile, titled } from '../support/needs.ts';

const OPTIONS = { isAnswerResent: true, isReasoningResent: false, isSharedByUsers: true };

function partOf(records: readonly TurnRecord[], scenario?: Parameters<typeof header>[1]): RunPart {
  return { header: header({}, scenario), records: [...records], footer: undefined, leftOut: 0 };
}

function runOf(records: readonly TurnRecord[]): Run {
  return { parts: [partOf(records)], warnings: [] };
}

/** Tokens found in a cache that never forgets, by names alone. */
function enumerated(references: readonly RunReference[], blockTokens: number): number[] {
  const seen = new Set<number>();
  return references.map(({ names, promptBlocks, inputTokens }) => {
    let found = 0;
    while (found < promptBlocks && seen.has(names[found]!)) found++;
    for (const name of names) seen.add(name);
    return blockTokens * Math.min(found, Math.floor((inputTokens - 1) / blockTokens));
  });
}

const arbitraryRecords = fc
  .array(
    fc.record({
      userId: fc.integer({ min: 1, max: 4 }),
      isNew: fc.boolean(),
      question: fc.integer({ min: 1, max: 60 }),
      outputTokens: fc.integer({ min: 1, max: 60 }),
      isThought: fc.boolean(),
      lostTokens: fc.integer({ min: 0, max: 20 }),
    }),
    { minLength: 1, maxLength: 30 },
  )
  .map((steps) => {
    const users = new Map<number, { turn: number; context: number }>();
    return steps.map(
      ({ userId, isNew, question, outputTokens, isThought, lostTokens }, index): TurnRecord => {
        const user = users.get(userId);
        const isFirst = !user || isNew;
        const turn = isFirst ? 0 : user.turn + 1;
        const before = isFirst ? 100 : Math.max(1, user.context - lostTokens);
        const inputTokens = before + question;
        users.set(userId, { turn, context: inputTokens + outputTokens });
        return turnRecord({
          userId,
          turn,
          turns: 30,
          sentMs: index,
          endMs: index + 0.5,
          inputTokens,
          outputTokens,
          messageTokens: question,
          sharedTokens: 100,
          ...(isThought && { reasoningTokens: 1 }),
        });
      },
    );
  });

test('the expected ideal is that of the report, and what the names say', () => {
  fc.assert(
    fc.property(arbitraryRecords, (records) => {
      const { references, blockTokens } = runReferences(runOf(records));
      const ideal = new IdealCache({ ...OPTIONS, blockTokens });
      for (const record of records) ideal.add(record);
      const byRecord = new Map(
        ideal
          .close()
          .map(({ userId, idealTokens }, index, all) => [
            `${userId} ${all.slice(0, index).filter((one) => one.userId === userId).length}`,
            idealTokens,
          ]),
      );
      const sent = new Map<number, number>();
      const said = references.map(({ record: { userId } }) => {
        const nth = sent.get(userId) ?? 0;
        sent.set(userId, nth + 1);
        return byRecord.get(`${userId} ${nth}`);
      });
      expect(references.map(({ idealTokens }) => idealTokens)).toEqual(said);
    }),
  );
});

test('names are shared with those of the same tenant, and with whom a prompt begins like', () => {
  const first = (userId: number, fields: Partial<TurnRecord>) =>
    turnRecord({
      ...{ userId, turn: 0, turns: 1, sentMs: userId, endMs: userId + 0.5 },
      ...{ inputTokens: 128, outputTokens: 1, messageTokens: 32, ...fields },
    });
  const tenant = (userId: number, name: string) =>
    first(userId, { tenant: name, sharedTokens: 32, tenantTokens: 64 });
  const named = (records: readonly TurnRecord[]) =>
    runReferences(runOf(records)).references.map(({ names }) => [...names]);
  const tenants = named([tenant(1, 'a'), tenant(2, 'b'), tenant(3, 'b'), tenant(4, 'a')]);
  const common = (a: number[], b: number[]) => a.findIndex((name, block) => name !== b[block]);
  const [a, b, otherB, otherA] = tenants as [number[], number[], number[], number[]];
  expect([common(a, b), common(b, otherB), common(a, otherA), common(otherA, otherB)]).toEqual([
    2, 4, 4, 2,
  ]);
  const [one, other, like] = named([
    first(1, { sharedTokens: 128 }),
    first(2, { sharedTokens: 0 }),
    first(3, { sharedTokens: 64, sharedWith: 2 }),
  ]) as [number[], number[], number[]];
  expect([common(one, like), common(other, like)]).toEqual([0, 4]);
});

test.each(closedForms)('%s: as the closed forms say', (_, { shape, hits, hitsOfOthers }) => {
  const { shared, history, question, answer, rounds, users, blockTokens } = shape;
  const records = Array.from({ length: rounds * users }, (_, index) => {
    const turn = Math.floor(index / users);
    return turnRecord({
      userId: index % users,
      turn,
      turns: rounds,
      sentMs: index,
      endMs: index + 0.5,
      inputTokens: shared + history + (turn + 1) * question + turn * answer,
      outputTokens: answer,
      messageTokens: question,
      sharedTokens: shared,
    });
  });
  const scenario = { engine: { blockTokens }, target: { url: 'embedded' } };
  const run = { parts: [partOf(records, scenario)], warnings: [] };
  const { references } = runReferences(run);
  const sum = (values: readonly number[]) => values.reduce((total, value) => total + value, 0);
  expect(sum(references.map(({ ideal }) => ideal.answers))).toBe(hits);
  expect(sum(references.map(({ ideal }) => ideal.prompts))).toBe(hitsOfOthers);
  expect(sum(enumerated(references, blockTokens))).toBe(hits);
});

const RECORDED = sharedFile('data/recordings/vllm024-h100/one-offload16.journal.ndjson');

test.skipIf(absent(RECORDED))(
  titled('a real engine found what was expected, chat template included', absent(RECORDED)),
  () => {
    const { references } = runReferences({
      parts: [readJournal(RECORDED).part],
      warnings: [],
    });
    expect(references.map(({ idealTokens }) => idealTokens)).toEqual(
      references.map(({ record }) => record.cachedTokens),
    );
    expect(enumerated(references, 16)).toEqual(references.map(({ idealTokens }) => idealTokens));
  },
);

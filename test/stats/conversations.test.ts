import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { TurnRecord } from '../../src/record/record.ts';
import { Conversations } from '../../src/stats/conversations.ts';
import { turnRecord } from '../record/sample.ts';

const TURNS = 40;

function conversationsOf(records: readonly TurnRecord[]): Conversations {
  const conversations = new Conversations();
  for (const record of records) conversations.add(record);
  return conversations;
}

const anyRecord = fc
  .record({
    userId: fc.nat(2),
    turn: fc.constantFrom(0, 1, 2, 35, TURNS - 1),
    status: fc.constantFrom('ok', 'ok', 'timeout'),
    isAgent: fc.boolean(),
  })
  .map(({ isAgent, ...fields }) =>
    turnRecord({
      ...(fields as Partial<TurnRecord>),
      ...{ turns: TURNS, ...(isAgent && { agent: { id: 1, place: 1 } }) },
    }),
  );

test('how far conversations got is what a set of turns says, of all records or of parts that are merged', () => {
  fc.assert(
    fc.property(fc.array(anyRecord, { maxLength: 10 }), fc.nat(10), (records, at) => {
      const users = [...new Set(records.map(({ userId }) => userId))];
      const done = users.map((user) => {
        const own = records.filter(({ userId, status }) => userId === user && status === 'ok');
        return new Set(own.map(({ turn }) => turn));
      });
      const told = records.filter(({ agent }) => !agent);
      const turns = new Set(told.map(({ userId, turn }) => `${userId}.${turn}`));

      const whole = conversationsOf(records);
      expect(whole.playedAgain).toBe(told.length - turns.size);
      expect(whole.close()).toMatchObject({
        seen: users.length,
        finished: done.filter((set) => set.has(TURNS - 1)).length,
      });
      expect(whole.close().turnsDone?.mean ?? 0).toBeCloseTo(
        done.reduce((sum, { size }) => sum + size, 0) / Math.max(1, users.length),
        12,
      );
      const merged = conversationsOf(records.slice(0, at));
      merged.merge(conversationsOf(records.slice(at)));
      const { turnsDone, ...rest } = whole.close();
      expect(merged.close()).toMatchObject(rest);
      expect(merged.close().turnsDone?.mean).toBe(turnsDone?.mean);
      expect(merged.playedAgain).toBe(whole.playedAgain);
    }),
    { numRuns: 100 },
  );
});

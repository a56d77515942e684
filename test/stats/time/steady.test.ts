import fc from 'fast-check';
import { expect, test } from 'vitest';
import { isFailure, type RecordStatus, type TurnRecord } from '../../../src/record/record.ts';
import { steadySummary } from '../../../src/stats/time/steady.ts';
import type { SteadyWindow } from '../../../src/stats/time/steady-window.ts';
import type { PlacedPart } from '../../../src/stats/time/timeline.ts';
import { turnRecord } from '../../record/sample.ts';

const RULE: SteadyWindow['rule'] = { name: 'full', conversations: 2, cap: 2 };
const WINDOW: SteadyWindow = { rule: RULE, startMs: 100, endMs: 200 };
const STATUSES: RecordStatus[] = ['ok', 'ok', 'ok', 'timeout', 'http', 'cancelled', 'unsent'];

/** On both sides of the edges of the window, by less and by more than times are rounded by. */
const timeMs = fc
  .tuple(fc.constantFrom(50, 99, 100, 101, 150, 199, 200, 201, 260), fc.constantFrom(-2, 0, 0.5, 2))
  .map(([ms, by]) => ms + by / 1000);

const anyRecord = fc
  .record({
    due: timeMs,
    end: timeMs,
    status: fc.constantFrom(...STATUSES),
    phase: fc.constantFrom('measure', 'measure', 'warmup'),
    inputTokens: fc.constantFrom(undefined, 10),
    outputTokens: fc.constantFrom(undefined, 3),
    isEndless: fc.boolean(),
  })
  .map(({ due, end, isEndless, ...fields }) => {
    const endMs = isEndless && fields.status !== 'ok' ? undefined : end;
    return turnRecord({ ...fields, intendedMs: due, endMs } as Partial<TurnRecord>);
  });

function summaryOf(parts: readonly { records: TurnRecord[]; offsetMs: number }[]) {
  const placed = parts.map(({ records, offsetMs }) => ({ part: { records }, offsetMs }));
  return steadySummary(placed as unknown as PlacedPart[], WINDOW, 30, { latencyMs: 1e9 });
}

const isWithin = (ms: number) => ms > 100 + 0.001 && ms <= 200 + 0.001;

test('the steady state counts what fell due after its first instant, and its rates what ended in it', () => {
  fc.assert(
    fc.property(
      fc.array(anyRecord, { maxLength: 12 }),
      fc.constantFrom(0, 40),
      (records, offsetMs) => {
        const shifted = records.map((record) => ({
          ...record,
          intendedMs: record.intendedMs! - offsetMs,
          ...(record.endMs !== undefined && { endMs: record.endMs - offsetMs }),
        }));
        const found = summaryOf([{ records: shifted, offsetMs }]);
        const ended = records.filter(({ endMs }) => endMs !== undefined);
        const due = ended.filter(({ phase, intendedMs }) => {
          return phase === 'measure' && isWithin(intendedMs!);
        });
        const completed = due.filter(({ status }) => status === 'ok');
        const over = ended.filter(({ status, endMs }) => {
          return status === 'ok' && endMs! > 100 && endMs! <= 200 + 0.001;
        });
        const perSec = (of: (record: TurnRecord) => number) =>
          over.reduce((sum, record) => sum + of(record), 0) * 10;
        expect(found).toMatchObject({
          ...{ rule: RULE, fromMs: 70, toMs: 170, completed: completed.length },
          failed: due.filter(({ status }) => isFailure(status)).length,
          achievedPerSec: perSec(() => 1),
          inputTokensPerSec: perSec(({ inputTokens = 0 }) => inputTokens),
          outputTokensPerSec: perSec(({ outputTokens = 0 }) => outputTokens),
          goodput: { good: completed.length },
        });
        expect(found.distributions.latencyMs?.count ?? 0).toBe(completed.length);
        if (completed.length > 0)
          expect(found.goodput?.perSec).toBeCloseTo(completed.length * 10, 9);
      },
    ),
    { numRuns: 200 },
  );
});

test('it is of all parts together, and has no goodput without a service level', () => {
  const record = turnRecord({ intendedMs: 110, endMs: 150 });
  const parts = [0, 10, 100].map((offsetMs) => ({ records: [record], offsetMs }));
  expect(summaryOf(parts)).toMatchObject({ completed: 2, achievedPerSec: 20 });
  const placed = [{ part: { records: [record] }, offsetMs: 0 }] as unknown as PlacedPart[];
  expect(steadySummary(placed, WINDOW, 0, undefined)).not.toHaveProperty('goodput');
});

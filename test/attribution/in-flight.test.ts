import fc from 'fast-check';
import { expect, test } from 'vitest';
import { inFlightOf, prefillSpans } from '../../src/attribution/in-flight.ts';
import { timedRequests } from '../../src/attribution/timed-request.ts';
import { answered, runOf } from './runs.ts';

const time = fc.integer({ min: 1, max: 60 });
const some = fc.array(
  fc.record({
    sentMs: time,
    waitMs: time,
    answerMs: time,
    cached: fc.integer({ min: 0, max: 90 }),
  }),
  { minLength: 1, maxLength: 8 },
);

test('what is in flight is what a count over all pairs of requests finds', () => {
  fc.assert(
    fc.property(some, (drawn) => {
      const requests = timedRequests(
        runOf(
          drawn.map(({ sentMs, waitMs, answerMs, cached }, userId) => {
            const firstTokenMs = sentMs + waitMs;
            const endMs = firstTokenMs + answerMs;
            const tokens = { cachedTokens: cached, externalCachedTokens: cached };
            return answered(userId, 0, {
              sentMs,
              firstTokenMs,
              lastTokenMs: endMs,
              endMs,
              ...tokens,
            });
          }),
          {},
        ),
      );
      const spans = prefillSpans(requests);
      const found = inFlightOf(requests, spans);
      requests.forEach(({ sentMs, firstTokenMs }, at) => {
        const naive = { computed: 0, loading: 0, decoding: 0, waiting: 0 };
        requests.forEach((other, index) => {
          if (index === at) return;
          const shared = (fromMs: number, toMs: number) =>
            Math.max(0, Math.min(toMs, firstTokenMs) - Math.max(fromMs, sentMs));
          const span = spans[index]!;
          naive.computed +=
            (other.uncachedTokens! * shared(span.fromMs, span.toMs)) / (span.toMs - span.fromMs);
          naive.decoding += shared(other.firstTokenMs, other.lastTokenMs) / (firstTokenMs - sentMs);
          naive.waiting += shared(other.sentMs, other.firstTokenMs) / (firstTokenMs - sentMs);
          if (index < at && other.firstTokenMs > sentMs) {
            const left = (other.firstTokenMs - sentMs) / (other.firstTokenMs - other.sentMs);
            naive.loading += other.externalTokens! * left;
          }
        });
        const { computedTokens, loadingTokens, decoding, waiting } = found[at]!;
        expect(computedTokens).toBeCloseTo(naive.computed, 4);
        expect(loadingTokens).toBeCloseTo(naive.loading, 4);
        expect(decoding).toBeCloseTo(naive.decoding, 6);
        expect(waiting).toBeCloseTo(naive.waiting, 6);
      });
    }),
  );
});

test('prompts are computed one after the other, or for as long as the server says', () => {
  const record = (userId: number, sentMs: number, firstTokenMs: number, enginePrefillMs?: number) =>
    answered(userId, 0, { sentMs, firstTokenMs, ...(enginePrefillMs && { enginePrefillMs }) });
  const spansOf = (...records: ReturnType<typeof record>[]) =>
    prefillSpans(timedRequests(runOf(records, {})));
  expect(spansOf(record(1, 0, 100), record(2, 10, 150), record(3, 140, 151))).toEqual([
    { fromMs: 0, toMs: 100 },
    { fromMs: 100, toMs: 150 },
    // Of the same step as the one before.
    { fromMs: 140, toMs: 151 },
  ]);
  expect(spansOf(record(1, 0, 100, 30))).toEqual([{ fromMs: 70, toMs: 100 }]);
});

test('requests of engines that know nothing of each other are not in flight together', () => {
  const one = runOf([answered(1, 0, { sentMs: 0, firstTokenMs: 50 })], {});
  const other = runOf([answered(2, 0, { sentMs: 0, firstTokenMs: 50 })], {});
  const requests = timedRequests({ parts: [...one.parts, ...other.parts], warnings: [] });
  const [first] = inFlightOf(requests, prefillSpans(requests));
  expect(first).toMatchObject({ computedTokens: 0, waiting: 0 });
});

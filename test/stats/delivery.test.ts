import { expect, test } from 'vitest';
import { Delivery } from '../../src/stats/delivery.ts';
import { turnRecord } from '../record/sample.ts';

function deliveryOf(...records: ReturnType<typeof turnRecord>[]): Delivery {
  const delivery = new Delivery();
  for (const record of records) delivery.add(record);
  return delivery;
}

const answer = (chunks: number, reads?: number) =>
  turnRecord({ chunks, ...(reads !== undefined && { reads }) });

test('an answer of four chunks or more whose reads held two or more, on average, is batched', () => {
  expect(deliveryOf(answer(4, 2)).close()).toEqual({ answers: 1, batched: 1, chunksPerRead: 2 });
  expect(deliveryOf(answer(5, 2)).close()).toEqual({ answers: 1, batched: 1, chunksPerRead: 2.5 });
  expect(deliveryOf(answer(5, 3)).close()).toBeUndefined();
  expect(deliveryOf(answer(3, 1)).close()).toBeUndefined();
});

test('of all answers that tell it, so many were; their chunks and reads are taken together', () => {
  const delivery = deliveryOf(
    ...[answer(10, 10), answer(9), answer(3, 1), answer(30, 3)],
    turnRecord({ chunks: 10, reads: 1, status: 'timeout' }),
  );
  expect(delivery.close()).toEqual({ answers: 3, batched: 1, chunksPerRead: 10 });
  delivery.merge(deliveryOf(answer(10, 5), answer(4, 4)));
  expect(delivery.close()).toEqual({ answers: 5, batched: 2, chunksPerRead: 5 });
});

import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { multiTurnStats } from '../../../src/dialects/multi-turn/request.ts';
import { turnRecord } from '../../record/sample.ts';
import { unsentTurn } from '../../support/turn-record.ts';

// Sent at 1000, first delta at 1100, end at 1500; opening the connection took 10 ms before that.
const RECORD = turnRecord({
  sentMs: 1000,
  connectMs: 10,
  firstTokenMs: 1100,
  firstOutputMs: 1100,
  lastTokenMs: 1480,
  endMs: 1500,
  outputTokens: 11,
  chunks: 9,
  firstChunkTokens: 3,
});

describe('M-54 TTFT and TPOT under two definitions', () => {
  test('ours: as seen from the sent bytes, and by usage tokens', () => {
    expect(multiTurnStats(RECORD, 'usage')).toMatchObject({
      start_time_ms: 1000,
      ttft_ms: 100,
      tpot_ms: 40,
      latency_ms: 500,
      output_num_chunks: 9,
      output_num_first_chunk_tokens: 3,
    });
  });

  test("the tool's: from before the connection, TTFT lowered by the first chunk's further tokens", () => {
    // TPOT = (510 - 110) / (11 - 3) = 50; TTFT = 110 - 2 x 50.
    expect(multiTurnStats(RECORD, 'compat')).toMatchObject({
      start_time_ms: 990,
      ttft_ms: 10,
      tpot_ms: 50,
      latency_ms: 510,
      output_num_chunks: 8,
      output_num_first_chunk_tokens: 3,
    });
  });

  test.each([
    // first chunk, output tokens, chunks -> TTFT, TPOT
    ['one token in the first chunk', 1, 11, 9, 110, 40],
    ['a first chunk that would have begun before the request', 6, 11, 9, 0.1, 80],
    ['the whole answer in the first chunk', 11, 11, 1, 110, 0],
    ['one token in all', 1, 1, 1, 110, 0],
    ['tokens of the first chunk not counted: one', undefined, 11, 9, 110, 40],
    ['not counted, and one chunk: all of it', undefined, 11, 1, 110, 0],
  ])("the tool's, %s", (_, firstChunkTokens, outputTokens, chunks, ttft, tpot) => {
    const stats = multiTurnStats(
      { ...RECORD, firstChunkTokens, outputTokens, chunks } as typeof RECORD,
      'compat',
    );
    expect(stats.ttft_ms).toBeCloseTo(ttft, 9);
    expect(stats.tpot_ms).toBeCloseTo(tpot, 9);
  });

  test('reasoning is a first token to us, and none to the tool', () => {
    const thinking = { ...RECORD, firstOutputMs: 1300, firstChunkTokens: 1 };
    expect(multiTurnStats(thinking, 'usage').ttft_ms).toBe(100);
    expect(multiTurnStats(thinking, 'compat').ttft_ms).toBe(310);
  });

  test('without streaming the tool takes the latency for the TTFT; ours has no TPOT for one chunk', () => {
    const whole = { ...RECORD, chunks: 1, firstTokenMs: 1490, firstOutputMs: 1490 };
    expect(multiTurnStats(whole, 'compat', { stream: false })).toMatchObject({
      ttft_ms: 510,
      tpot_ms: 0,
      output_num_chunks: 0,
    });
    expect(multiTurnStats(whole, 'usage', { stream: false })).toMatchObject({
      ttft_ms: 490,
      tpot_ms: null,
      output_num_chunks: 1,
    });
  });

  test('a lowered TTFT is never above the seen one, nor below 0.1 ms', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 400 }),
        fc.integer({ min: 1, max: 400 }),
        fc.integer({ min: 2, max: 50 }),
        (outputTokens, firstChunkTokens, chunks) => {
          const record = { ...RECORD, outputTokens, firstChunkTokens, chunks };
          const { ttft_ms } = multiTurnStats(record, 'compat');
          expect(ttft_ms).toBeGreaterThanOrEqual(0.1);
          expect(ttft_ms).toBeLessThanOrEqual(110);
        },
      ),
    );
  });
});

test('messages sent are counted, or follow from strict alternation', () => {
  expect(multiTurnStats({ ...RECORD, turn: 3 }, 'usage').input_num_turns).toBe(7);
  const withSystem = { ...RECORD, turn: 3, messagesSent: 8 };
  expect(multiTurnStats(withSystem, 'usage').input_num_turns).toBe(8);
});

test.each([
  ['all but the new message', 1000, 250, 75],
  ['another tokenizer counted the message', 100, 120, 0],
  ['nothing known of the message', 1000, undefined, null],
  ['nothing known of the input', undefined, 10, null],
])('approx_cached_percent: %s', (_, inputTokens, messageTokens, percent) => {
  const record = { ...RECORD, inputTokens, messageTokens } as typeof RECORD;
  expect(multiTurnStats(record, 'compat').approx_cached_percent).toBe(percent);
});

test('a request that was never sent has no times, under either definition', () => {
  const unsent = unsentTurn({ userId: 3, turn: 1, turns: 2 });
  for (const definition of ['usage', 'compat'] as const) {
    expect(multiTurnStats(unsent, definition)).toEqual({
      ttft_ms: null,
      tpot_ms: null,
      latency_ms: null,
      start_time_ms: null,
      input_num_turns: 3,
      input_num_tokens: null,
      output_num_tokens: null,
      output_num_chunks: 0,
      output_num_first_chunk_tokens: null,
      approx_cached_percent: null,
      conversation_id: '3',
      client_id: null,
    });
  }
});

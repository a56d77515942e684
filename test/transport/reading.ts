import type { ReadingOptions } from '../../src/transport/answer/answer-reader.ts';
import { StreamReader } from '../../src/transport/answer/stream-reader.ts';
import type { ResponseEnd } from '../../src/transport/transport.ts';
import { Recorder } from './recorder.ts';

/** What came out of a body: comparable, without times. */
export interface Reading {
  readonly deltas: readonly string[];
  readonly end?: Pick<ResponseEnd, 'usage' | 'finishReason' | 'remarks'> | undefined;
  readonly failure?: string | undefined;
}

/** Reads a body in these pieces. */
export function read(pieces: readonly (Buffer | string)[], options?: ReadingOptions): Reading {
  const recorder = new Recorder();
  const reader = new StreamReader(recorder, options);
  for (const [index, piece] of pieces.entries()) reader.feed(Buffer.from(piece), index);
  reader.end(pieces.length);
  const { deltas, end, failure } = recorder;
  return { deltas, end: end && withoutNames(end), failure: failure?.message };
}

/** Without what only a record keeps. */
function withoutNames({ usage, finishReason, remarks }: ResponseEnd): Reading['end'] {
  return { usage, finishReason, ...(remarks && { remarks }) };
}

/** The body cut before each of these byte positions. */
export function cut(body: Buffer, positions: readonly number[]): Buffer[] {
  const bounds = [0, ...[...positions].sort((a, b) => a - b), body.length];
  return bounds.slice(1).map((end, index) => body.subarray(bounds[index]!, end));
}

export function everyByte(body: Buffer): Buffer[] {
  return cut(
    body,
    Array.from({ length: Math.max(0, body.length - 1) }, (_, index) => index + 1),
  );
}

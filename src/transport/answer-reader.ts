import { type Chunk, readChunk } from './openai.ts';
import type { DeltaKind, ResponseObserver, Usage } from './transport.ts';

/** The part of a response that its body decides. */
export type BodyObserver = Pick<ResponseObserver, 'onDelta' | 'onEnd' | 'onFail'>;

/** One answer as it is being read: passes deltas on, keeps what is told at the end, and ends exactly once. */
export class AnswerReader {
  readonly #observer: BodyObserver;
  readonly #httpStatus: number;
  #usage: Usage | undefined;
  #finishReason: string | undefined;
  #isOver = false;
  /** When the bytes that are being read arrived. */
  atMs = 0;
  /** A finish reason or the closing usage was read. */
  isFinal = false;
  /** `[DONE]` was read; what comes after it does not count. */
  isDone = false;

  constructor(observer: BodyObserver, httpStatus: number) {
    this.#observer = observer;
    this.#httpStatus = httpStatus;
  }

  /** Ended, failed or cancelled: nothing may be called any more. */
  get isOver(): boolean {
    return this.#isOver;
  }

  delta(kind: DeltaKind, text: string): void {
    if (!this.#isOver) this.#observer.onDelta(kind, text, this.atMs);
  }

  /** Takes what one event or document says. */
  read(json: unknown): Chunk {
    const chunk = readChunk(json);
    if (chunk.error !== undefined) {
      this.fail(chunk.error);
      return chunk;
    }
    // Servers that send usage with every chunk send running totals: the last one counts. SGLang tells
    // where cached tokens were in a chunk before it.
    if (chunk.usage) this.#usage = this.#usage ? { ...this.#usage, ...chunk.usage } : chunk.usage;
    this.#finishReason = chunk.finishReason ?? this.#finishReason;
    this.isFinal ||= chunk.isFinal;
    for (const { kind, text } of chunk.deltas) this.delta(kind, text);
    return chunk;
  }

  end(): void {
    if (this.#isOver) return;
    this.#isOver = true;
    this.#observer.onEnd({ usage: this.#usage, finishReason: this.#finishReason }, this.atMs);
  }

  fail(message: string): void {
    if (this.#isOver) return;
    this.#isOver = true;
    const failure = { status: 'protocol', message, httpStatus: this.#httpStatus } as const;
    this.#observer.onFail(failure, this.atMs);
  }

  cancel(): void {
    this.#isOver = true;
  }
}

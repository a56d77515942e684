import type { TurnRecord } from '../record/record.ts';

/** How the chunks of streamed answers reached this client. */
export interface DeliverySummary {
  /** Completed answers with enough chunks to tell. */
  readonly answers: number;
  /** Those of them whose chunks came several in one read: something on the way held them back. */
  readonly batched: number;
  /** Chunks a read of the batched ones, on average. */
  readonly chunksPerRead: number;
}

/** An answer of fewer chunks tells nothing. */
const CHUNKS_MIN = 4;
/** Chunks a read, on average, from which an answer counts as batched: a busy client reads two at once now and then. */
const BATCH_MIN = 2;

export class Delivery {
  #answers = 0;
  #batched = 0;
  #chunks = 0;
  #reads = 0;

  add({ status, chunks, reads = chunks }: TurnRecord): void {
    if (status !== 'ok' || chunks < CHUNKS_MIN) return;
    this.#answers++;
    if (chunks < reads * BATCH_MIN) return;
    this.#batched++;
    this.#chunks += chunks;
    this.#reads += reads;
  }

  merge(other: Delivery): void {
    this.#answers += other.#answers;
    this.#batched += other.#batched;
    this.#chunks += other.#chunks;
    this.#reads += other.#reads;
  }

  /** undefined: every answer came as it was sent, as far as this client can tell. */
  close(): DeliverySummary | undefined {
    if (this.#batched === 0) return undefined;
    return {
      answers: this.#answers,
      batched: this.#batched,
      chunksPerRead: this.#chunks / this.#reads,
    };
  }
}

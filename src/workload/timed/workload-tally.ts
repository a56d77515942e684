import { type Binned, Bins } from './binned.ts';
import type { WorkloadEntry } from './entry.ts';
import { LengthCounts, type LengthSummary } from './length-counts.ts';
import { type SessionCells, SessionGrid } from './session-cells.ts';

/** What a workload is, in numbers: of a size that does not grow with it. */
export interface WorkloadSummary {
  readonly entries: number;
  readonly requests: number;
  /** Of the first and the last request; undefined without any. */
  readonly firstMs: number | undefined;
  readonly lastMs: number | undefined;
  readonly inputTokens: LengthSummary | undefined;
  /** Of the requests whose output length is known. */
  readonly outputTokens: LengthSummary | undefined;
  readonly overTime: Binned;
  readonly sessions: SessionCells;
  /** Of agents, by kind. */
  readonly events: Readonly<Record<string, number>>;
}

/** Adds up entries as they pass. */
export class WorkloadTally {
  readonly #bins = new Bins();
  readonly #grid = new SessionGrid();
  readonly #inputs = new LengthCounts();
  readonly #outputs = new LengthCounts();
  readonly #events: Record<string, number> = {};
  #entries = 0;
  #requests = 0;
  #firstMs: number | undefined;
  #lastMs: number | undefined;

  add({ timestamp, requests, events = [] }: WorkloadEntry): void {
    this.#entries++;
    this.#requests += requests.length;
    for (const event of events) {
      const { node_type: kind = 'event' } = event as { node_type?: string };
      this.#events[kind] = (this.#events[kind] ?? 0) + 1;
    }
    if (!requests.length) return;
    this.#firstMs = Math.min(this.#firstMs ?? timestamp, timestamp);
    this.#lastMs = Math.max(this.#lastMs ?? timestamp, timestamp);
    for (const { prompt_length: input, output_length: output, session_id: session } of requests) {
      this.#bins.add(timestamp, input, output);
      this.#inputs.add(input);
      if (output !== null) this.#outputs.add(output);
      if (session !== undefined) this.#grid.add(timestamp, session);
    }
  }

  /** The entries as they are, each counted on its way. */
  async *through(entries: AsyncIterable<WorkloadEntry>): AsyncGenerator<WorkloadEntry> {
    for await (const entry of entries) {
      this.add(entry);
      yield entry;
    }
  }

  get summary(): WorkloadSummary {
    return {
      entries: this.#entries,
      requests: this.#requests,
      firstMs: this.#firstMs,
      lastMs: this.#lastMs,
      inputTokens: this.#inputs.summary(),
      outputTokens: this.#outputs.summary(),
      overTime: this.#bins.binned,
      sessions: this.#grid.result,
      events: this.#events,
    };
  }
}

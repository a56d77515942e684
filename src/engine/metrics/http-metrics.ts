import type { Clock } from '../../base/clock.ts';
import type { Distribution, Family } from './family.ts';
import { Registry } from './registry.ts';

/** One request that the server has answered. */
export interface Served {
  /** Its path, if anything is there. */
  readonly handler: string | undefined;
  readonly method: string;
  readonly status: number;
  /** As their headers say; 0 of what has no such header. */
  readonly requestBytes: number;
  readonly responseBytes: number;
  readonly seconds: number;
}

/** Asked for too often to be of interest, and by whom is known. */
const NOT_COUNTED = new Set(['/metrics', '/health', '/load', '/ping', '/version']);

const FINE_SECONDS = [
  0.01, 0.025, 0.05, 0.075, 0.1, 0.25, 0.5, 0.75, 1, 1.5, 2, 2.5, 3, 3.5, 4, 4.5, 5, 7.5, 10, 30,
  60,
];
const FEW_SECONDS = [0.1, 0.5, 1];

/** The metrics of vLLM's web framework (prometheus-fastapi-instrumentator), by its names and labels. */
export class HttpMetrics {
  readonly #clock: Clock;
  readonly #requests = new Map<string, Sums>();
  readonly #received = new Map<string, Sums>();
  readonly #sent = new Map<string, Sums>();
  readonly #durations = new Map<string, Sums>();
  readonly #all: Sums;
  readonly #registry: Registry;

  constructor(clock: Clock) {
    this.#clock = clock;
    this.#registry = new Registry(clock);
    this.#all = new Sums(this.#nowSec(), FINE_SECONDS);
    this.#add('http_requests_total', 'Total number of requests by method, status and handler.', {
      ...{ type: 'counter', sums: this.#requests },
    });
    const sizes =
      'Only value of header is respected. Otherwise ignored. No percentile calculated. ';
    this.#add(
      'http_request_size_bytes',
      `Content length of incoming requests by handler. ${sizes}`,
      { type: 'summary', sums: this.#received },
    );
    this.#add(
      'http_response_size_bytes',
      `Content length of outgoing responses by handler. ${sizes}`,
      { type: 'summary', sums: this.#sent },
    );
    this.#add(
      'http_request_duration_highr_seconds',
      'Latency with many buckets but no API specific labels. Made for more accurate percentile calculations. ',
      { type: 'histogram', sums: new Map([['{}', this.#all]]) },
    );
    this.#add(
      'http_request_duration_seconds',
      'Latency with only few buckets by handler. Made to be only used if aggregation by handler is important. ',
      { type: 'histogram', sums: this.#durations },
    );
  }

  get families(): readonly Family[] {
    return this.#registry.families;
  }

  count({ method, status, requestBytes, responseBytes, seconds, ...served }: Served): void {
    const { handler = 'none' } = served;
    if (NOT_COUNTED.has(handler)) return;
    const group = `${Math.floor(status / 100)}xx`;
    this.#of(this.#requests, { handler, method, status: group }).add(1);
    this.#of(this.#received, { handler }).add(requestBytes);
    this.#of(this.#sent, { handler }).add(responseBytes);
    this.#of(this.#durations, { handler, method }, FEW_SECONDS).add(seconds);
    this.#all.add(seconds);
  }

  #of(sums: Map<string, Sums>, labels: object, bounds: readonly number[] = []): Sums {
    const key = JSON.stringify(labels);
    let found = sums.get(key);
    if (!found) sums.set(key, (found = new Sums(this.#nowSec(), bounds)));
    return found;
  }

  #nowSec(): number {
    return (this.#clock.originEpochMs + this.#clock.now()) / 1000;
  }

  #add(
    name: string,
    help: string,
    { type, sums }: { readonly type: Family['type']; readonly sums: ReadonlyMap<string, Sums> },
  ): void {
    const read = () =>
      [...sums].map(([labels, one]) => ({ labels: JSON.parse(labels), value: one.read(type) }));
    this.#registry.add({ name, help, type, read });
  }
}

/** What was added up under one set of labels. */
class Sums {
  readonly #createdSec: number;
  readonly #bounds: readonly number[];
  readonly #counts: number[];
  #count = 0;
  #sum = 0;

  constructor(createdSec: number, bounds: readonly number[]) {
    this.#createdSec = createdSec;
    this.#bounds = bounds;
    this.#counts = bounds.map(() => 0);
  }

  add(value: number): void {
    this.#count++;
    this.#sum += value;
    for (const [i, bound] of this.#bounds.entries()) if (value <= bound) this.#counts[i]!++;
  }

  read(type: Family['type']): Distribution {
    const [count, sum, createdSec] = [this.#count, this.#sum, this.#createdSec];
    if (type !== 'histogram') return { count, sum, createdSec };
    const bounded = this.#bounds.map((bound, i): [number, number] => [bound, this.#counts[i]!]);
    return { buckets: [...bounded, [Infinity, count]], count, sum, createdSec };
  }
}

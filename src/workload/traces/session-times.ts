import { UsageError } from '../../base/errors.ts';
import { isObject } from '../../base/json.ts';
import type { ReadOptions } from './format.ts';
import { has, msOf, type Row, timeOf } from './row.ts';

/** What the times of a sub-agent's requests count from: the marker in its parent's list, or where the session began. */
export type Basis = 'marker' | 'session';

/**
 * Recorders differ in it, and no file says it: a trace is read one way, all of it. A sub-agent's first request
 * comes soon after its marker, so that its time is near 0 or near the marker's.
 * @throws UsageError if some are one way and some the other.
 */
export async function basisOf(sessions: AsyncIterable<Row>): Promise<Basis> {
  const told: Partial<Record<Basis, string>> = {};
  for await (const session of sessions) {
    for (const { where, markerSec, firstSec } of agentsIn(session)) {
      if (markerSec < SOON_SEC) continue;
      told[firstSec < markerSec / 2 ? 'marker' : 'session'] ??= where;
    }
  }
  if (told.marker !== undefined && told.session !== undefined) {
    throw new UsageError(
      `${told.session}: t: found the requests of a sub-agent counted from the beginning of the session, and those of ${told.marker} from their marker; expected one of both in all of the trace`,
    );
  }
  return told.session === undefined ? 'marker' : 'session';
}

/** Where both are so near each other, it says nothing. */
const SOON_SEC = 1;

/** The sub-agents that the parent's own list has; what is wrong with one is told where it is read. */
function* agentsIn({ where, fields }: Row) {
  const requests = fields['requests'];
  if (!Array.isArray(requests)) return;
  for (const [i, marker] of requests.entries()) {
    if (!isObject(marker) || marker['type'] !== 'subagent') continue;
    const inner = marker['requests'];
    const times = Array.isArray(inner) ? inner.map((one) => Number(one?.['t'])) : [];
    const firstSec = Math.min(...times);
    const markerSec = Number(marker['t']);
    if (!Number.isFinite(firstSec) || !Number.isFinite(markerSec)) continue;
    yield { where: `${where}: requests[${i}]`, markerSec, firstSec };
  }
}

/** Of fewer turns nothing is concluded. */
const LEAST = 20;
/** Turns come in half a second of what the answer and the pause before them take together; units differ by 1000. */
const FAR_OFF = 100;
/** Shorter ones are within what clocks round. */
const SHORTEST_MS = 1000;

/**
 * The times of requests in milliseconds, held against each other: from one turn to the next it takes about
 * as long as the answer did and the pause after it.
 */
export class RequestTimes {
  readonly #path: string;
  readonly #isMs: boolean;
  readonly #isSaid: boolean;
  #last:
    | { readonly session: string; readonly atMs: number; readonly apiMs: number | undefined }
    | undefined;
  #turns = 0;
  #longer = 0;
  #shorter = 0;

  constructor(path: string, { timeUnit }: Pick<ReadOptions, 'timeUnit'>) {
    this.#path = path;
    this.#isMs = timeUnit === 'ms';
    this.#isSaid = timeUnit !== undefined;
  }

  /** Its `t`. */
  toMs(row: Row): number {
    return this.#ms(timeOf(row, 't', 'seconds'));
  }

  /** How long its answer took, and the pause before it, as far as they are known. */
  turn(row: Row, session: string, atMs: number): { apiMs?: number; thinkMs?: number } {
    const apiMs = this.#span(row, 'api_time');
    const thinkMs = this.#span(row, 'think_time');
    const last = this.#last?.session === session ? this.#last : undefined;
    this.#last = { session, atMs, apiMs };
    if (last?.apiMs !== undefined && thinkMs !== undefined) {
      this.#compare(atMs - last.atMs, last.apiMs + thinkMs);
    }
    return { ...(apiMs !== undefined && { apiMs }), ...(thinkMs !== undefined && { thinkMs }) };
  }

  /** @throws UsageError after the last, if one of both is in another unit than the other. */
  check(): void {
    if (this.#isSaid || this.#turns < LEAST) return;
    if (this.#longer > this.#turns / 2) throw this.#error('t', this.#longer);
    if (this.#shorter > this.#turns / 2) throw this.#error('api_time', this.#shorter);
  }

  #compare(betweenMs: number, knownMs: number): void {
    if (betweenMs < SHORTEST_MS || knownMs < SHORTEST_MS) return;
    this.#turns++;
    if (betweenMs > FAR_OFF * knownMs) this.#longer++;
    if (knownMs > FAR_OFF * betweenMs) this.#shorter++;
  }

  #error(field: string, turns: number): UsageError {
    return new UsageError(
      `${this.#path}: ${field}: found milliseconds, by the look of it (${turns} of ${this.#turns} turns differ a hundredfold between t, and api_time with think_time); expected seconds: if they are, say so: --time-unit s, or conversation.trace.timeUnit`,
    );
  }

  #span(row: Row, field: string): number | undefined {
    return has(row, field) ? this.#ms(timeOf(row, field, 'seconds')) : undefined;
  }

  #ms(time: number): number {
    return this.#isMs ? time : msOf(time);
  }
}

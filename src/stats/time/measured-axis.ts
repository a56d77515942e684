import type { RunPart } from '../../record/journal-reader.ts';
import type { TurnRecord } from '../../record/record.ts';
import { ROUNDING_MS } from './arrivals.ts';
import { type Interval, type PlacedPart, placeParts, totalMs, union } from './timeline.ts';

/** A measured request, and what puts its times on the timeline that all parts share. */
export interface PlacedRequest {
  readonly record: TurnRecord;
  readonly offsetMs: number;
}

/** They are listed once a run, for all of its figures. */
const known = new WeakMap<readonly RunPart[], readonly PlacedRequest[]>();

/**
 * Time since measuring began, for the x of a figure: partitions lie beside each other, and what lies
 * between the end of a part and its resume is cut out.
 */
export class MeasuredAxis {
  /** Of all that was measured, drain included. */
  readonly spanMs: number;
  /** Stretches of time that were put together; more than one for a run that was resumed. */
  readonly stretches: readonly Interval[];
  readonly #parts: readonly RunPart[];
  readonly #placed: readonly PlacedPart[];
  readonly #offering: readonly Interval[];

  constructor(parts: readonly RunPart[]) {
    this.#parts = parts;
    this.#placed = placeParts(parts);
    this.stretches = union(this.#placed.map(({ measured }) => measured));
    this.#offering = union(this.#placed.map(({ offering }) => offering));
    this.spanMs = totalMs(this.stretches);
  }

  /** In the order of the parts and their journals. */
  requests(): readonly PlacedRequest[] {
    let requests = known.get(this.#parts);
    if (!requests) {
      requests = this.#placed.flatMap(({ part: { records }, offsetMs }) =>
        records.flatMap((record) => (record.phase === 'measure' ? [{ record, offsetMs }] : [])),
      );
      known.set(this.#parts, requests);
    }
    return requests;
  }

  /** Where a part lies on the timeline; undefined: it is none of the run's. */
  placeOf(part: RunPart): Pick<PlacedRequest, 'offsetMs'> | undefined {
    return this.#placed.find((placed) => placed.part === part);
  }

  /** Where a time of a request lies on the axis; undefined for one that is unknown, or was not measured. */
  at(ms: number | undefined, { offsetMs }: Pick<PlacedRequest, 'offsetMs'>): number | undefined {
    if (ms === undefined) return undefined;
    const timelineMs = ms + offsetMs;
    let beforeMs = 0;
    for (const { startMs, endMs } of this.stretches) {
      if (timelineMs < startMs - ROUNDING_MS) return undefined;
      if (timelineMs <= endMs + ROUNDING_MS) {
        return beforeMs + Math.min(Math.max(timelineMs, startMs), endMs) - startMs;
      }
      beforeMs += endMs - startMs;
    }
    return undefined;
  }

  /** What of the time from one to the other was measured: where that lies on the axis, and its share of all of it. */
  within(
    fromMs: number,
    toMs: number,
    { offsetMs }: Pick<PlacedRequest, 'offsetMs'>,
  ): (Interval & { readonly share: number })[] {
    const [from, to] = [fromMs + offsetMs, toMs + offsetMs];
    let beforeMs = 0;
    return this.stretches.flatMap(({ startMs, endMs }) => {
      const [low, high] = [Math.max(from, startMs), Math.min(to, endMs)];
      const moved = beforeMs - startMs;
      beforeMs += endMs - startMs;
      if (high <= low) return [];
      return [{ startMs: low + moved, endMs: high + moved, share: (high - low) / (to - from) }];
    });
  }

  /** When a request fell due, if it counts as offered: before the drain, or in its first instant and sent all the same. */
  offeredAt(request: PlacedRequest): number | undefined {
    const { record, offsetMs } = request;
    if (record.intendedMs === undefined) return undefined;
    const dueMs = record.intendedMs + offsetMs;
    const beyondMs = record.status === 'unsent' ? -ROUNDING_MS : ROUNDING_MS;
    const isOffered = this.#offering.some(
      ({ startMs, endMs }) => dueMs >= startMs - ROUNDING_MS && dueMs <= endMs + beyondMs,
    );
    return isOffered ? this.at(record.intendedMs, request) : undefined;
  }
}

import { createHash } from 'node:crypto';
import { Column } from '../stats/column.ts';
import type { TraceEntry } from '../workload/traces/format.ts';
import type { Named } from './blocks.ts';

/** What a digest of the first kind counts; another rule would have another number. */
const VERSION = 1;
/** Lines that are hashed at once. */
const BATCH = 512;

/**
 * Digest of what a trace asks for, whatever its format, the order of its fields and the names that it gives: sessions
 * are the place of their first request, what is shared is the place of the request that began so (hashed or
 * renamed ids are the same, and so are ids of last, partial blocks that nobody shares), times count from the first request, in microseconds. Part of it: times, pauses, sessions with
 * the turns that began them, lengths, the sharing of blocks and their size, messages, tools and recorded answers.
 * Not part of it: what is told of how it was answered (durations, the model, the trace's own word for a kind).
 */
export class Content {
  readonly #hash = createHash('sha256');
  readonly #sessions = new Map<string, { readonly first: number; last: number }>();
  #lines: string[] = [];
  #place = 0;
  #firstMs: number | undefined;

  /** Of requests with a new block: the first name of it, ascending, and their places. */
  readonly #newNames = new Column();
  readonly #beginners = new Column();
  readonly #blockTokens: number;
  #hasBlocks = false;

  constructor(blockTokens: number) {
    this.#blockTokens = blockTokens;
  }

  /** In the order of time. */
  add(entry: TraceEntry, { chain, known }: Named): void {
    const { atMs, inputTokens, outputTokens, thinkMs } = entry;
    this.#firstMs ??= atMs;
    this.#hasBlocks ||= !!chain?.length;
    const sinceFirstMs = atMs === undefined ? undefined : atMs - this.#firstMs!;
    const shared = known > 0 ? `${this.#beginnerOf(chain![known - 1]!)}/${known}` : '';
    const counts = `${microseconds(sinceFirstMs)},${microseconds(thinkMs)},${inputTokens ?? ''},${outputTokens ?? ''}`;
    this.#lines.push(`${this.#sessionOf(entry)},${counts},${shared}${contentOf(entry)}`);
    if (this.#lines.length >= BATCH) this.#flush();
    if (chain && known < chain.length) {
      this.#newNames.add(chain[known]);
      this.#beginners.add(this.#place);
    }
    this.#place++;
  }

  /**
   * The request that began so first. With the number of blocks up to there it says all that is shared: how many
   * more are new follows from the length, whether or not a last, partial one has an id.
   */
  #beginnerOf(name: number): number {
    const names = this.#newNames.values();
    let before = 0;
    let after = names.length;
    while (after - before > 1) {
      const middle = (before + after) >> 1;
      if (names[middle]! <= name) before = middle;
      else after = middle;
    }
    return this.#beginners.values()[before]!;
  }

  /** sha256 in hexadecimal. */
  close(): string {
    const blockTokens = this.#hasBlocks ? this.#blockTokens : null;
    this.#lines.push(JSON.stringify({ version: VERSION, blockTokens }));
    this.#flush();
    return this.#hash.digest('hex');
  }

  /** The request before it in its session, whether its input is whole, and which turn began the session. */
  #sessionOf({ session: name, isCumulative, parent }: TraceEntry): string {
    if (name === undefined) return ',,';
    const place = this.#place;
    const session = this.#sessions.get(name);
    const began = parent ? `${this.#sessions.get(parent.session)?.first ?? ''}/${parent.turn}` : '';
    if (!session) {
      this.#sessions.set(name, { first: place, last: place });
      return `,,${began}`;
    }
    const before = session.last;
    session.last = place;
    return `${before},${isCumulative ? 'whole' : 'new'},${began}`;
  }

  #flush(): void {
    this.#hash.update(`${this.#lines.join('\n')}\n`);
    this.#lines = [];
  }
}

function microseconds(ms: number | undefined): string {
  return ms === undefined ? '' : String(Math.round(1000 * ms));
}

/** Nothing of most requests. */
function contentOf({ messages, answer, request }: TraceEntry): string {
  if (!messages && !answer && !request) return '';
  const parts = [messages?.map(said), answer && said(answer), request && ordered(request)];
  return JSON.stringify(parts.map((part) => part ?? null));
}

function said({ role, text, fields }: NonNullable<TraceEntry['answer']>): unknown[] {
  return [role, text, fields ? ordered(fields) : null];
}

/** JSON with the fields of every object in one order. */
function ordered(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(ordered);
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1));
  return entries.map(([key, one]) => [key, ordered(one)]);
}

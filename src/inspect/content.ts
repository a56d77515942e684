import { createHash } from 'node:crypto';
import type { TraceEntry } from '../workload/traces/format.ts';
import type { Named } from './blocks.ts';

/** What a digest of the first kind counts; another rule would have another number. */
const VERSION = 1;
/** Lines that are hashed at once. */
const BATCH = 512;

/**
 * Digest of what a trace asks for, whatever its format, the order of its fields and the names that it gives: sessions
 * are the place of their first request, blocks are numbered as they come (so that hashed or renamed ids are
 * the same), times count from the first request, in microseconds. Part of it: times, pauses, sessions with
 * the turns that began them, lengths, the sharing of blocks and their size, messages, tools and recorded answers.
 * Not part of it: what is told of how it was answered (durations, the model, the trace's own word for a kind).
 */
export class Content {
  readonly #hash = createHash('sha256');
  readonly #sessions = new Map<string, { readonly first: number; last: number }>();
  #lines: string[] = [];
  #place = 0;
  #firstMs: number | undefined;

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
    // What begins alike has the same name: the last known one stands for all before it.
    const blocks = chain ? `${known > 0 ? chain[known - 1] : ''}+${chain.length - known}` : '';
    const counts = `${microseconds(sinceFirstMs)},${microseconds(thinkMs)},${inputTokens ?? ''},${outputTokens ?? ''}`;
    this.#lines.push(`${this.#sessionOf(entry)},${counts},${blocks}${contentOf(entry)}`);
    if (this.#lines.length >= BATCH) this.#flush();
    this.#place++;
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

import { UsageError } from '../../../base/errors.ts';
import type { TraceEntry } from '../format.ts';
import { PlayedTimes } from '../order.ts';
import type { Span, Survey } from './survey.ts';

/** What is wanted of a trace: all that is said has to hold. */
export interface Wanted {
  /** Counted from the earliest request; both ends are in it. */
  readonly fromMs?: number | undefined;
  readonly toMs?: number | undefined;
  /** Names of sessions. */
  readonly sessions?: readonly string[] | undefined;
  /** So many, the first to begin. */
  readonly firstSessions?: number | undefined;
}

/**
 * What becomes of a session that is partly in the window. `whole`: all of it is kept if it begins there;
 * `inside`: only what is all in it is kept; `cut`: what is in it is kept, of any session.
 */
export type Partly = 'whole' | 'inside' | 'cut';

export const PARTLY: readonly Partly[] = ['whole', 'inside', 'cut'];

export interface Sliced {
  readonly requests: number;
  readonly keptRequests: number;
  readonly sessions: number;
  readonly keptSessions: number;
  /** Sessions of which some requests are kept and some not. */
  readonly cutSessions: number;
  /** Sessions that are kept whole and go on after the window. */
  readonly longerSessions: number;
  /** Requests in the window whose sessions are left out, and how many these are. */
  readonly leftOutRequests: number;
  readonly leftOutSessions: number;
}

/** Decides of each request whether it is kept, and counts what that does to sessions. */
export class Selection {
  readonly #input: string;
  readonly #survey: Survey;
  readonly #fromMs: number;
  readonly #toMs: number;
  readonly #partly: Partly;
  readonly #roots: ReadonlySet<string> | undefined;
  readonly #times = new PlayedTimes();
  readonly #kept = new Map<string, number>();
  readonly #leftOut = new Set<string>();
  #requests = 0;
  #keptRequests = 0;
  #leftOutRequests = 0;

  /** @throws UsageError for a session that is not in the trace, or where there are none. */
  constructor(input: string, survey: Survey, wanted: Wanted, partly: Partly) {
    this.#input = input;
    this.#survey = survey;
    const originMs = survey.firstMs ?? 0;
    this.#fromMs = originMs + (wanted.fromMs ?? -Infinity);
    this.#toMs = originMs + (wanted.toMs ?? Infinity);
    this.#partly = partly;
    this.#roots = rootsOf(input, survey, wanted);
    const isTimed = wanted.fromMs !== undefined || wanted.toMs !== undefined;
    if (isTimed && survey.firstMs === undefined) {
      throw new UsageError(`${input}: found no times; expected --sessions or --first-sessions`);
    }
  }

  keeps(entry: TraceEntry): boolean {
    this.#requests++;
    const root = entry.session === undefined ? undefined : this.#survey.rootOf(entry.session);
    const isInside = this.#isIn(this.#times.of(entry));
    const isKept = this.#keeps(root, isInside);
    if (isKept) this.#keptRequests++;
    if (isKept && root !== undefined) this.#kept.set(root, (this.#kept.get(root) ?? 0) + 1);
    if (!isKept && isInside && root !== undefined && (this.#roots?.has(root) ?? true)) {
      this.#leftOutRequests++;
      this.#leftOut.add(root);
    }
    return isKept;
  }

  /** @throws UsageError if nothing was kept. */
  close(): Sliced {
    if (!this.#keptRequests) {
      throw new UsageError(`${this.#input}: none of ${this.#requests} requests is in the slice`);
    }
    const kept = [...this.#kept].map(([root, requests]) => ({ requests, span: this.#span(root) }));
    return {
      requests: this.#requests,
      keptRequests: this.#keptRequests,
      sessions: this.#survey.roots.size,
      keptSessions: kept.length,
      cutSessions: kept.filter(({ requests, span }) => requests < span.requests).length,
      longerSessions: kept.filter(
        ({ requests, span }) =>
          requests === span.requests && (span.lastMs ?? -Infinity) > this.#toMs,
      ).length,
      leftOutRequests: this.#leftOutRequests,
      leftOutSessions: this.#leftOut.size,
    };
  }

  #keeps(root: string | undefined, isInside: boolean): boolean {
    if (this.#roots && (root === undefined || !this.#roots.has(root))) return false;
    if (root === undefined || this.#partly === 'cut') return isInside;
    const { firstMs, lastMs } = this.#span(root);
    return this.#isIn(firstMs) && (this.#partly === 'whole' || this.#isIn(lastMs));
  }

  #isIn(atMs: number | undefined): boolean {
    if (atMs === undefined) return this.#fromMs === -Infinity && this.#toMs === Infinity;
    return atMs >= this.#fromMs && atMs <= this.#toMs;
  }

  #span(root: string): Span {
    return this.#survey.roots.get(root)!;
  }
}

/** Those that are named, or come first; undefined: any. */
function rootsOf(
  input: string,
  { roots }: Survey,
  { sessions, firstSessions }: Wanted,
): ReadonlySet<string> | undefined {
  if (sessions === undefined && firstSessions === undefined) return undefined;
  if (!roots.size) throw new UsageError(`${input}: found no sessions; expected a trace with some`);
  const unknown = sessions?.find((name) => !roots.has(name));
  if (unknown !== undefined) {
    const some = [...roots.keys()].slice(0, SHOWN_NAMES).join(', ');
    throw new UsageError(`--sessions: found ${unknown}; expected some of ${input}, as ${some}`);
  }
  const begun = [...roots].sort(([, a], [, b]) => (a.firstMs ?? 0) - (b.firstMs ?? 0));
  const first = begun.slice(0, firstSessions).map(([name]) => name);
  return new Set(sessions ? first.filter((name) => sessions.includes(name)) : first);
}

const SHOWN_NAMES = 5;

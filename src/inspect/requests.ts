import { Column } from '../stats/column.ts';
import { type Distribution, distributionOf } from '../stats/quantile.ts';
import type { TraceEntry } from '../workload/traces/format.ts';
import { Arrivals, type ArrivalsSummary } from './arrivals.ts';
import type { Load } from './load-figures.ts';
import { RateBins } from './rate-bins.ts';
import { WholeNumbers } from './whole-numbers.ts';

/** What the requests of a trace are like, whatever they say. What is absent is not known. */
export interface RequestsSummary {
  readonly requests: number;
  /** Those that have messages, and no count of tokens. */
  readonly spoken: number;
  /** Those that failed when they were recorded. */
  readonly failed: number;
  readonly inputTokens?: Distribution;
  readonly inputCharacters?: Distribution;
  readonly outputTokens?: Distribution;
  /** From the end of an answer to the next request of its session, as recorded, seconds. */
  readonly thinkSec?: Distribution;
  /** From asking to the end of the answer, as recorded, seconds. */
  readonly apiSec?: Distribution;
  readonly arrivals?: ArrivalsSummary;
  /** How many of each, by the trace's own words. */
  readonly models: Readonly<Record<string, number>>;
  readonly kinds: Readonly<Record<string, number>>;
  readonly sessions?: SessionsSummary;
}

export interface SessionsSummary {
  readonly sessions: number;
  /** Requests that belong to none. */
  readonly requestsWithout: number;
  /** Sessions that a turn of another one began. */
  readonly children: number;
  readonly turns: Distribution;
  /** From one request of a session to its next, seconds. */
  readonly turnGapSec?: Distribution;
  readonly arrivals?: ArrivalsSummary;
}

interface Session {
  turns: number;
  lastMs: number | undefined;
}

/** In the order of time. */
export class Requests {
  #requests = 0;
  #spoken = 0;
  #failed = 0;
  readonly #inputTokens = new WholeNumbers();
  readonly #inputCharacters = new WholeNumbers();
  readonly #outputTokens = new WholeNumbers();
  readonly #thinkSec = new Column();
  readonly #apiSec = new Column();
  readonly #turnGapSec = new Column();
  readonly #arrivals = new Arrivals();
  readonly #rates = new RateBins();
  readonly #sessionArrivals = new Arrivals();
  readonly #models = new Map<string, number>();
  readonly #kinds = new Map<string, number>();
  readonly #sessions = new Map<string, Session>();
  #children = 0;
  #withSession = 0;

  add(entry: TraceEntry): void {
    const { atMs, inputTokens, outputTokens, messages, model, kind } = entry;
    this.#requests++;
    if (messages) this.#spoken++;
    if (entry.isFailed) this.#failed++;
    this.#inputTokens.add(inputTokens);
    this.#inputCharacters.add(messages?.reduce((sum, { text }) => sum + text.length, 0));
    this.#outputTokens.add(outputTokens);
    this.#thinkSec.add(inSeconds(entry.thinkMs));
    this.#apiSec.add(inSeconds(entry.apiMs));
    if (atMs !== undefined) {
      this.#arrivals.add(atMs);
      this.#rates.add(atMs);
    }
    if (model !== undefined) this.#models.set(model, (this.#models.get(model) ?? 0) + 1);
    if (kind !== undefined) this.#kinds.set(kind, (this.#kinds.get(kind) ?? 0) + 1);
    if (entry.session !== undefined) this.#addTurn(entry, entry.session);
  }

  close(): RequestsSummary {
    return known({
      requests: this.#requests,
      spoken: this.#spoken,
      failed: this.#failed,
      inputTokens: this.#inputTokens.close(),
      inputCharacters: this.#inputCharacters.close(),
      outputTokens: this.#outputTokens.close(),
      thinkSec: distributionOf(this.#thinkSec),
      apiSec: distributionOf(this.#apiSec),
      arrivals: this.#arrivals.close(),
      models: Object.fromEntries(this.#models),
      kinds: Object.fromEntries(this.#kinds),
      sessions: this.#closeSessions(),
    });
  }

  /** For pictures. */
  get load(): Load {
    return {
      rates: this.#rates,
      inputTokens: this.#inputTokens,
      outputTokens: this.#outputTokens,
    };
  }

  #addTurn({ atMs, parent }: TraceEntry, name: string): void {
    this.#withSession++;
    const session = this.#sessions.get(name);
    if (session) {
      session.turns++;
      const isTimed = atMs !== undefined && session.lastMs !== undefined;
      if (isTimed) this.#turnGapSec.add(inSeconds(atMs - session.lastMs!));
      session.lastMs = atMs;
      return;
    }
    this.#sessions.set(name, { turns: 1, lastMs: atMs });
    if (parent) this.#children++;
    if (atMs !== undefined) this.#sessionArrivals.add(atMs);
  }

  #closeSessions(): SessionsSummary | undefined {
    const turns = new WholeNumbers();
    for (const session of this.#sessions.values()) turns.add(session.turns);
    const distribution = turns.close();
    return (
      distribution &&
      known({
        sessions: this.#sessions.size,
        requestsWithout: this.#requests - this.#withSession,
        children: this.#children,
        turns: distribution,
        turnGapSec: distributionOf(this.#turnGapSec),
        arrivals: this.#sessionArrivals.close(),
      })
    );
  }
}

function inSeconds(ms: number | undefined): number | undefined {
  return ms === undefined ? undefined : ms / 1000;
}

type Known<T> = { [Key in keyof T]: Exclude<T[Key], undefined> };

/** Without the keys of what is not known. */
export function known<T extends object>(values: T): Known<T> {
  return Object.fromEntries(
    Object.entries(values).filter(([, value]) => value !== undefined),
  ) as Known<T>;
}

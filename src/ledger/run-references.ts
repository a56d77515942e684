import {
  answersComeBack,
  type HeldBefore,
  heldTokens,
  isFollowing,
  isReplay,
} from '../cache/held.ts';
import type { IdealOptions } from '../cache/ideal.ts';
import { Replays, saidBefore } from '../cache/replays.ts';
import type { TurnRecord } from '../record/record.ts';
import type { Run } from '../record/run-folder.ts';
import { blockTokensIn, cacheKeyOf, idealOptions } from '../report/engine-cache.ts';
import { scenarioOf } from '../report/identity.ts';
import { placeParts } from '../stats/time/timeline.ts';
import { PromptLine, Room } from './prompt-line.ts';
import { type Asked, type SharedTokens, sharedTokensOf } from './shared-tokens.ts';

/** Leading tokens of a prompt that were said before, in this conversation or in another. */
export interface HeldTokens extends HeldBefore {
  /** Only what all users, or all of its tenant, share is found. */
  readonly shared: number;
}

/** A completed request, with what it and those before it have in common. */
export interface RunReference extends Asked {
  /** On the timeline that all parts share. */
  readonly endMs: number;
  /** As the engine counted. */
  readonly inputTokens: number;
  readonly outputTokens: number;
  /**
   * Of the full blocks of prompt and answer, less its last token, which was never fed back: one name, a whole number
   * from 0, for every beginning that ends with a block. Names of different `cacheKey`s have nothing in common.
   */
  readonly names: Int32Array;
  /** So many of them are the prompt's. */
  readonly promptBlocks: number;
  /** Cached tokens in a cache that never forgets, by what one supposes of the answers: see `HeldTokens`. */
  readonly ideal: HeldTokens;
  /** That of them which the scenario makes one expect. */
  readonly idealTokens: number;
  /** Leading tokens of the prompt that were said before, full blocks or not. */
  readonly held: HeldTokens;
  /** The turn whose answer its history ends with; undefined where a conversation begins. */
  readonly previous: TurnRecord | undefined;
}

export interface RunReferences {
  readonly blockTokens: number;
  /** In the order of sending, those of the warm-up included. */
  readonly references: readonly RunReference[];
  /** Completed requests that are not among them, by why: their blocks cannot be told from counts. */
  readonly leftOut: Readonly<Record<'uncounted' | 'cumulative' | 'agents', number>>;
}

interface User {
  readonly line: PromptLine;
  previous?: TurnRecord;
  opening?: TurnRecord;
}

/** They are made once a run, for all that is asked of it. */
const known = new WeakMap<Run, RunReferences>();

/**
 * The blocks that the requests of a run asked for, from the counts in their records alone: no text is needed, and so
 * they are known of every journal. A conversation's prompt is that before it, the answer and a new message; what all
 * share comes first. Exact where the ideal is: see `IdealCache`.
 */
export function runReferences(run: Run): RunReferences {
  let references = known.get(run);
  if (!references) known.set(run, (references = made(run)));
  return references;
}

function made(run: Run): RunReferences {
  const scenario = scenarioOf(run.parts[0]!);
  const blockTokens = blockTokensIn(run.parts, scenario);
  const options = idealOptions(scenario, blockTokens);
  const leftOut = { uncounted: 0, cumulative: 0, agents: 0 };
  const asked: Asked[] = [];
  for (const { part, offsetMs } of placeParts(run.parts)) {
    const cacheKey = cacheKeyOf(part);
    for (const record of part.records) {
      if (record.sentMs === undefined || record.status !== 'ok') continue;
      const why = untold(record);
      if (why) leftOut[why]++;
      else asked.push({ record, cacheKey, offsetMs, sentMs: record.sentMs + offsetMs });
    }
  }
  asked.sort(
    (a, b) =>
      a.sentMs - b.sentMs || a.record.userId - b.record.userId || a.record.turn - b.record.turn,
  );
  const caches = new Map<unknown, Cache>();
  const shared = sharedTokensOf(asked, options);
  const references = asked.map((one): RunReference => {
    let cache = caches.get(one.cacheKey);
    if (!cache)
      caches.set(one.cacheKey, (cache = new Cache(againIn(asked, one.cacheKey, options), options)));
    return cache.add(one, shared(one));
  });
  return { blockTokens, references, leftOut };
}

function againIn(asked: readonly Asked[], key: unknown, options: IdealOptions) {
  return saidBefore(
    asked.filter(({ cacheKey }) => cacheKey === key),
    options,
  );
}

function untold(record: TurnRecord): keyof RunReferences['leftOut'] | undefined {
  if (record.agent) return 'agents';
  if (record.isCumulative) return 'cumulative';
  const isCounted = record.inputTokens !== undefined && record.outputTokens !== undefined;
  return isCounted && record.tokensFrom !== 'local' ? undefined : 'uncounted';
}

function heldOf(
  record: TurnRecord,
  { previous, opening }: User,
  { tokens, foundTokens }: SharedTokens,
): HeldTokens {
  if (isFollowing(record, previous)) {
    const { answers, prompts } = heldTokens(record, previous);
    return { answers, prompts, shared: tokens };
  }
  const held = isReplay(record, opening) ? record.inputTokens! : foundTokens;
  return { answers: held, prompts: held, shared: foundTokens };
}

/** The conversations that one cache was asked for. */
class Cache {
  readonly #blockTokens: number;
  readonly #users = new Map<number, User>();
  #names = 0;
  readonly #next = () => this.#names++;
  readonly #room = new Room();
  /** What all begin with, and each tenant. */
  readonly #shared = new Map<string | undefined, PromptLine>();

  readonly #options: IdealOptions;
  /** Requests whose prompt another conversation had sent before, and the names of what was sent. */
  readonly #again: ReadonlySet<TurnRecord>;
  readonly #replays = new Replays<Int32Array>();

  constructor(again: ReadonlySet<TurnRecord>, options: IdealOptions) {
    this.#blockTokens = options.blockTokens;
    this.#options = options;
    this.#again = again;
  }

  add(asked: Asked, shared: SharedTokens): RunReference {
    const { record } = asked;
    const user = this.#userOf(record.userId);
    const own = heldOf(record, user, shared);
    const said = this.#again.has(record) ? this.#replays.find(record) : undefined;
    const whole = { answers: record.inputTokens!, prompts: record.inputTokens! };
    const held = said ? { ...own, ...whole } : own;
    const as = answersComeBack(user.previous, this.#options) ? 'answers' : 'prompts';
    const inputTokens = record.inputTokens!;
    const fedTokens = inputTokens + Math.max(0, record.outputTokens! - 1);
    const { previous } = user;
    const follows = isFollowing(record, previous);
    const goesOn = !said && (follows || isReplay(record, user.opening));
    const names = user.line.to(
      goesOn ? this.#blocksOf(held[as]) : 0,
      this.#blocksOf(fedTokens),
      said ?? this.#sharedNames(record, shared),
    );
    if (this.#again.size > 0)
      this.#replays.add(record, names.subarray(0, this.#blocksOf(inputTokens)));
    const ideal = {
      answers: this.#found(held.answers, inputTokens),
      prompts: this.#found(held.prompts, inputTokens),
      shared: this.#found(held.shared, inputTokens),
    };
    user.previous = record;
    if (record.turn === 0) user.opening = record;
    // Subtle: written out, so that the references of a million requests are of one shape, and quick to go through.
    return {
      record,
      cacheKey: asked.cacheKey,
      sentMs: asked.sentMs,
      offsetMs: asked.offsetMs,
      endMs: record.endMs! + asked.offsetMs,
      inputTokens,
      outputTokens: record.outputTokens!,
      names,
      promptBlocks: this.#blocksOf(inputTokens),
      ideal,
      idealTokens: ideal[as],
      held,
      previous: follows ? previous : undefined,
    };
  }

  /** Of the one that it repeats; else of all, and a tenant's beginning goes on behind that. */
  #sharedNames({ sharedWith }: TurnRecord, { shares, tokens }: SharedTokens): Int32Array {
    if (sharedWith !== undefined) {
      return this.#userOf(sharedWith).line.known(this.#blocksOf(tokens));
    }
    let names: Int32Array = new Int32Array(0);
    for (const { tenant, tokens } of shares) {
      const blocks = this.#blocksOf(tokens);
      let line = this.#shared.get(tenant);
      if (!line) {
        this.#shared.set(tenant, (line = new PromptLine(this.#next, this.#room)));
        line.to(0, blocks, names);
      }
      names = line.first(blocks);
    }
    return names;
  }

  #found(heldTokens: number, inputTokens: number): number {
    return this.#blockTokens * this.#blocksOf(Math.min(heldTokens, inputTokens - 1));
  }

  #blocksOf(tokens: number): number {
    return Math.max(0, Math.floor(tokens / this.#blockTokens));
  }

  #userOf(userId: number): User {
    let user = this.#users.get(userId);
    if (!user) this.#users.set(userId, (user = { line: new PromptLine(this.#next, this.#room) }));
    return user;
  }
}

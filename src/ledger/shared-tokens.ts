import { FirstSenders, type Share, sharesOf } from '../cache/first-senders.ts';
import type { TurnRecord } from '../record/record.ts';

/** A completed request of a run, and which cache it was put to. */
export interface Asked {
  readonly record: TurnRecord;
  /** Requests of the same one found what the others had put there. */
  readonly cacheKey: unknown;
  /** On the timeline that all parts share; `offsetMs` puts the record's other times there. */
  readonly sentMs: number;
  readonly offsetMs: number;
}

export interface SharedTokens {
  /** Leading tokens that all users' prompts have in common, and then those of its tenant; none of nothing. */
  readonly shares: readonly Share[];
  /** The longest of them. */
  readonly tokens: number;
  /** Those that are there when a conversation begins: none for the first that is sent. */
  readonly foundTokens: number;
}

/** What a chat template puts before the first message is shared too, and nobody counts it: at most so many tokens. */
const TEMPLATE_MAX = 64;

/** By what a first request found that is more than what is declared: which users' did. */
type Beyond = Map<number, Set<number>>;

interface Scope {
  readonly senders: FirstSenders;
  /** Of those that share so much with all, or with their tenant. */
  readonly beyond: Map<string | undefined, Beyond>;
  /** How much more than is declared those found who share it with one other: the two that found the most. */
  readonly heads: number[];
}

const NONE: SharedTokens = { shares: [], tokens: 0, foundTokens: 0 };

/**
 * How much of each prompt all users share, or all of a tenant: what the scenario declares, and where the first
 * requests of two users or more found the chat template's head as well, that too: of the same part they found as much;
 * where each shares a part of its own with another, all have as much of the head as the second best found. `asked` is
 * in the order of sending.
 */
export function sharedTokensOf(
  asked: readonly Asked[],
  { isSharedByUsers }: { readonly isSharedByUsers: boolean },
): (one: Asked) => SharedTokens {
  const scopes = new Map<unknown, Scope>();
  for (const { record, cacheKey, sentMs } of asked) {
    scopeOf(scopes, cacheKey).senders.offer(record, sentMs);
  }
  const begun = new Set<number>();
  for (const { record, cacheKey } of asked) {
    const isFirst = record.turn === 0 && !begun.has(record.userId);
    begun.add(record.userId);
    if (isFirst) see(scopes.get(cacheKey)!, record);
  }
  return ({ record, cacheKey }) => {
    if (!isSharedByUsers) return NONE;
    const { senders, beyond, heads } = scopes.get(cacheKey)!;
    const headTokens = heads[1] ?? 0;
    const shares = sharesOf(record).map(({ tenant, tokens }) => ({
      tenant,
      tokens:
        record.sharedWith === undefined
          ? withTemplate(tokens, beyond.get(tenant))
          : tokens + headTokens,
    }));
    const found = shares.findLast(({ tenant }) => !senders.isFirst(record, tenant));
    return { shares, tokens: shares.at(-1)?.tokens ?? 0, foundTokens: found?.tokens ?? 0 };
  };
}

function see({ senders, beyond, heads }: Scope, record: TurnRecord): void {
  // It finds its prompt as a whole.
  if (record.replayOf !== undefined) return;
  const share = senders.foundBy(record) ?? sharesOf(record)[0];
  if (!share) return;
  const { cachedTokens = 0, userId } = record;
  const more = cachedTokens - share.tokens;
  if (more <= 0 || more > TEMPLATE_MAX) return;
  if (record.sharedWith !== undefined) {
    heads.push(more);
    heads.sort((a, b) => b - a).splice(2);
    return;
  }
  let seen = beyond.get(share.tenant);
  if (!seen) beyond.set(share.tenant, (seen = new Map()));
  const users = seen.get(cachedTokens);
  if (users) users.add(userId);
  else seen.set(cachedTokens, new Set([userId]));
}

function withTemplate(declared: number, beyond: Beyond = new Map()): number {
  let tokens = declared;
  for (const [seen, users] of beyond) {
    if (users.size > 1 && seen - declared <= TEMPLATE_MAX) tokens = Math.max(tokens, seen);
  }
  return tokens;
}

function scopeOf(scopes: Map<unknown, Scope>, key: unknown): Scope {
  let scope = scopes.get(key);
  if (!scope)
    scopes.set(key, (scope = { senders: new FirstSenders(), beyond: new Map(), heads: [] }));
  return scope;
}

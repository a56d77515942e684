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
  /** Leading tokens that all users' prompts have in common. */
  readonly tokens: number;
  /** Those that are there when a conversation begins: none for the first that is sent. */
  readonly foundTokens: number;
}

/** What a chat template puts before the first message is shared too, and nobody counts it: at most so many tokens. */
const TEMPLATE_MAX = 64;

interface Scope {
  firstUserId: number | undefined;
  /** More than the scenario declares: which users' first requests found so much. */
  readonly found: Map<number, Set<number>>;
}

/**
 * How much of each prompt all users share: what the scenario declares, and where the first requests of two users or
 * more found the chat template's head as well, that too. `asked` is in the order of sending.
 */
export function sharedTokensOf(
  asked: readonly Asked[],
  { isSharedByUsers }: { readonly isSharedByUsers: boolean },
): (one: Asked) => SharedTokens {
  const scopes = new Map<unknown, Scope>();
  const begun = new Set<number>();
  for (const { record, cacheKey } of asked) {
    const scope = scopeOf(scopes, cacheKey);
    const { userId, cachedTokens = 0, sharedTokens: declared = 0 } = record;
    if (declared > 0) scope.firstUserId ??= userId;
    const isFirst = record.turn === 0 && !begun.has(userId);
    begun.add(userId);
    const beyond = cachedTokens - declared;
    if (!isFirst || declared === 0 || beyond <= 0 || beyond > TEMPLATE_MAX) continue;
    const users = scope.found.get(cachedTokens);
    if (users) users.add(userId);
    else scope.found.set(cachedTokens, new Set([userId]));
  }
  return ({ record, cacheKey }) => {
    if (!isSharedByUsers) return { tokens: 0, foundTokens: 0 };
    const { firstUserId, found } = scopes.get(cacheKey)!;
    const tokens = withTemplate(record.sharedTokens ?? 0, found);
    return { tokens, foundTokens: firstUserId === record.userId ? 0 : tokens };
  };
}

function withTemplate(declared: number, found: Scope['found']): number {
  let tokens = declared;
  if (declared === 0) return 0;
  for (const [seen, users] of found) {
    if (users.size > 1 && seen - declared <= TEMPLATE_MAX) tokens = Math.max(tokens, seen);
  }
  return tokens;
}

function scopeOf(scopes: Map<unknown, Scope>, key: unknown): Scope {
  let scope = scopes.get(key);
  if (!scope) scopes.set(key, (scope = { firstUserId: undefined, found: new Map() }));
  return scope;
}

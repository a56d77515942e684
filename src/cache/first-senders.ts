import type { TurnRecord } from '../record/record.ts';

type Sharer = Pick<TurnRecord, 'userId' | 'tenant' | 'sharedTokens' | 'tenantTokens'>;

/** Leading tokens of a prompt that a group of conversations has in common. */
export interface Share {
  /** Absent: all of the run are in it. */
  readonly tenant?: string | undefined;
  readonly tokens: number;
}

/** What it begins with and others too, as planned: first what all do, then what those of its tenant do. */
export function sharesOf({ tenant, sharedTokens, tenantTokens }: Sharer): Share[] {
  const ofAll = sharedTokens ? [{ tokens: sharedTokens }] : [];
  const isMore = tenant !== undefined && (tenantTokens ?? 0) > (sharedTokens ?? 0);
  return isMore ? [...ofAll, { tenant, tokens: tenantTokens! }] : ofAll;
}

/** Who was the first to send what several share: whoever comes later finds it. */
export class FirstSenders {
  readonly #first = new Map<string | undefined, { sentMs: number; userId: number }>();

  /** In any order. `sentMs` is on the timeline that all parts share. */
  offer(record: Sharer, sentMs: number): void {
    for (const { tenant } of sharesOf(record)) this.#offer(tenant, sentMs, record.userId);
  }

  merge(other: FirstSenders): void {
    for (const [tenant, { sentMs, userId }] of other.#first) this.#offer(tenant, sentMs, userId);
  }

  /** What a conversation's first prompt has in common with others that were sent before: the longest; absent: nothing. */
  foundBy(record: Sharer): Share | undefined {
    // Whoever is the first of all is the first of its tenant, whose share is the longer one.
    return sharesOf(record).findLast(({ tenant }) => !this.isFirst(record, tenant));
  }

  isFirst({ userId }: Sharer, tenant: string | undefined): boolean {
    return this.#first.get(tenant)?.userId === userId;
  }

  #offer(tenant: string | undefined, sentMs: number, userId: number): void {
    const first = this.#first.get(tenant);
    const isEarlier =
      !first || sentMs < first.sentMs || (sentMs === first.sentMs && userId < first.userId);
    if (isEarlier) this.#first.set(tenant, { sentMs, userId });
  }
}

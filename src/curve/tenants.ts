import type { Beginnings } from './beginnings.ts';
import { type FoundAtMarks, type Group, grouped } from './groups.ts';
import type { Row } from './rows.ts';

/** Conversations that find what others of them left, and not what the rest did. */
export interface Tenant extends Group {
  /** As it was told, or numbered in the order of coming. */
  readonly name: string;
  readonly sessions: number;
}

/**
 * By whose the requests are, those with the most input first; undefined where all are alike, or each conversation is
 * alone with what it says.
 */
export function byTenant(
  rows: readonly Row[],
  found: FoundAtMarks,
  beginnings: Beginnings,
): readonly Tenant[] | undefined {
  const names = new Map<number, string>();
  const nameOf = ({ tenant, beginning }: Row): string | undefined => {
    if (tenant !== undefined || !beginning) return tenant;
    const number = beginnings.tenantOf(beginning);
    if (number === undefined) return undefined;
    if (!names.has(number)) names.set(number, String(names.size + 1));
    return names.get(number);
  };
  const sessions = new Map<string, Set<string | undefined>>();
  const groups = grouped(rows, found, (row) => {
    const name = nameOf(row);
    if (name === undefined) return undefined;
    let own = sessions.get(name);
    if (!own) sessions.set(name, (own = new Set()));
    own.add(row.session);
    return name;
  });
  const tenants = [...groups].map(
    ([name, sum]): Tenant => ({ name, sessions: sessions.get(name)!.size, ...sum.close() }),
  );
  const isAny = tenants.length > 1 && tenants.some((tenant) => tenant.sessions > 1);
  return isAny ? tenants.sort((a, b) => b.inputTokens - a.inputTokens) : undefined;
}

import { hundredths } from '../inspect/reuse-text.ts';
import { field, type Section, type TableColumn } from '../report/section.ts';
import type { Distribution } from '../stats/quantile.ts';
import type { Group, NamedGroup, SessionsSummary } from './groups.ts';
import type { CurveResult, Mark } from './result.ts';
import type { Tenant } from './tenants.ts';

/** The same by turn, by session, and by what else requests are told apart by. */
export function groupSections(result: CurveResult): Section[] {
  const { turns, sessions, tenants, groups, marks } = result;
  return [
    ...(turns.length > 1 ? [turnSection(result)] : []),
    ...(sessions && sessions.sessions > 1 ? [sessionSection(sessions, marks)] : []),
    ...(tenants ? [tenantSection(tenants, marks)] : []),
    ...Object.entries(groups).map(([kind, named]) => namedSection(kind, named, marks)),
  ];
}

const TURNS_SHOWN = 12;
const GROUPS_SHOWN = 10;

function groupColumns(marks: readonly Mark[]): TableColumn[] {
  return [
    { title: 'requests', format: 'count' },
    { title: 'input tokens', format: 'count' },
    ...marks.map(({ blocks }) => ({ title: `${blocks} blocks`, format: 'percent' as const })),
    { title: 'unlimited', format: 'percent' },
  ];
}

function cellsOf({ requests, inputTokens, atMarks, unlimited }: Group) {
  return [requests, inputTokens, ...atMarks, unlimited];
}

function turnSection({ turns, marks }: CurveResult): Section {
  const more = turns.length - TURNS_SHOWN;
  return {
    title: 'By turn, of tokens',
    table: {
      columns: [{ title: 'turn' }, ...groupColumns(marks)],
      rows: turns.slice(0, TURNS_SHOWN).map((turn) => ({
        cells: [String(turn.turn + 1), ...cellsOf(turn)],
      })),
    },
    ...(more > 0 && { lines: [`and ${more} later ones, which --json has`] }),
  };
}

function sessionSection(sessions: SessionsSummary, marks: readonly Mark[]): Section {
  const { unlimited, atMarks, worst } = sessions;
  const rows = [
    ...marks.map(({ blocks }, mark) => ({ name: `${blocks} blocks`, of: atMarks[mark]! })),
    { name: 'unlimited', of: unlimited },
  ];
  return {
    title: `By session, of the tokens of each of ${sessions.sessions}`,
    fields: [
      ...rows.map(({ name, of }) => field(name, quantiles(of))),
      ...(worst.length
        ? [field('least', ...worst.map((one) => worstText(one, marks.length)))]
        : []),
    ],
  };
}

function quantiles({ mean, min, p25, p50, p75, max }: Distribution): string {
  return `mean ${hundredths(mean)}; least, quartiles, most ${[min, p25, p50, p75, max].map(hundredths).join(', ')}`;
}

function worstText(
  { name, requests, inputTokens, atMarks, unlimited }: NamedGroup,
  marks: number,
): string {
  const shares = marks
    ? `${hundredths(atMarks[marks - 1]!)} of ${hundredths(unlimited)}`
    : hundredths(unlimited);
  return `${shares}: session ${name}, ${requests} requests, ${inputTokens} tokens`;
}

function tenantSection(tenants: readonly Tenant[], marks: readonly Mark[]): Section {
  const more = tenants.length - GROUPS_SHOWN;
  return {
    title: 'By tenant, of tokens',
    table: {
      columns: [
        { title: 'tenant' },
        { title: 'sessions', format: 'count' },
        ...groupColumns(marks),
      ],
      rows: tenants.slice(0, GROUPS_SHOWN).map((tenant) => ({
        cells: [tenant.name, tenant.sessions, ...cellsOf(tenant)],
      })),
    },
    notes: [
      'Tenants: conversations that begin alike, beyond what all begin with: with a system prompt, tools or a salt of their own.',
    ],
    ...(more > 0 && { lines: [`and ${more} smaller ones, which --json has`] }),
  };
}

function namedSection(kind: string, named: readonly NamedGroup[], marks: readonly Mark[]): Section {
  const more = named.length - GROUPS_SHOWN;
  return {
    title: `By ${kind}, of tokens`,
    table: {
      columns: [{ title: kind }, ...groupColumns(marks)],
      rows: named
        .slice(0, GROUPS_SHOWN)
        .map((group) => ({ cells: [group.name, ...cellsOf(group)] })),
    },
    ...(more > 0 && { lines: [`and ${more} smaller ones, which --json has`] }),
  };
}

import type { Section, TableColumn, TableRow } from '../report/section.ts';
import { CAUSES } from './causes.ts';
import type { Ledger } from './explain.ts';
import { deficitNames, lostTokens, type Sums } from './sums.ts';

/** Sessions that lost the most are named, and tenants that asked the most. */
const SESSIONS_SHOWN = 5;
const TENANTS_SHOWN = 10;

/** The same by turn, by session, and by tenant where there are several. */
export function groupSections(ledger: Ledger): Section[] {
  return [
    turnsSection(ledger),
    sessionsSection(ledger),
    ...(ledger.byTenant.length > 1 ? [tenantsSection(ledger)] : []),
  ];
}

function turnsSection({ byTurn, total }: Ledger): Section {
  return {
    title: 'By turn',
    table: {
      columns: sumsColumns('turn', total),
      rows: byTurn.map(({ key, sums }) => sumsRow(String(key + 1), sums)),
    },
  };
}

function sumsColumns(title: string, { predictedTokens }: Sums): TableColumn[] {
  return [
    { title },
    { title: 'requests', format: 'count' },
    { title: 'input', format: 'count', detail: 1 },
    { title: 'ideal', format: 'percent' },
    ...(predictedTokens === undefined ? [] : [{ title: 'predicted', format: 'percent' as const }]),
    { title: 'found', format: 'percent' },
    { title: 'lost', format: 'count' },
    { title: 'mostly' },
  ];
}

function sumsRow(name: string, sums: Sums): TableRow {
  const share = (tokens: number) => tokens / sums.inputTokens;
  return {
    cells: [
      name,
      sums.requests,
      sums.inputTokens,
      share(sums.idealTokens),
      ...(sums.predictedTokens === undefined ? [] : [share(sums.predictedTokens)]),
      sums.reported ? share(sums.observedTokens) : undefined,
      lostTokens(sums),
      mostly(sums),
    ],
  };
}

function mostly(sums: Sums): string {
  const [first] = deficitNames(sums).sort((a, b) => sums.causes[b] - sums.causes[a]);
  return first === undefined ? '' : CAUSES[first].title;
}

function sessionsSection({ bySession, total }: Ledger): Section {
  const worst = bySession
    .toSorted((a, b) => lostTokens(b.sums) - lostTokens(a.sums) || a.key - b.key)
    .slice(0, SESSIONS_SHOWN)
    .filter(({ sums }) => lostTokens(sums) > 0);
  const clean = bySession.filter(({ sums }) => lostTokens(sums) === 0).length;
  return {
    title: 'By session',
    ...(worst.length > 0 && {
      table: {
        columns: sumsColumns('user', total),
        rows: worst.map(({ key, sums }) => sumsRow(String(key), sums)),
      },
    }),
    lines: [
      `${clean} of ${bySession.length} sessions lost nothing${worst.length ? '; above are those that lost the most' : ''}.`,
    ],
  };
}

function tenantsSection({ byTenant, total }: Ledger): Section {
  const most = byTenant
    .toSorted((a, b) => b.sums.inputTokens - a.sums.inputTokens)
    .slice(0, TENANTS_SHOWN);
  const more = byTenant.length - most.length;
  return {
    title: 'By tenant',
    table: {
      columns: sumsColumns('tenant', total),
      rows: most.map(({ key, sums }) => sumsRow(key, sums)),
    },
    notes: ['Tenants: conversations that begin with the same system prompt and tools.'],
    ...(more > 0 && { lines: [`and ${more} smaller ones, which --json has`] }),
  };
}

import { BOUND_LEGEND, CAPACITY_LEGEND, GB, hasBound } from '../inspect/reuse-text.ts';
import type { Section, Table, TableColumn, Term } from '../report/section.ts';
import type { CurveResult, Definitions } from './result.ts';

/** LRU by capacity, by every definition of a hit rate, the bound beside it and what has no limit below. */
export function capacitySection(result: CurveResult): Section {
  const isBound = hasBound(result.reuse.lru);
  return {
    title: 'Hit share by capacity, least recently used first out, by definition',
    table: table(result),
    notes: [CAPACITY_LEGEND, ...(isBound ? [] : [NO_BOUND])],
    terms: [...TERMS, ...(isBound ? [{ term: 'bound', says: `of tokens. ${BOUND_LEGEND}` }] : [])],
  };
}

const TERMS: readonly Term[] = [
  { term: 'token', says: 'tokens found, of all input tokens: what engines count' },
  { term: 'block', says: 'blocks found, of the blocks of all prompts' },
  { term: 'mean', says: 'the mean of the token shares of each request' },
  { term: 'any', says: 'requests that find at least one block' },
  { term: 'full', says: 'requests that find all that they look for' },
];

const NO_BOUND =
  'There are too many references to blocks for the upper bound of who knows the future.';

interface Row extends Partial<Definitions> {
  readonly name: string | number;
  readonly bound?: number | undefined;
}

function table(result: CurveResult): Table {
  const { definitions, reuse, bytesPerToken } = result;
  const { points } = reuse.lru;
  const rows: Row[] = [
    ...definitions.map((one, index) => ({
      ...one,
      name: one.blocks,
      bound: points[index]?.boundShare,
    })),
    { name: 'unlimited', ...reuse.unlimited },
  ];
  const columns: (TableColumn & { of: (row: Row) => number | string | undefined })[] = [
    { title: 'blocks', of: ({ name }) => String(name) },
    { title: 'tokens', format: 'count', of: ({ tokens }) => tokens ?? '', detail: 1 },
    ...(bytesPerToken === undefined
      ? []
      : [{ title: 'GB', of: ({ bytes }: Row) => (bytes === undefined ? '' : bytes / GB) }]),
    { title: 'token', format: 'percent', of: ({ token }) => token },
    { title: 'block', format: 'percent', of: ({ block }) => block },
    { title: 'mean', format: 'percent', of: ({ requestMean }) => requestMean },
    { title: 'any', format: 'percent', of: ({ any }) => any },
    { title: 'full', format: 'percent', of: ({ full }) => full },
    ...(hasBound(reuse.lru)
      ? [{ title: 'bound', format: 'percent' as const, of: ({ bound }: Row) => bound ?? '' }]
      : []),
  ];
  return {
    columns: columns.map(({ of: _, ...column }) => column),
    rows: rows.map((row) => ({ cells: columns.map(({ of }) => of(row)) })),
  };
}

import { field, type Section, type Table, type TableColumn } from '../report/section.ts';
import type { Distribution } from '../stats/quantile.ts';
import type { BlocksSummary } from './blocks.ts';
import type { CapacityPoint, LruSummary, ReuseSummary, TtlSummary } from './inspection.ts';
import type { SaidSummary } from './said.ts';

export const GB = 1e9;

/** What prefix caches could find, of no limit, of any size, and of any time to live. */
export function reuseSections(reuse: ReuseSummary, blocks: BlocksSummary): Section[] {
  const { lru, ttl } = reuse;
  return [
    unlimitedSection(reuse, blocks),
    {
      title: 'By capacity, least recently used first out',
      table: capacityTable(lru),
      notes: [hasBound(lru) ? `${CAPACITY_LEGEND} ${BOUND_LEGEND}` : CAPACITY_LEGEND],
    },
    ...(reuse.unlimited.foundTokens > 0 ? [neededSection(lru)] : []),
    ...(ttl
      ? [{ title: 'By time to live, of any size', table: ttlTable(ttl), notes: [TTL_LEGEND] }]
      : []),
  ];
}

export const CAPACITY_LEGEND =
  'Exact for prompts one after the other, each touched from its tail to its root, as vLLM frees it.';
export const BOUND_LEGEND =
  'The bound knows the future and may keep blocks whose beginning it gave up: no policy finds more.';

export function hasBound({ points }: Pick<LruSummary, 'points'>): boolean {
  return points.some(({ boundShare }) => boundShare !== undefined);
}

export const TTL_LEGEND = `A block lives for so long after its last use; a hit refreshes it.`;

function unlimitedSection(reuse: ReuseSummary, { rounding }: BlocksSummary): Section {
  const { unlimited, warmupRequests, requests, inputTokens, blocks, sessionShares } = reuse;
  const { foundTokens, foundBlocks, engineBlockTokens } = unlimited;
  const parts = rounding === 'ceil' ? ', partial ones too' : '';
  const says = (share: number, what: string) => `${hundredths(share)}: ${what}`;
  return {
    title: 'Hit share of a cache that never forgets, by definition',
    fields: [
      field('of tokens', says(unlimited.token, `${foundTokens} of ${inputTokens} input tokens`)),
      field('of blocks', says(unlimited.block, `${foundBlocks} of ${blocks}${parts}`)),
      field('mean', says(unlimited.requestMean, 'the mean of the shares of each request')),
      field('any', says(unlimited.any, 'requests that find at least one block')),
      field('full', says(unlimited.full, 'requests that find all of theirs')),
      field(
        'engines count',
        says(
          unlimited.engine,
          `of tokens, in whole blocks of ${engineBlockTokens}, never a prompt's last token`,
        ),
      ),
      ...(sessionShares && sessionShares.count > 1
        ? [field('by session', sessionText(sessionShares))]
        : []),
    ],
    ...(warmupRequests && {
      lines: [`of the last ${requests} requests, after ${warmupRequests} that only fill the cache`],
    }),
  };
}

function sessionText({ mean, min, p25, p50, p75, max }: Distribution): string {
  const quartiles = [min, p25, p50, p75, max].map(hundredths).join(', ');
  return `mean ${hundredths(mean)}; least, quartiles and greatest ${quartiles}`;
}

/** The same of prompts whose messages are known, and not their tokens. */
export function saidSection(said: SaidSummary): Section {
  const { characters, messages, foundMessages, foundCharacters } = said;
  const says = (share: number, what: string) => `${hundredths(share)}: ${what}`;
  return {
    title: 'Hit share of a cache that never forgets, by messages',
    fields: [
      field('of characters', says(said.share, `${foundCharacters} of ${characters}`)),
      field('of messages', says(foundMessages / messages, `${foundMessages} of ${messages}`)),
      field('mean', says(said.requestMean, 'the mean of the shares of each request')),
      field('any', says(said.any, 'requests that find at least one message')),
      field('full', says(said.full, 'requests that find all of theirs')),
    ],
    notes: [SAID_LEGEND],
  };
}

const SAID_LEGEND = `Whole messages behind the same beginning, in characters; answers come back as they were recorded. An engine
  counts tokens, with its template and tools, and finds where messages begin alike too.`;

/** A digit more than other shares: one request of ten thousand that finds nothing is to be seen. */
export function hundredths(share: number): string {
  return `${(100 * share).toFixed(2)} %`;
}

function capacityTable(lru: LruSummary): Table {
  const { points } = lru;
  const has = (key: keyof CapacityPoint) => points.some((point) => point[key] !== undefined);
  const columns: (TableColumn & { of: (point: CapacityPoint) => number | undefined })[] = [
    { title: 'blocks', format: 'count', of: ({ blocks }) => blocks },
    { title: 'tokens', format: 'count', of: ({ tokens }) => tokens },
    ...(has('bytes') ? [{ title: 'GB', of: ({ bytes }: CapacityPoint) => bytes! / GB }] : []),
    { title: 'of tokens', format: 'percent', of: ({ share }) => share },
    { title: 'of blocks', format: 'percent', of: ({ blockShare }) => blockShare },
    ...(hasBound(lru)
      ? [
          {
            title: 'bound, of tokens',
            format: 'percent' as const,
            of: ({ boundShare }: CapacityPoint) => boundShare,
          },
        ]
      : []),
  ];
  return {
    columns: columns.map(({ of: _, ...column }) => column),
    rows: points.map((point) => ({ cells: columns.map(({ of }) => of(point)) })),
  };
}

/** How large a cache must be for a part of what there is to find. */
export function neededSection({ needed }: LruSummary): Section {
  const hasBytes = needed.some(({ bytes }) => bytes !== undefined);
  return {
    title: 'Capacity for a part of what a cache that never forgets finds',
    table: {
      columns: [
        { title: '' },
        { title: 'blocks', format: 'count' },
        { title: 'tokens', format: 'count' },
        ...(hasBytes ? [{ title: 'GB' }] : []),
      ],
      rows: needed.map(({ shareOfUnlimited, blocks, tokens, bytes }) => ({
        cells: [
          `${Math.round(100 * shareOfUnlimited)} %`,
          blocks,
          tokens,
          ...(hasBytes ? [bytes! / GB] : []),
        ],
      })),
    },
  };
}

function ttlTable({ points }: TtlSummary): Table {
  return {
    columns: [
      { title: 'time to live', unit: 's', format: 'amount' },
      { title: 'of tokens', format: 'percent' },
      { title: 'of blocks', format: 'percent' },
    ],
    rows: points.map(({ ttlSec, share, blockShare }) => ({ cells: [ttlSec, share, blockShare] })),
  };
}

/** A number of a whole run: there is one of it, so it has no statistics and no row in the table. */
interface Total {
  readonly label: string;
  readonly unit: 'requests' | 'requests/s' | 'conversations/s' | 'tokens/s' | 'share' | 'ratio';
  readonly says: string;
}

/** By their path in summary.json. Shares are 0 to 1 there, and percent in print. */
export const TOTALS = {
  'counts.planned': {
    label: 'planned',
    unit: 'requests',
    says: 'all turns of all conversations that arrived: completed + failed + cancelled + unsent, less those that a resume played again',
  },
  'counts.errorRate': {
    label: 'error rate',
    unit: 'share',
    says: 'failed / (completed + failed) requests',
  },
  'rates.conversationsPerSec': {
    label: 'conversations',
    unit: 'conversations/s',
    says: 'those whose first turn fell due per second, until no more came, or the drain',
  },
  'rates.offeredPerSec': {
    label: 'offered',
    unit: 'requests/s',
    says: 'requests that fell due per second, until no more did, or the drain',
  },
  'rates.achievedPerSec': {
    label: 'achieved',
    unit: 'requests/s',
    says: 'requests completed per second, drain included',
  },
  'rates.inputTokensPerSec': {
    label: 'input',
    unit: 'tokens/s',
    says: 'tokens of completed requests per second, drain included',
  },
  'rates.outputTokensPerSec': {
    label: 'output',
    unit: 'tokens/s',
    says: 'tokens of completed requests per second, drain included',
  },
  'goodput.share': {
    label: 'goodput share',
    unit: 'share',
    says: 'requests that met every limit of the slo / (completed + failed) requests',
  },
  'goodput.perSec': {
    label: 'goodput',
    unit: 'requests/s',
    says: 'requests that met every limit of the slo per second, drain included',
  },
  'concurrency.mean': {
    label: 'in flight',
    unit: 'requests',
    says: 'requests between sent and end, failed ones included, averaged over time',
  },
  'cache.share': {
    label: 'cached',
    unit: 'share',
    says: 'cached / input tokens of the requests whose answer named cached tokens',
  },
  'cache.external.share': {
    label: 'below GPU',
    unit: 'share',
    says: 'of the cached tokens: from host memory, storage or another engine, where reported',
  },
  idealCachedShare: {
    label: 'ideal',
    unit: 'share',
    says: 'of the input tokens: what a prefix cache of full blocks that never forgets would have held',
  },
  arrivalGapCv: {
    label: 'CV of the gaps',
    unit: 'ratio',
    says: 'std / mean of the gaps between first turns: 0 constant, 1 Poisson, above 1 bursts',
  },
} as const satisfies Record<string, Total>;

export type TotalPath = keyof typeof TOTALS;

/** A number by its path in a summary; undefined where it is unknown. */
export function totalOf(summary: object, path: TotalPath): number | undefined {
  const value = path
    .split('.')
    .reduce<unknown>((node, key) => (node as Record<string, unknown> | undefined)?.[key], summary);
  return typeof value === 'number' ? value : undefined;
}

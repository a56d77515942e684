import { percent } from '../report/number.ts';
import { type Field, field, type Section, type Table } from '../report/section.ts';
import type { RunCapacity } from './capacity.ts';
import { disagreeingAt, type InferredCapacity } from './infer.ts';
import { isWide, marksOf } from './marks.ts';
import { gigabytesOf, sizeText } from './size-text.ts';
import { sizesOf } from './sizes.ts';

/** How large the cache is, in words and as a table. `name`: of the run. */
export function capacitySections(capacity: RunCapacity, name: string): Section[] {
  const { tiers } = capacity;
  if (!tiers) return [{ title: `Prefix cache of ${name}`, lines: [NOTHING_TOLD] }];
  const { gpu, below } = tiers;
  return [
    {
      title: `Prefix cache of ${name}`,
      fields: [
        ...inferredFields(below ? 'GPU' : 'capacity', gpu, capacity),
        ...(below ? inferredFields('below it', below, capacity) : []),
        ...waitingFields(capacity),
        ...advertisedFields(capacity),
        ...leftOutFields(capacity),
      ],
      notes: [...doubtsOf(gpu), ...(tiers.toldBy === 'hits' ? [BY_HITS] : [])],
    },
    {
      title: 'By capacity',
      table: capacityTable(capacity),
      notes: [LEGEND],
    },
  ];
}

const NOTHING_TOLD =
  'unknown: the engine reported no cached tokens; vLLM does with --enable-prompt-tokens-details, SGLang with --enable-cache-report';
const LEGEND =
  'LRU: what a cache of that size finds of these requests, at the times at which they came and went. Contradict: requests that found what it cannot have, or missed what it must have had.';
const BY_HITS =
  'The engine did not tell what came from below the GPU. It follows from where hits end: a tier that stores prompts, but no answers before they come back, holds nothing beyond what was a prompt before.';

function inferredFields(label: string, inferred: InferredCapacity, run: RunCapacity): Field[] {
  const { telling, requests, disagreeing } = inferred;
  return [
    field(label, sizeOf(inferred, run), ...(inferred.isLowByNeed ? [BY_NEED] : [])),
    {
      ...field(
        'told by',
        `${telling} of ${requests} requests, of which ${disagreeing} contradict it`,
      ),
      level: 1,
    },
  ];
}

const BY_NEED = 'no hit tells a lower end: it is what the largest request needs';

/** Where hits tell little, what was held while requests waited tells something. */
function waitingFields({ tiers, waiting }: RunCapacity): Field[] {
  if (!waiting || !isWide(tiers!.gpu)) return [];
  const { requests, heldBlocks, running } = waiting;
  const [few, many] = running;
  const held = `${requests} requests had waited when they were let in, and then ${few} to ${many} ran and held up to ${heldBlocks} blocks`;
  return [
    field(
      'waiting',
      many <= few + 1
        ? `${held}: always as many requests, so it may be their number that is limited`
        : `${held}: if it was for room that they waited, there are about so many`,
    ),
  ];
}

function sizeOf(inferred: InferredCapacity, run: RunCapacity): string {
  const { blocks, low, high } = inferred;
  if (high === undefined) {
    return `at least ${sizeText(low, run)}: nothing that was asked for again had been evicted, so hits show no upper end`;
  }
  if (isWide(inferred)) {
    return `between ${sizeText(low, run)} and ${sizeText(high, run)}, 95 %: hits tell no more`;
  }
  const interval = low === high ? 'to the block' : `95 %: ${low} to ${high} blocks`;
  return `${sizeText(blocks, run)}, ${interval}`;
}

function advertisedFields(run: RunCapacity): Field[] {
  const { advertised, tiers } = run;
  if (!advertised) return [field('advertised', 'unknown: no /metrics page tells it')];
  const { blocks, says, belowBytes } = advertised;
  return [
    field(
      'advertised',
      `${sizeText(blocks, run)}: ${says}`,
      comparedText(blocks, tiers!.gpu),
      ...(belowBytes === undefined ? [] : [belowText(belowBytes, run)]),
    ),
  ];
}

function comparedText(advertised: number, { blocks, low, high }: InferredCapacity): string {
  if (high === undefined) {
    return low <= advertised
      ? 'which the hits do not contradict'
      : 'LESS than the hits show: is there a tier below the GPU?';
  }
  if (low <= advertised && advertised <= high) return 'within the interval of what the hits show';
  const share = blocks / advertised - 1;
  return `the hits show ${percent(Math.abs(share))} ${share < 0 ? 'less' : 'more'}`;
}

function belowText(bytes: number, { blockTokens, bytesPerToken }: RunCapacity): string {
  const gib = bytes / 2 ** 30;
  if (bytesPerToken === undefined)
    return `below it ${gib} GiB (--bytes-per-token makes blocks of it)`;
  const blocks = Math.floor(bytes / (blockTokens * bytesPerToken));
  return `below it ${gib} GiB: ${blocks} blocks`;
}

function leftOutFields({ leftOut }: RunCapacity): Field[] {
  const why = {
    uncounted: 'without the counts of a server',
    cumulative: 'that repeat what was said before',
    agents: 'of agents',
  };
  const said = Object.entries(why).flatMap(([reason, says]) => {
    const count = leftOut[reason as keyof typeof leftOut];
    return count > 0 ? [`${count} requests ${says}`] : [];
  });
  return said.length ? [field('left out', ...said)] : [];
}

/** Of those that tell: more than this, and it is hardly an LRU cache that all requests share. */
const DOUBTFUL_SHARE = 0.1;

function doubtsOf({ disagreeing, telling, strangers, requests }: InferredCapacity): string[] {
  return [
    ...(disagreeing > DOUBTFUL_SHARE * telling
      ? [
          'Many requests contradict every capacity: it may be several replicas, no LRU cache, or a prompt that is not what the next turn repeats. Do not trust the number.',
        ]
      : []),
    ...(strangers > 0
      ? [
          `${strangers} of ${requests} requests found what no request of this run had sent before: they tell nothing here, and the cache was not empty when it began.`,
        ]
      : []),
  ];
}

function capacityTable(run: RunCapacity): Table {
  const { tiers, lru, inputTokens, cachedTokens, blockTokens, bytesPerToken } = run;
  const { gpu, below } = tiers!;
  const marks = marksOf(run);
  const sizes = sizesOf(gpu, [...marks.keys()]);
  return {
    columns: [
      { title: 'blocks', format: 'count' },
      { title: 'tokens', format: 'count', detail: 1 },
      ...(bytesPerToken === undefined ? [] : [{ title: 'GB', format: 'measure' as const }]),
      { title: 'LRU finds', format: 'percent' },
      ...(below ? [] : [{ title: 'contradict', format: 'count' as const }]),
      { title: '' },
    ],
    rows: [
      ...sizes.map((blocks) => ({
        cells: [
          blocks,
          blocks * blockTokens,
          ...(bytesPerToken === undefined ? [] : [gigabytesOf(blocks, run)]),
          lru.at(blocks).tokens / inputTokens,
          ...(below ? [] : [disagreeingAt(gpu.disagreements, blocks)]),
          marks.get(blocks) ?? '',
        ],
      })),
      {
        cells: [
          'observed',
          undefined,
          ...(bytesPerToken === undefined ? [] : [undefined]),
          cachedTokens === undefined ? undefined : cachedTokens / inputTokens,
          ...(below ? [] : [undefined]),
          '',
        ],
      },
    ],
  };
}

import type { Figure } from '../report/figures/figure.ts';
import type { Point } from '../stats/sample.ts';
import type { RunCapacity } from './capacity.ts';
import type { InferredCapacity } from './infer.ts';
import { marksOf } from './marks.ts';

const STEPS = 240;

/** Hits by capacity with the server's mark, and what contradicts each capacity. */
export function capacityFigures(capacity: RunCapacity): Figure[] {
  const { tiers } = capacity;
  if (!tiers) return [];
  return [hitsFigure(capacity), ...(tiers.below ? [] : [contrariesFigure(capacity, tiers.gpu)])];
}

function hitsFigure({ tiers, lru, inputTokens, cachedTokens, ...run }: RunCapacity): Figure {
  const { gpu, below } = tiers!;
  const { blockTokens, advertised } = run;
  const shareAt = (blocks: number) => lru.at(blocks).tokens / inputTokens;
  const from = Math.max(1, Math.round(gpu.low / 8));
  const to = 4 * (below?.high ?? below?.low ?? gpu.high ?? gpu.low);
  const points = sizes(from, to).map((blocks): Point => [blocks * blockTokens, shareAt(blocks)]);
  const observed = cachedTokens === undefined ? undefined : cachedTokens / inputTokens;
  const mark = (name: string, blocks: number) => ({ name, at: blocks * blockTokens });
  return {
    name: 'hits-by-capacity',
    title: 'Hits by capacity, and the server',
    kind: 'line',
    x: { label: 'capacity', unit: 'tokens', scale: 'log' },
    y: { label: 'cached input tokens', unit: 'share' },
    series: [{ name: 'LRU', points }],
    marks: [
      ...[...marksOf({ tiers, advertised })].map(([blocks, name]) => mark(name, blocks)),
      ...(observed === undefined ? [] : [{ name: 'observed', at: observed, axis: 'y' as const }]),
    ],
    notes: [
      'LRU: what a cache of each size finds while requests run beside each other, as they came and went (the curve of cache curve: one after the other).',
      ...(gpu.high === undefined ? ['Inferred: at least so much; there is no upper end.'] : []),
    ],
  };
}

function contrariesFigure({ blockTokens }: RunCapacity, gpu: InferredCapacity): Figure {
  const { disagreements, telling, low, high = low } = gpu;
  const from = Math.max(1, low / 8);
  const to = 8 * high;
  const points = disagreements
    .filter(({ blocks }, index) => {
      const next = disagreements[index + 1]?.blocks ?? Infinity;
      return next > from && blocks < to;
    })
    .map(({ blocks, requests }): Point => [Math.max(from, blocks) * blockTokens, requests]);
  const last = points.at(-1)!;
  return {
    name: 'contradictions-by-capacity',
    title: 'Requests that contradict a capacity',
    kind: 'step',
    x: { label: 'capacity', unit: 'tokens', scale: 'log' },
    y: { label: `requests, of ${telling}`, unit: 'count' },
    series: [{ name: 'contradict it', points: [...points, [to * blockTokens, last[1]]] }],
    notes: [
      'Such a request found what a cache of that size cannot have, or missed what it must have had.',
    ],
  };
}

function sizes(from: number, to: number): number[] {
  const all = Array.from({ length: STEPS + 1 }, (_, step) =>
    Math.round(from * (to / from) ** (step / STEPS)),
  );
  return [...new Set(all)];
}

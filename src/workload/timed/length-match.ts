import { bisector } from 'd3-array';
import { below, type Rng } from '../../base/random.ts';

interface Lengths {
  readonly tokens: number;
  readonly completionTokens: number | undefined;
}

/** A range is widened by so much of the length until something is in it; at all of it anything short would be. */
const WIDER = 0.05;
const WIDEST = 0.95;

/** Answers to what was asked before; lengths on a curve are few and come again. */
const KEPT_MAX = 4096;

/**
 * Any of those whose lengths are within a share of what is asked for: `tolerance`, and more where there are
 * none; if there are none at all, the nearest. An unknown length suits.
 */
export function matching<Item extends Lengths>(
  items: readonly Item[],
  tolerance: number,
  rng: Rng,
): (inputTokens: number | undefined, outputTokens: number | undefined) => Item | undefined {
  const sorted = items.toSorted((a, b) => a.tokens - b.tokens);
  const kept = new Map<string, readonly [from: number, to: number] | readonly Item[]>();
  return (inputTokens, outputTokens) => {
    if (!sorted.length) return undefined;
    const key = `${inputTokens}/${outputTokens}`;
    let suiting = kept.get(key);
    if (!suiting) {
      suiting = suitingOf(sorted, { inputTokens, outputTokens }, tolerance);
      kept.set(key, suiting);
      if (kept.size > KEPT_MAX) kept.delete(kept.keys().next().value!);
    }
    if (!isRange(suiting)) return suiting[below(rng, suiting.length)];
    const [from, to] = suiting;
    return sorted[from + below(rng, to - from)];
  };
}

interface Asked {
  readonly inputTokens: number | undefined;
  readonly outputTokens: number | undefined;
}

/** Places in the sorted list from one to before another, where no completion is asked for; else the items. */
function suitingOf<Item extends Lengths>(
  sorted: readonly Item[],
  { inputTokens, outputTokens }: Asked,
  tolerance: number,
): readonly [number, number] | readonly Item[] {
  // In whole steps, so that rounding adds none.
  const steps = Math.round((WIDEST - tolerance) / WIDER);
  for (let step = 0; step <= steps; step++) {
    const share = tolerance + step * WIDER;
    const [from, to] = rangeOf(sorted, inputTokens, share);
    if (outputTokens === undefined) {
      if (to > from) return [from, to];
      continue;
    }
    const isNear = within(outputTokens, share);
    const items = sorted
      .slice(from, to)
      .filter(({ completionTokens }) => completionTokens === undefined || isNear(completionTokens));
    if (items.length) return items;
  }
  return [nearest(sorted, { inputTokens, outputTokens })];
}

const byTokens = bisector<Lengths, number>(({ tokens }) => tokens);

function rangeOf(
  sorted: readonly Lengths[],
  tokens: number | undefined,
  share: number,
): readonly [number, number] {
  if (tokens === undefined) return [0, sorted.length];
  return [
    byTokens.left(sorted, Math.trunc(tokens * (1 - share))),
    byTokens.right(sorted, Math.trunc(tokens * (1 + share))),
  ];
}

function within(tokens: number, share: number): (other: number) => boolean {
  const [least, most] = [Math.trunc(tokens * (1 - share)), Math.trunc(tokens * (1 + share))];
  return (other) => other >= least && other <= most;
}

function nearest<Item extends Lengths>(
  items: readonly Item[],
  { inputTokens, outputTokens }: Asked,
): Item {
  const square = (value: number) => value * value;
  const distance = ({ tokens, completionTokens }: Item) =>
    (inputTokens === undefined ? 0 : square(tokens - inputTokens)) +
    (outputTokens === undefined || completionTokens === undefined
      ? 0
      : square(completionTokens - outputTokens));
  return items.reduce((best, one) => (distance(one) < distance(best) ? one : best));
}

function isRange(suiting: readonly unknown[]): suiting is readonly [number, number] {
  return suiting.length === 2 && typeof suiting[0] === 'number';
}

import { below, type Rng } from '../../base/random.ts';

/** A shuffled copy (Fisher-Yates). */
export function shuffled<Item>(rng: Rng, items: readonly Item[]): Item[] {
  const list = [...items];
  for (let i = list.length - 1; i > 0; i--) {
    const j = below(rng, i + 1);
    [list[i], list[j]] = [list[j]!, list[i]!];
  }
  return list;
}

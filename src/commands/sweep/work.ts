import type { LoadSettings } from '../../sweep/find-max/find-max.ts';
import { type Point, pointsOf, scenarioAt } from '../../sweep/points.ts';
import type { Asked } from './asked.ts';
import { KNOBS, meaningIn } from './knobs.ts';

/** What there is to play: points of a grid, or loads as a search asks for them. */
export type Work =
  | { readonly points: readonly Point[] }
  | { readonly loads: Omit<LoadSettings, 'dir'> };

/** @throws UsageError for a point that cannot be played. */
export async function workOf({
  scenario,
  axes,
  search,
  isSimulated,
  server,
  keepsCache = false,
}: Asked): Promise<Work> {
  const hasOwnEngine = isSimulated || scenario.target.url === 'embedded';
  const meaning = meaningIn(scenario, hasOwnEngine);
  if (!search) return { points: await pointsOf(scenario, axes, meaning) };
  const { name } = search;
  const at = (value: number) => scenarioAt(scenario, [{ name, value }], meaning);
  await at(search.start);
  const { isWhole = false } = KNOBS[name];
  const isRemembering =
    keepsCache || (!!server && server.start === undefined && server.reset === undefined);
  const keepsPrompts = keepsCache;
  return { loads: { ...search, isWhole, isRemembering, keepsPrompts, scenarioAt: at } };
}

import { GB } from '../inspect/reuse-text.ts';
import { measure } from '../report/number.ts';
import type { Section } from '../report/section.ts';
import type { CurveResult } from './result.ts';

const SHOWN = 14;

/** Blocks in use, window by window. */
export function workingSetSections(result: CurveResult): Section[] {
  const { workingSet, bytesPerToken, blockTokens } = result;
  if (!workingSet) return [];
  const { width, unit, windows, liveBlocksPeak } = workingSet;
  const gigabytes =
    bytesPerToken === undefined
      ? ''
      : ` (${measure((liveBlocksPeak * blockTokens * bytesPerToken) / GB)} GB)`;
  const per = unit === 's' ? `${measure(width)} s` : `${width} requests`;
  const more = windows.length - SHOWN;
  return [
    {
      title: `Working set over time, in windows of ${per}`,
      table: {
        columns: [
          { title: unit === 's' ? 'from s' : 'from request', format: 'amount' },
          { title: 'requests', format: 'count' },
          { title: 'blocks used', format: 'count' },
          { title: 'of them new', format: 'count' },
          { title: 'live', format: 'count' },
        ],
        rows: windows.slice(0, SHOWN).map(({ from, requests, blocks, newBlocks, liveBlocks }) => ({
          cells: [from, requests, blocks, newBlocks, liveBlocks],
        })),
      },
      ...(more > 0 && { lines: [`and ${more} later ones, which --json has`] }),
      notes: [
        `Live: used before, and to be found again; at most ${liveBlocksPeak} blocks${gigabytes} at a time, with which
        who knows the future finds all that there is to find.`,
      ],
    },
  ];
}

import { counted } from '../base/counted.ts';
import { GB, hundredths, neededSection, TTL_LEGEND } from '../inspect/reuse-text.ts';
import { measure } from '../report/number.ts';
import { type Field, field, listSections, type Section } from '../report/section.ts';
import { capacitySection } from './capacity-text.ts';
import { groupSections } from './groups-text.ts';
import type { CurveResult } from './result.ts';
import { tiersSections } from './tiers-text.ts';
import { workingSetSections } from './working-set-text.ts';

export function curveSections(result: CurveResult): Section[] {
  const { source, warnings, reuse, compulsory } = result;
  const hasFound = reuse.unlimited.foundTokens > 0;
  return [
    {
      title: `Prefix cache of ${source.kind} ${source.name}`,
      fields: headFields(result),
      notes: [...source.how],
    },
    ...listSections('Warnings', warnings, { isWarning: true }),
    ...(hasFound
      ? []
      : [{ lines: [`Nothing is found again: all ${compulsory.tokens} input tokens are new.`] }]),
    capacitySection(result),
    ...(hasFound ? [neededSection(reuse.lru)] : []),
    ...marginalSections(result),
    ...jointSections(result),
    ...tiersSections(result),
    ...groupSections(result),
    ...workingSetSections(result),
  ];
}

function headFields(result: CurveResult): Field[] {
  const { reuse, blockTokens, distinctBlocks, compulsory } = result;
  const { requests, inputTokens, warmupRequests, unlimited } = reuse;
  const warmup = warmupRequests
    ? `, after ${counted(warmupRequests, 'request')} that only fill the caches`
    : '';
  return [
    field('requests', `${requests}, ${inputTokens} input tokens${warmup}`),
    field(
      'blocks',
      `${distinctBlocks} different ones of ${blockTokens} tokens${sizeText(result, distinctBlocks)}`,
    ),
    field(
      'ideal',
      `${hundredths(unlimited.token)}: ${unlimited.foundTokens} tokens in a cache that never forgets`,
    ),
    field(
      'never there before',
      `${hundredths(compulsory.share)}: ${compulsory.tokens} tokens that no cache finds`,
    ),
    ...engineFields(result),
  ];
}

function engineFields(result: CurveResult): Field[] {
  const { engine, marks } = result;
  if (!engine) return [];
  const sizes = [{ name: 'GPU', blocks: engine.blocks }, ...engine.tiers].map(
    ({ name, blocks }) => `${name} ${blocks} blocks${sizeText(result, blocks)}`,
  );
  const isOne = !engine.tiers.length;
  const rule = isOne
    ? ''
    : engine.isInclusive
      ? '; inclusive: the largest counts'
      : '; exclusive: they add up';
  const found = marks.map(({ blocks }) => `${blocks}`).length;
  return [field('its engine has', `${sizes.join(', ')}${found ? rule : ''}`)];
}

function sizeText({ blockTokens, bytesPerToken }: CurveResult, blocks: number): string {
  if (bytesPerToken === undefined) return '';
  return `, ${measure((blocks * blockTokens * bytesPerToken) / GB)} GB`;
}

function marginalSections({ marginal }: CurveResult): Section[] {
  if (!marginal?.some(({ nextGBTokens }) => nextGBTokens > 0)) return [];
  return [
    {
      title: 'What another GB is worth',
      table: {
        columns: [
          { title: 'has GB' },
          { title: 'blocks', format: 'count' },
          { title: 'of tokens', format: 'percent' },
          { title: '1 GB more: of tokens' },
          { title: 'tokens', format: 'count' },
        ],
        rows: marginal.map(({ bytes, blocks, share, nextGBShare, nextGBTokens }) => ({
          cells: [bytes! / GB, blocks, share, `+${hundredths(nextGBShare)}`, nextGBTokens],
        })),
      },
      notes: [
        'Tokens that need not be computed in all of this load, for the next 1e9 bytes of an LRU cache.',
      ],
    },
  ];
}

function jointSections({ joint }: CurveResult): Section[] {
  if (!joint) return [];
  return [
    {
      title: 'By time to live and capacity, of tokens',
      table: {
        columns: [
          { title: 'time to live', unit: 's', format: 'amount' },
          ...joint.capacitiesBlocks.map((blocks) => ({
            title: `${blocks} blocks`,
            format: 'percent' as const,
          })),
          { title: 'of any size', format: 'percent' },
        ],
        rows: joint.rows.map(({ ttlSec, shares, unlimited }) => ({
          cells: [ttlSec, ...shares, unlimited],
        })),
      },
      notes: [TTL_LEGEND],
    },
  ];
}

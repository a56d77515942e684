import type { BucketSummary } from '../server/buckets.ts';
import type { EvictedBlocks, EvictionsSummary } from '../server/evictions.ts';
import { measure, percent } from './number.ts';
import type { RunSummary } from './run-summary.ts';
import { type Field, field, type Section } from './section.ts';

/** What the engine's caches lost, where it tells and there was something to lose. */
export function evictionSections({ evictions }: RunSummary): Section[] {
  const fields = evictions ? evictionFields(evictions) : [];
  return fields.length > 0 ? [{ title: 'Evictions', fields }] : [];
}

function evictionFields(evictions: EvictionsSummary): Field[] {
  const { blocks = {}, lifetimeSec, idleSec, reuseGapSec } = evictions;
  const lost = Object.entries(blocks).filter(([, { total }]) => total > 0);
  const times = [
    ...timesField('lifetime', lifetimeSec, 'from stored to evicted'),
    ...timesField('idle', idleSec, 'since stored or last found again'),
    ...timesField('reuse gap', reuseGapSec, 'from found to found again'),
  ];
  return [
    ...lost.map(([tier, evicted]) => field(tier, blocksText(evicted))),
    ...times,
    ...(times.length > 0 ? [timesNote(evictions)] : []),
  ];
}

function blocksText({ total, own, other, unknown }: EvictedBlocks): string {
  const blocks = `${total} block${total === 1 ? '' : 's'}`;
  const known = own + other;
  if (known === 0) return `${blocks}, for whom is unknown: requests name no session`;
  const rest = unknown > 0 ? `, of the ${known} where both are known` : '';
  return `${blocks}: ${percent(own / known)} for their own session, ${percent(other / known)} for another${rest}`;
}

function timesField(label: string, times: BucketSummary | undefined, what: string): Field[] {
  if (!times?.count) return [];
  const { mean, p50, p99 } = times;
  return [
    field(label, `mean ${measure(mean)} s, p50 ${measure(p50)}, p99 ${measure(p99)}, ${what}`),
  ];
}

function timesNote({ lifetimeSec, idleSec }: EvictionsSummary): Field {
  const count = (lifetimeSec ?? idleSec)?.count;
  const of = count === undefined ? 'blocks' : `of ${count} blocks`;
  return field('', `${of} of the GPU; percentiles are as good as the engine's buckets`);
}

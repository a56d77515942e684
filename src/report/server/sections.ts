import type { BucketSummary } from '../../server/buckets.ts';
import type { GaugeSummary } from '../../server/gauge.ts';
import type { Restart, ServerSummary } from '../../server/server.ts';
import { amount, measure, percent } from '../number.ts';
import { type Field, field, type Section } from '../section.ts';
import { findingsOf } from './findings.ts';
import { agreementFields, reconciledSections } from './reconciled.ts';
import { transferFields } from './transfers.ts';

/** What the server tells of itself: its cache, its queue, where the data is, and whether it counted as the records do. */
export function serverSections({ server }: { readonly server?: ServerSummary }): Section[] {
  if (!server) return [];
  return [
    {
      title: 'Server',
      fields: [
        pagesField(server),
        ...restartFields(server.restarts),
        ...capacityFields(server),
        ...loadFields(server),
        ...promptFields(server),
        ...timeFields(server),
        ...transferFields(server),
        ...findingsFields(server),
        ...agreementFields(server),
      ],
    },
    ...reconciledSections(server),
  ];
}

function pagesField({ engines, pages, sources = [], watchedSec, isWhole }: ServerSummary): Field {
  const who = engines.join(' and ');
  const over = pages > 1 ? `${pages} pages over ${measure(watchedSec)} s` : 'one page';
  const of = sources.length > 0 ? `, of ${sources.length + 1} addresses` : '';
  const lacks = isWhole ? [] : ['not from before every part to after it: it has no sums'];
  return field('metrics', `${who}, ${over}${of}`, ...lacks);
}

function restartFields(restarts: readonly Restart[]): Field[] {
  if (restarts.length === 0) return [];
  const when = restarts.map(
    ({ afterMs, beforeMs }) =>
      `between ${measure(afterMs / 1000)} and ${measure(beforeMs / 1000)} s`,
  );
  return [
    field(
      'RESTARTED',
      `${when.join(', ')} of the run's clock: what was counted after the last page before it is in no sum`,
    ),
  ];
}

function capacityFields({ gauges }: ServerSummary): Field[] {
  const { capacityBlocks, blockTokens, capacityTokens, kvUsage } = gauges;
  const tokens =
    capacityTokens?.last ??
    (capacityBlocks && blockTokens && capacityBlocks.last * blockTokens.last);
  const size = [
    ...(capacityBlocks ? [`${capacityBlocks.last} blocks`] : []),
    ...(blockTokens ? [`of ${blockTokens.last} tokens`] : []),
  ].join(' ');
  const room =
    tokens === undefined ? [] : [size ? `${size}: ${tokens} tokens` : `${tokens} tokens`];
  const used = kvUsage?.max === undefined ? [] : [`in use ${told(kvUsage, percent)}`];
  const text = [...(room.length > 0 ? room : size ? [size] : []), ...used].join('; ');
  return text ? [field('KV cache', text)] : [];
}

function loadFields({ gauges, counters }: ServerSummary): Field[] {
  const { running, waiting } = gauges;
  const said = [...loadText('running', running), ...loadText('waiting', waiting)];
  return [
    ...(said.length > 0 ? [field('requests', said.join('; '))] : []),
    ...(counters.preemptions ? [field('preemptions', amount(counters.preemptions.total))] : []),
  ];
}

function loadText(what: string, gauge: GaugeSummary | undefined): string[] {
  if (gauge?.max === undefined) return [];
  return [`${what} ${told(gauge, amount)}`];
}

/** Of one page between the first and the last there is no mean. */
function told({ mean, max, pages = 0 }: GaugeSummary, text: (value: number) => string): string {
  if (pages < 2) return `${text(max!)} by the one page during the run`;
  return `${text(mean!)} in the mean of ${pages} pages, at most ${text(max!)}`;
}

/** Fewer are of requests that were cut off before they counted. */
const LOOKUPS_MIN = 1.5;

/** Where the tokens of prompts came from, as far as it is told. */
function promptFields({ counters }: ServerSummary): Field[] {
  const { promptTokens, cachedTokens, localHitTokens, externalHitTokens } = counters;
  const { reusedBlocks, missedBlocks, lookedUpTokens } = counters;
  const all = promptTokens?.total;
  if (all && cachedTokens) {
    const below = externalHitTokens?.total ?? 0;
    const local = localHitTokens?.total ?? cachedTokens.total - below;
    const lookups = (lookedUpTokens?.total ?? 0) / all;
    return [
      field(
        'prompt tokens',
        `${percent((all - cachedTokens.total) / all)} computed, ${percent(local / all)} from the GPU's cache${below > 0 ? `, ${percent(below / all)} from below it` : ''}`,
        ...(lookups < LOOKUPS_MIN
          ? []
          : [
              `each looked up ${measure(lookups)} times: again whenever its request was not admitted`,
            ]),
      ),
    ];
  }
  const blocks = (reusedBlocks?.total ?? 0) + (missedBlocks?.total ?? 0);
  if (reusedBlocks && blocks > 0) {
    return [field('prompt blocks', `${percent(reusedBlocks.total / blocks)} found in the cache`)];
  }
  return [];
}

/** From queued to the last token, as the server timed it. */
function timeFields({ times }: ServerSummary): Field[] {
  const { queueSec, prefillSec, decodeSec } = times;
  return [
    ...timesField('queue', queueSec),
    ...timesField('prefill', prefillSec),
    ...timesField('decode', decodeSec),
  ];
}

/** Of percentiles what buckets say for certain: how many values were at most a bound. */
function timesField(label: string, sec: BucketSummary | undefined): Field[] {
  if (!sec?.count) return [];
  const ms = (value: number) => measure(value * 1000);
  const bound = (name: string, within: BucketSummary['p50Within']) =>
    within ? [`${name} <= ${ms(within[1])}`] : [];
  const bounds = [...bound('p50', sec.p50Within), ...bound('p99', sec.p99Within)];
  const caveat = bounds.length > 0 ? `, ${bounds.join(', ')} (bounds of buckets)` : '';
  return [field(label, `mean ${ms(sec.mean ?? 0)} ms${caveat}`)];
}

function findingsFields(server: ServerSummary): Field[] {
  const findings = findingsOf(server);
  return findings.length > 0 ? [field('data', ...findings)] : [];
}

import type { ServerSummary } from '../../server/server.ts';
import { amount, measure, percent } from '../number.ts';
import { gigabytes } from './transfers.ts';

/** Where the data is, in sentences without a full stop; nothing where nothing is told. */
export function findingsOf(server: ServerSummary): string[] {
  return [
    ...residency(server),
    ...unread(server),
    ...loadsPay(server),
    ...refused(server),
    ...pressure(server),
  ];
}

/** What tiers hold at the end. */
function residency({ gauges, counters }: ServerSummary): string[] {
  const { tierUsage, tierUsedBytes, tierUsedTokens, tierCapacityTokens } = gauges;
  const shares = Object.entries(tierUsage?.by ?? {}).map(
    ([tier, share]) => `${tier} is ${percent(share)} full`,
  );
  const bytes = Object.entries(tierUsedBytes?.by ?? {}).map(
    ([tier, held]) => `${tier} holds ${gigabytes(held)}`,
  );
  const tokens = Object.entries(tierUsedTokens?.by ?? {}).map(([tier, held]) => {
    const room = tierCapacityTokens?.by?.[tier];
    return `${tier} holds ${held} tokens${room ? ` of ${room}, ${percent(held / room)}` : ''}`;
  });
  const hits = Object.entries(counters.tierQueries?.by ?? {}).flatMap(([tier, asked]) =>
    asked > 0
      ? [
          `${tier} had ${percent((counters.tierHits?.by?.[tier] ?? 0) / asked)} of what was looked up`,
        ]
      : [],
  );
  const said = [...shares, ...bytes, ...tokens, ...hits];
  return said.length > 0 ? [said.join(', ')] : [];
}

/** A tier that only costs. */
function unread({ counters }: ServerSummary): string[] {
  const { storedBytes, loadedBytes, storedTokens, loadedTokens } = counters;
  const bytes = storedBytes?.total ?? 0;
  if (bytes > 0 && loadedBytes?.total === 0) {
    return [
      `stored ${gigabytes(bytes)}, loaded nothing: either nothing came back that the GPU had lost, or what came back was not recognised`,
    ];
  }
  const tokens = storedTokens?.total ?? 0;
  if (tokens > 0 && loadedTokens?.total === 0) {
    return [`stored ${measure(tokens)} tokens, loaded none of them`];
  }
  return [];
}

/** A token that is loaded against one that is computed, which takes less than its prefill: that has whole steps in it. */
function loadsPay({ counters, times }: ServerSummary): string[] {
  const { loadSec, externalHitTokens, computedTokens } = counters;
  const { count = 0, mean } = times.prefillSec ?? {};
  const loaded = externalHitTokens?.total ?? 0;
  const computed = computedTokens?.total ?? 0;
  if (!loadSec?.total || mean === undefined || mean <= 0 || loaded <= 0 || computed <= 0) return [];
  const loadMs = (1000 * loadSec.total) / loaded;
  const computeMs = (1000 * count * mean) / computed;
  const verdict =
    loadMs < computeMs ? 'loading looks the faster' : 'loading is the SLOWER: the tier costs time';
  return [
    `1000 tokens took ${measure(1000 * loadMs)} ms to load, and at most ${measure(1000 * computeMs)} ms to compute, steps and all: ${verdict}`,
  ];
}

function refused({ counters }: ServerSummary): string[] {
  const failures = counters.storeFailures?.total ?? 0;
  const skipped = counters.storesSkipped?.total ?? 0;
  return [
    ...(failures > 0 ? [`${amount(failures)} stores found no room and were left out`] : []),
    ...(skipped > 0 ? [`${amount(skipped)} stores were left out: seen too rarely`] : []),
  ];
}

function pressure({ counters, gauges }: ServerSummary): string[] {
  const preemptions = counters.preemptions?.total ?? 0;
  if (preemptions === 0) return [];
  const waiting = gauges.waiting?.max ? `, while up to ${amount(gauges.waiting.max)} waited` : '';
  const count = preemptions === 1 ? 'a preemption' : `${amount(preemptions)} preemptions`;
  return [`${count}: requests under way outgrew the blocks of the GPU${waiting}`];
}

import type { CountsSummary, Ending } from '../stats/counts.ts';
import { goodputText } from './goodput.ts';
import { measure, percent } from './number.ts';
import type { RunSummary } from './run-summary.ts';
import { type Field, field, type Section } from './section.ts';

/** Counts, rates and the prefix cache. Failures are always shown, also where there are none. */
export function overviewSections(summary: RunSummary, lost?: string): Section[] {
  return [
    { title: 'Requests', fields: requestFields(summary) },
    { title: 'Rates', fields: rateFields(summary) },
    { title: 'Prefix cache', fields: cacheFields(summary, lost) },
  ];
}

function requestFields({ counts, conversations }: RunSummary): Field[] {
  const { retries, retried, reconnects, countedLocally, warmup, failedByKind } = counts;
  const failures = counts.endings.filter(({ kind }) => kind.split(' ')[0]! in failedByKind);
  const exampleOf = (status: string) => counts.endings.find(({ kind }) => kind === status);
  const ofAll = counts.failed ? ` (${percent(counts.errorRate)} of completed and failed)` : '';
  return [
    field('planned', plannedText(counts)),
    field('completed', String(counts.completed)),
    ...answerFields(counts),
    field('failed', `${counts.failed}${ofAll}`),
    ...failures.map((ending) => ({ ...field(ending.kind, endingText(ending)), level: 1 })),
    field('cancelled', endingText(exampleOf('cancelled'))),
    field('unsent', endingText(exampleOf('unsent'))),
    field('retries', retries ? `${retries}, of ${retried} requests` : '0'),
    field('reconnects', String(reconnects)),
    field('conversations', `${conversations.seen}, ${conversations.finished} of them to the end`),
    ...(countedLocally
      ? [field('token counts', `by this client for ${countedLocally} requests without usage`)]
      : []),
    ...(warmup ? [field('warm-up', warmupText(counts))] : []),
  ];
}

function plannedText({ planned, playedAgain = 0 }: CountsSummary): string {
  return playedAgain ? `${planned}, of which ${playedAgain} were played twice` : String(planned);
}

/** Why answers ended, and what was odd about them: where the server, or this client, has something to say. */
function answerFields({ finishReasons, remarks = [] }: CountsSummary): Field[] {
  const reasons = Object.entries(finishReasons ?? {}).map(
    ([reason, count]) => `${reason} ${count}`,
  );
  const oddities = remarks.map((remark) => `${remark.kind}: ${endingText(remark)}`);
  return [
    ...(reasons.length ? [{ ...field('finished by', reasons.join(', ')), level: 1 }] : []),
    ...(oddities.length ? [{ ...field('odd', ...oddities), level: 1 }] : []),
  ];
}

function endingText(ending: Ending | undefined): string {
  if (!ending) return '0';
  return `${ending.count}${ending.example === undefined ? '' : `, for example: ${ending.example}`}`;
}

function rateFields({ rates, concurrency, goodput, run }: RunSummary): Field[] {
  const { configuredUsersPerSec } = run;
  const configured =
    configuredUsersPerSec === undefined ? '' : ` (configured: ${measure(configuredUsersPerSec)})`;
  return [
    field('conversations', `${measure(rates.conversationsPerSec)} /s arrived${configured}`),
    field('offered', `${measure(rates.offeredPerSec)} requests/s fell due, until no more did`),
    field('achieved', `${measure(rates.achievedPerSec)} requests/s completed, drain included`),
    ...(goodput ? [field('goodput', goodputText(goodput))] : []),
    field('input', `${measure(rates.inputTokensPerSec)} tokens/s of completed requests`),
    field('output', `${measure(rates.outputTokensPerSec)} tokens/s of completed requests`),
    field(
      'in flight',
      `${measure(concurrency.mean)} requests on average over time, at most ${concurrency.peak}`,
    ),
  ];
}

function cacheFields(summary: RunSummary, lost: string | undefined): Field[] {
  return [
    field('cached', cachedText(summary)),
    ...externalFields(summary),
    field('ideal', idealText(summary)),
    ...(lost === undefined ? [] : [field('lost', lost)]),
  ];
}

function cachedText({ cache, counts }: RunSummary): string {
  if (!counts.completed) return 'unknown: no request was completed';
  if (!cache.reported) {
    return 'not reported (vLLM: --enable-prompt-tokens-details, SGLang: --enable-cache-report)';
  }
  return `${percent(cache.share)} of the input tokens of the ${cache.reported} requests that reported it`;
}

/** Only where an engine told: most do not. */
function externalFields({ cache: { external } }: RunSummary): Field[] {
  if (!external) return [];
  const { reported, share = 0 } = external;
  const said = `(host memory, storage, other engines), of the ${reported} requests that told`;
  return [field('below GPU', `${percent(share)} of the cached tokens ${said}`)];
}

function idealText({ idealCachedShare, idealBlockTokens, counts }: RunSummary): string {
  if (!counts.completed) return 'unknown: no request was completed';
  return idealCachedShare === undefined
    ? 'unknown: the engine did not count tokens, or agents asked, who keep no history'
    : `${percent(idealCachedShare)} if nothing were ever evicted, in blocks of ${idealBlockTokens} tokens`;
}

function warmupText({ warmup, warmupFailed }: CountsSummary): string {
  const failed = warmupFailed ? ` (${warmupFailed} FAILED)` : '';
  return `${warmup}${failed}, in no other number of this report`;
}

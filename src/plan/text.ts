import { amount, measure, percent, seconds, UNKNOWN } from '../report/number.ts';
import { partitionText } from '../report/partitions.ts';
import { type Field, fields, section } from '../report/section.ts';
import { distributionTable, plainTable } from '../report/table.ts';
import type { LittlesLaw } from './little.ts';
import type { RateLaw } from './rate-law.ts';
import type { ScheduleBucket } from './schedule.ts';
import type { Plan } from './summary.ts';
import { workingSetFields } from './working-set-text.ts';

/** The plan as text without colours: what would be said, when, and what it would ask of an engine. */
export function planText(plan: Plan): string {
  return [
    section(`Plan of ${plan.run.name}`, fields(headFields(plan))),
    section('Per request', `${tokensTable(plan)}\n\n${TOKENS_LEGEND}`),
    section('Schedule', `${scheduleText(plan)}\n\n${SCHEDULE_LEGEND}`),
    section("Little's law", fields(littleFields(plan))),
    section('KV working set', fields(workingSetFields(plan.kv))),
    section('Prefix cache, if nothing were ever evicted', cacheText(plan)),
    section('Cost', fields(costFields(plan))),
  ].join('\n\n');
}

const TOKENS_LEGEND = `  Of answered requests. A first message begins with the user's own history; the chat template counts as
  sent before.`;

const SCHEDULE_LEGEND = `  Live conversations and KV blocks are averages over time, from a conversation's first request to its
  last answer. Tokens per second count a request when it falls due.`;

function headFields(plan: Plan): Field[] {
  const { run, latency, counts, conversations, arrivalGapCv, pauseSec } = plan;
  const perToken = latency.perInputTokenMs ? ` + ${latency.perInputTokenMs} ms an input token` : '';
  return [
    [
      'engine',
      `assumed: TTFT ${latency.ttftMs} ms${perToken}, TPOT ${latency.tpotMs} ms, under any load`,
    ],
    ['load', `${run.loop} loop: ${run.arrivals}`],
    ['gap CV', cvText(arrivalGapCv)],
    ['pacing', `${run.pacing}${pauseText(pauseSec)}`],
    ['seed', String(run.seed)],
    ...(plan.partition
      ? [['partition', `${partitionText(plan.partition)}: only its share is below`] as const]
      : []),
    ['workload', run.workloadDigest],
    ...run.notes.slice(1).map((note): Field => ['', note]),
    ['time', `${seconds(plan.offeringMs)} in which requests fall due`],
    ['conversations', `${conversations.seen}, ${conversations.finished} of them to the end`],
    ['requests', requestsText(counts)],
    [
      'warm-up',
      plan.warmupRequests ? `${plan.warmupRequests} requests before, in no number here` : 'none',
    ],
  ];
}

function requestsText({ planned, completed, failed, unsent, cancelled, endings }: Plan['counts']) {
  const refused = endings.find(({ kind }) => kind.startsWith('http'));
  return [
    `${planned} planned, ${completed} answered`,
    ...(failed ? [`${failed} REFUSED${refused ? `: ${refused.example}` : ''}`] : []),
    ...(unsent + cancelled ? [`${unsent + cancelled} cut off by the end`] : []),
  ].join(', ');
}

function cvText({ configured, played }: Plan['arrivalGapCv']): string {
  const texts = [
    ...(configured === undefined ? [] : [`${measure(configured)} as configured`]),
    ...(played === undefined ? [] : [`${measure(withoutDust(played))} as they come`]),
  ];
  return texts.length ? `between conversations: ${texts.join(', ')}` : UNKNOWN;
}

function pauseText({ mean, cv }: Plan['pauseSec']): string {
  if (mean === undefined) return '';
  return `; mean ${measure(mean)} s, CV ${measure(cv ?? 0)}`;
}

function tokensTable({ tokens, conversations }: Plan): string {
  return distributionTable([
    { label: 'input tokens', values: tokens.input, isCount: true },
    { label: '  sent before', values: tokens.before, isCount: true },
    { label: '    shared with others', values: tokens.shared, isCount: true },
    { label: '  new message', values: tokens.message, isCount: true },
    { label: 'output tokens', values: tokens.output, isCount: true },
    { label: 'turns per conversation', values: conversations.turnsDone, isCount: true },
  ]);
}

function scheduleText({ schedule, requestsPerSec }: Plan): string {
  if (!schedule.length)
    return '  everything falls due at once: give --ttft-ms or --tpot-ms for a rate';
  const { mean, steady, peak } = requestsPerSec;
  const rates = `  requests/s: mean ${measure(mean)}, middle half of the time ${measure(steady)}, busiest row ${measure(peak)}`;
  return `${plainTable(SCHEDULE_HEAD, schedule.map(scheduleRow))}\n\n${rates}`;
}

const SCHEDULE_HEAD = [
  'from',
  'new conversations',
  'live',
  'KV blocks',
  'requests due',
  'requests/s',
  'input tokens/s',
  'output tokens/s',
];

function scheduleRow(bucket: ScheduleBucket): string[] {
  return [
    seconds(bucket.fromMs),
    String(bucket.arrivals),
    measure(bucket.liveConversations),
    measure(bucket.liveBlocks),
    String(bucket.requests),
    measure(bucket.requestsPerSec),
    measure(bucket.inputTokensPerSec),
    measure(bucket.outputTokensPerSec),
  ];
}

function littleFields({ little, rateLaw, concurrency }: Plan): Field[] {
  return [
    ['conversations', lawText(little.conversations, 'begun', 'live')],
    ['requests', `${lawText(little.requests, 'sent', 'in flight')}, at most ${concurrency.peak}`],
    ...(hasResidual(little.conversations) ? [WINDOW] : []),
    ...(rateLaw ? rateLawFields(rateLaw) : []),
  ];
}

/** A sign of an error, if it were not for conversations that reach beyond the window. */
const RESIDUAL_MIN = 0.01;
const WINDOW: Field = [
  '',
  'residual: conversations under way at the start or the end are seen only in part',
];

function hasResidual(law: LittlesLaw | undefined): boolean {
  return Math.abs(law?.residualShare ?? 0) >= RESIDUAL_MIN;
}

function lawText(law: LittlesLaw | undefined, verb: string, state: string): string {
  if (!law) return `${UNKNOWN}: none ${verb} and ended, or no time passed`;
  const { perSec, meanSec, expected, counted, residualShare } = law;
  const residual = `residual ${percent(withoutDust(residualShare ?? 0))}`;
  return `${measure(perSec)} ${verb}/s x ${measure(meanSec)} s = ${measure(expected)}; ${measure(counted)} ${state} on average, ${residual}`;
}

/** Rounding errors of sums are no residual, and have no sign. */
function withoutDust(share: number): number {
  return Math.abs(share) < 1e-9 ? 0 : share;
}

function rateLawFields(law: RateLaw): Field[] {
  const { rounds, gapSec, joinEverySec, aliveSec, nominalPerSec, offeredPerSec } = law;
  const ratio = offeredPerSec / nominalPerSec;
  const upstream = rounds / (rounds - 1);
  const isUpstream = Math.abs(ratio / upstream - 1) < 1e-9;
  return [
    [
      'pacing',
      `a user asks every G = ${amount(short(gapSec))} s and lives S = ${amount(short(aliveSec))} s; one joins every U = ${amount(short(joinEverySec))} s`,
    ],
    [
      'rate',
      `R / U = ${measure(offeredPerSec)} requests/s, ${measure(ratio)} times N / G = ${measure(nominalPerSec)}${isUpstream ? `: R / (R - 1) for R = ${rounds} rounds` : ''}`,
    ],
  ];
}

function short(value: number): number {
  return Number(value.toPrecision(9));
}

function cacheText({ cache, rounds, kv }: Plan): string {
  const table = plainTable(
    ['round', 'requests', 'input tokens', 'ideal share'],
    rounds.map((round) => [
      round.fromRound === round.toRound
        ? String(round.fromRound)
        : `${round.fromRound}-${round.toRound}`,
      String(round.completed),
      amount(round.meanInputTokens),
      percent(round.idealShare),
    ]),
  );
  const head = fields([
    [
      'ideal',
      `${percent(cache.idealShare)} of the input tokens, in blocks of ${kv.blockTokens} tokens, by enumeration`,
    ],
    ...(cache.defects
      ? ([
          [
            '',
            `of prompts with engine.defects ${cache.defects.join(', ')}; a report's ideal is without`,
          ],
        ] as const)
      : []),
    ['shared blocks', `${percent(cache.sharingRatio)} of all prompts' blocks: 1 - unique / all`],
  ]);
  return `${head}\n\n${table}`;
}

function costFields({ tokens }: Plan): Field[] {
  const { inputTotal, outputTotal, computedTotal } = tokens;
  return [
    [
      'input',
      `${inputTotal} tokens, of which ${computedTotal} must be computed if nothing is evicted`,
    ],
    ['output', `${outputTotal} tokens, in lengths that the embedded engine would give`],
    ['total', `${inputTotal + outputTotal} tokens`],
  ];
}

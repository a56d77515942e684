import { digestText } from '../report/identity.ts';
import { measure, percent, seconds, UNKNOWN } from '../report/number.ts';
import { partitionText } from '../report/partitions.ts';
import { sectionsText } from '../report/render/text.ts';
import { roundText } from '../report/rounds.ts';
import {
  type Field,
  field,
  type Section,
  type Table,
  type TableColumn,
} from '../report/section.ts';
import { distributionTable } from '../report/table.ts';
import { littleFields, withoutDust } from './little-text.ts';
import { scheduleSection } from './schedule-text.ts';
import type { Plan } from './summary.ts';
import { workingSetFields } from './working-set-text.ts';

/** The plan as text without colours, in lines of at most `width` columns. */
export function planText(plan: Plan, width?: number): string {
  return sectionsText(planSections(plan), width);
}

/** The plan as data: what would be said, when, and what it would ask of an engine. */
export function planSections(plan: Plan): Section[] {
  return [
    { title: `Plan of ${plan.run.name}`, fields: headFields(plan) },
    { title: 'Per request', table: tokensTable(plan), notes: [TOKENS_LEGEND] },
    scheduleSection(plan),
    { title: "Little's law", fields: littleFields(plan) },
    { title: 'KV working set', fields: workingSetFields(plan.kv) },
    {
      title: 'Prefix cache, if nothing were ever evicted',
      fields: cacheFields(plan),
      table: roundsTable(plan),
    },
    { title: 'Cost', fields: costFields(plan) },
  ];
}

const TOKENS_LEGEND = `Of answered requests. A first message begins with the user's own history; the chat template counts as
  sent before.`;

function headFields(plan: Plan): Field[] {
  const { run, latency, counts, conversations, arrivalGapCv, pauseSec } = plan;
  const perToken = latency.perInputTokenMs ? ` + ${latency.perInputTokenMs} ms an input token` : '';
  return [
    field(
      'engine',
      `assumed: TTFT ${latency.ttftMs} ms${perToken}, TPOT ${latency.tpotMs} ms, under any load`,
    ),
    field('load', `${run.loop} loop: ${run.arrivals}`),
    field('gap CV', cvText(arrivalGapCv)),
    field('pacing', `${run.pacing}${pauseText(pauseSec)}`),
    field('seed', String(run.seed)),
    ...(plan.partition
      ? [field('partition', `${partitionText(plan.partition)}: only its share is below`)]
      : []),
    field('workload', digestText(run), ...run.notes.slice(1)),
    field('time', `${seconds(plan.offeringMs)} in which requests fall due`),
    field('conversations', `${conversations.seen}, ${conversations.finished} of them to the end`),
    field('requests', requestsText(counts)),
    field(
      'warm-up',
      plan.warmupRequests ? `${plan.warmupRequests} requests before, in no number here` : 'none',
    ),
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

function tokensTable({ tokens, conversations }: Plan): Table {
  return distributionTable([
    { label: 'input tokens', values: tokens.input, isCount: true },
    { label: 'sent before', values: tokens.before, isCount: true, level: 1 },
    { label: 'shared with others', values: tokens.shared, isCount: true, level: 2 },
    { label: 'new message', values: tokens.message, isCount: true, level: 1 },
    { label: 'output tokens', values: tokens.output, isCount: true },
    { label: 'turns per conversation', values: conversations.turnsDone, isCount: true },
  ]);
}

function cacheFields({ cache, kv }: Plan): Field[] {
  return [
    field(
      'ideal',
      `${percent(cache.idealShare)} of the input tokens, in blocks of ${kv.blockTokens} tokens, by enumeration`,
      ...(cache.defects
        ? [
            `of prompts with engine.defects ${cache.defects.join(', ')}; a report's ideal is without`,
          ]
        : []),
    ),
    field(
      'shared blocks',
      `${percent(cache.sharingRatio)} of all prompts' blocks: 1 - unique / all`,
    ),
  ];
}

const ROUND_COLUMNS: readonly TableColumn[] = [
  { title: 'round' },
  { title: 'requests', format: 'count' },
  { title: 'input', unit: 'tokens', format: 'amount' },
  { title: 'ideal share', format: 'percent' },
];

function roundsTable({ rounds }: Plan): Table {
  return {
    columns: ROUND_COLUMNS,
    rows: rounds.map((round) => ({
      cells: [roundText(round), round.completed, round.meanInputTokens, round.idealShare],
    })),
  };
}

function costFields({ tokens }: Plan): Field[] {
  const { inputTotal, outputTotal, computedTotal } = tokens;
  return [
    field(
      'input',
      `${inputTotal} tokens, of which ${computedTotal} must be computed if nothing is evicted`,
    ),
    field('output', `${outputTotal} tokens, in lengths that the embedded engine would give`),
    field('total', `${inputTotal + outputTotal} tokens`),
  ];
}

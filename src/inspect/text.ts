import { counted } from '../base/counted.ts';
import { duration } from '../report/duration.ts';
import { seconds } from '../report/number.ts';
import { sectionsText } from '../report/render/text.ts';
import { type Field, field, listSections, type Section } from '../report/section.ts';
import { distributionTable } from '../report/table.ts';
import type { ArrivalsSummary } from './arrivals.ts';
import type { BlocksSummary } from './blocks.ts';
import type { Inspection } from './inspection.ts';
import { reuseSections, saidSection } from './reuse-text.ts';

/** As text without colours, in lines of at most `width` columns. */
export function inspectionText(inspection: Inspection, width?: number): string {
  return sectionsText(inspectionSections(inspection), width);
}

export function inspectionSections(inspection: Inspection): Section[] {
  const { warnings, reuse, blocks, said } = inspection;
  return [
    { title: `Trace ${inspection.file}`, fields: headFields(inspection) },
    ...listSections('Warnings', warnings, { isWarning: true }),
    lengthsSection(inspection),
    ...arrivalsSections(inspection),
    ...(said ? [saidSection(said)] : []),
    ...(reuse && blocks ? reuseSections(reuse, blocks) : noReuse(inspection)),
  ];
}

function headFields(inspection: Inspection): Field[] {
  const {
    traceFormat: format,
    requests,
    arrivals,
    isInOrder,
    digest,
    blocks,
    models,
    kinds,
  } = inspection;
  const by = format.by === 'content' ? 'by its content' : 'as it was told';
  const also = format.alsoFits.length
    ? [`also fits, if --format says so: ${format.alsoFits.join(', ')}`]
    : [];
  const span = arrivals && arrivals.count > 1 ? ` in ${spanText(arrivals.spanMs)}` : '';
  const failed = inspection.failed ? `, of which ${inspection.failed} failed` : '';
  // Sessions one after the other are the order of formats that count each from its beginning.
  const isAsUsual = isInOrder || !arrivals || inspection.timeOrigin === 'session';
  const order = isAsUsual ? '' : '; not in the order of time: sorted';
  return [
    field('format', `${format.name}, ${by}: ${format.says}`, ...also),
    field('times', timesText(inspection)),
    ...(blocks ? blockFields(blocks) : [field('blocks', 'none: no request names any')]),
    field('context', CONTEXTS[inspection.context]),
    field('requests', `${requests}${span}${failed}${order}`),
    field('sessions', sessionsText(inspection)),
    ...countFields('models', models),
    ...countFields('kinds', kinds),
    field('digest', digest.slice(0, DIGEST_SHOWN), 'alike for the same requests in any format'),
  ];
}

/** So much of a sha256 tells traces apart; the whole is in the JSON. */
const DIGEST_SHOWN = 40;

const CONTEXTS = {
  cumulative: 'cumulative: an input repeats all that its session said before',
  delta: "delta: a turn's input is what is new in it; the history comes before it",
  mixed: 'mixed: some inputs repeat what their session said before, some are new alone',
  alone: 'none: every request is on its own, and its input whole',
} satisfies Record<Inspection['context'], string>;

function timesText({ timeUnit, arrivals, timeOrigin, requests }: Inspection): string {
  const unit = timeUnit === undefined ? 'none' : UNITS[timeUnit];
  if (timeOrigin === 'session') return `${unit}, from the beginning of each session`;
  if (!arrivals) return unit;
  const step = arrivals.stepMs ?? 0;
  // One step a request is no grid.
  const isGrid = step > 1 && requests > 1 && arrivals.spanMs > 0;
  return `${unit}${isGrid ? `, in steps of ${stepText(step)}` : ''}`;
}

function stepText(stepMs: number): string {
  return stepMs % 1000 === 0 ? `${stepMs / 1000} s` : `${stepMs} ms`;
}

const UNITS = {
  ms: 'in milliseconds',
  s: 'in seconds',
  ns: 'in nanoseconds',
  'wall clock': 'dates',
} satisfies Record<NonNullable<Inspection['timeUnit']>, string>;

function blockFields({ blockTokens, rounding, references, distinct, ...ids }: BlocksSummary) {
  const last = rounding ? `; ${ROUNDINGS[rounding]}` : '';
  const chained =
    ids.parentConflicts === 0
      ? `chained: none of ${references} comes behind another than at first`
      : `not chained: ${ids.parentConflicts} of ${references} come behind another than at first`;
  return [field('blocks', `${distinct} of ${blockTokens} tokens${last}`), field('ids', chained)];
}

const ROUNDINGS = {
  ceil: 'the last, partial one has an id',
  floor: 'the last, partial one has no id',
  mixed: 'the last, partial one has an id in some inputs',
} satisfies Record<NonNullable<BlocksSummary['rounding']>, string>;

function sessionsText({ sessions, requests }: Inspection): string {
  if (!sessions) return `not named: ${counted(requests, 'conversation')} of one request`;
  const { sessions: count, children, requestsWithout } = sessions;
  return [
    String(count),
    ...(children
      ? [`of which ${children} ${children === 1 ? 'was' : 'were'} begun by another's turn`]
      : []),
    ...(requestsWithout ? [`beside ${counted(requestsWithout, 'request')} of none`] : []),
  ].join(', ');
}

/** Of many the most frequent. */
const SHOWN_MAX = 6;

function countFields(label: string, counts: Readonly<Record<string, number>>): Field[] {
  const sorted = Object.entries(counts).sort(([, a], [, b]) => b - a);
  if (!sorted.length) return [];
  const shown = sorted.slice(0, SHOWN_MAX).map(([name, count]) => `${name} ${count}`);
  const more = sorted.length - shown.length;
  return [field(label, [...shown, ...(more > 0 ? [`and ${more} others`] : [])].join(', '))];
}

function lengthsSection(inspection: Inspection): Section {
  const { inputTokens, inputCharacters, outputTokens, thinkSec, apiSec, sessions } = inspection;
  const rows = [
    { label: 'input tokens', values: inputTokens, isCount: true },
    { label: 'input characters', values: inputCharacters, isCount: true },
    { label: 'output tokens', values: outputTokens, isCount: true },
    { label: 'turns a session', values: sessions?.turns, isCount: true },
    { label: 'think time, s', values: thinkSec },
    { label: 'answer time, s', values: apiSec },
    { label: 'turn to turn, s', values: sessions?.turnGapSec },
  ];
  const isKnown = ({ values }: (typeof rows)[number]) => values !== undefined;
  const unknown = rows.filter((row) => !isKnown(row) && NEEDED.includes(row.label));
  return {
    title: 'Lengths and pauses',
    table: distributionTable(rows.filter(isKnown)),
    ...(unknown.length && {
      lines: [`not told, which is not 0: ${unknown.map(({ label }) => label).join(', ')}`],
    }),
  };
}

/** What a reader looks for. */
const NEEDED: readonly string[] = ['input tokens', 'output tokens', 'think time, s'];

function arrivalsSections({ arrivals, sessions, requests }: Inspection): Section[] {
  if (!arrivals) return [];
  const rows = [
    { name: 'requests', of: arrivals },
    ...(sessions?.arrivals ? [{ name: 'sessions', of: sessions.arrivals }] : []),
  ];
  return [
    {
      title: 'Arrivals',
      table: {
        columns: [
          { title: '' },
          { title: 'mean', unit: '/s' },
          { title: 'gap CV' },
          { title: 'most in 1 s', format: 'count' },
          { title: 'most in 1 min', format: 'count' },
          { title: 'peak / mean' },
        ],
        rows: rows.map(({ name, of }) => ({
          cells: [name, of.perSec, of.gapCv, of.peakPerSec, of.peakPerMin, peakOverMean(of)],
        })),
      },
      ...(arrivals.count < requests && {
        lines: [`of the ${arrivals.count} requests that have a time of their own`],
      }),
      notes: [ARRIVALS_LEGEND],
    },
  ];
}

const ARRIVALS_LEGEND = `Gap CV: 0 is a metronome, 1 a Poisson process, more comes in bursts. Peak / mean is that of the busiest
  minute.`;

const MINUTE_SEC = 60;

/** Of a trace that is shorter than a minute the peak is all of it. */
function peakOverMean({ perSec, peakPerMin, spanMs }: ArrivalsSummary): number | undefined {
  if (perSec === undefined || spanMs < MINUTE_SEC * 1000) return undefined;
  return peakPerMin / MINUTE_SEC / perSec;
}

function spanText(ms: number): string {
  const rounded = duration(ms);
  const exact = seconds(ms);
  return rounded === exact || ms < 1000 * MINUTE_SEC ? exact : `${exact} (${rounded})`;
}

function noReuse({ blocks, said }: Inspection): Section[] {
  if (said && !blocks) return [];
  const why = blocks
    ? 'The ids are those of what is new in a turn, and not of a whole prompt'
    : 'Requests name no blocks';
  return [
    {
      title: 'Prefix cache',
      lines: [`${why}: what a cache could find is not known from the trace alone.`],
    },
  ];
}

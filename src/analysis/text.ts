import { measure, percent } from '../report/number.ts';
import { sectionsText } from '../report/render/text.ts';
import { type Field, field, type Section, type Table } from '../report/section.ts';
import type { Analysis } from './analysis.ts';
import type { Goodput } from './goodput.ts';
import { ANALYSED, type AnalysedName } from './request.ts';

/** For the eye: what `analyse` found, in lines of at most `width` columns. */
export function analysisText(analysis: Analysis, width?: number): string {
  return sectionsText(sectionsOf(analysis), width);
}

function sectionsOf(analysis: Analysis): Section[] {
  const { goodput } = analysis;
  return [
    { title: `Analysis of ${analysis.files.join(', ')}`, fields: headOf(analysis) },
    {
      title: 'Of completed requests',
      table: metricTable(analysis),
      notes: ['Errors are 1 for a failed request, and of failed ones too.'],
    },
    ...(goodput ? [{ title: 'Goodput', lines: goodputLines(goodput) }] : []),
  ];
}

function headOf({
  requests,
  durationSec,
  throughput,
  errors,
  toldGoodputPerSec,
}: Analysis): Field[] {
  const { total, completed, failed, cancelled, unsent } = requests;
  const others = Object.entries({ cancelled, 'never sent': unsent })
    .filter(([, count]) => count > 0)
    .map(([what, count]) => `, ${count} ${what}`);
  const types = Object.entries(errors.byType).map(([type, count]) => `${type} ${count}`);
  return [
    field('Requests', `${total}: ${completed} completed, ${failed} failed${others.join('')}`),
    field('Duration', durationSec === undefined ? 'unknown' : `${measure(durationSec)} s`),
    field(
      'Throughput',
      `${measure(throughput.requestsPerSec)} requests/s`,
      `${measure(throughput.tokensPerSec)} tokens/s, prompts and answers`,
      `${measure(throughput.outputTokensPerSec)} tokens/s, answers`,
    ),
    ...(toldGoodputPerSec === undefined
      ? []
      : [field('Goodput', `${measure(toldGoodputPerSec)} requests/s, as the file says`)]),
    field(
      'Errors',
      `${failed} (${percent(errors.share)})${types.length ? `: ${types.join(', ')}` : ''}`,
    ),
  ];
}

function metricTable({ metrics }: Analysis): Table {
  const names = (Object.keys(ANALYSED) as AnalysedName[]).filter((name) => metrics[name]);
  return {
    columns: [
      { title: '' },
      { title: 'count', format: 'count' },
      ...['total', 'mean', 'median', 'p99'].map((title) => ({ title })),
    ],
    rows: names.map((name) => {
      const { label, unit } = ANALYSED[name];
      const { count, total, mean, median, p99 } = metrics[name]!;
      const isTime = unit === 's';
      const shown = [total, mean, median, p99].map((value) => (isTime ? 1000 * value : value));
      return { cells: [isTime ? `${label} (ms)` : label, count, ...shown], format: 'amount' };
    }),
  };
}

function goodputLines({ targets, good, judged, share, perSec }: Goodput): string[] {
  const each = targets.map(
    (target) =>
      `${target.metric} <= ${target.maxSec} s: ${target.good} of ${judged}, ${percent(target.share)}`,
  );
  const all =
    share === undefined
      ? 'unknown: no request was judged, or no answer has a value of what is limited'
      : `${good} of ${judged} requests were good: ${percent(share)}, ${measure(perSec)} requests/s`;
  return targets.length > 1 || share === undefined ? [...each, all] : [all];
}

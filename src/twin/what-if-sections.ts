import { amount, measure, percent } from '../report/number.ts';
import { field, type Section, type TableRow } from '../report/section.ts';
import { METRICS } from '../stats/metrics.ts';
import { STATISTICS } from '../stats/statistics.ts';
import { changedText } from './changes.ts';
import { JUDGED_STATISTICS } from './errors.ts';
import { TIMES } from './measures.ts';
import type { WhatIf, WhatIfRow } from './what-if.ts';
import { changeText } from './words.ts';

/** What was changed, and what came of it beside what was measured. */
export function whatIfSections({ like, name, changed, standIn, rows, dir }: WhatIf): Section[] {
  return [
    {
      title: `What if: ${name}`,
      fields: [
        field('measured', like),
        ...(standIn === undefined
          ? []
          : [field('twin', `the same on ${standIn}, in virtual time`)]),
        field('changed', ...(changed.length ? changed.map(changedText) : ['nothing'])),
        field('what if', dir),
      ],
    },
    {
      title: 'Measured, and what if',
      table: {
        columns: [
          { title: '' },
          { title: 'measured' },
          ...(standIn === undefined ? [] : [{ title: 'twin' }]),
          { title: 'what if' },
          { title: 'change' },
        ],
        rows: tableRows(rows, standIn !== undefined),
      },
      notes: [
        standIn === undefined
          ? 'Change: what if less measured, in percent of it; of the share in points (pp). How far off the simulated engine is, is in it: --twin engine.json shows that.'
          : 'Change: what if less twin, in percent of it; of the share in points (pp): what was changed does that, and not how far off the twin is.',
      ],
    },
  ];
}

const LABELS: Readonly<Record<string, string>> = {
  'cache.share': 'cached share',
  'counts.completed': 'completed',
  'rates.achievedPerSec': 'requests/s',
  'rates.outputTokensPerSec': 'output tokens/s',
  'time.measuredMs': 'measured s',
};

function tableRows(rows: readonly WhatIfRow[], hasTwin: boolean): TableRow[] {
  const empty = ['', '', '', ...(hasTwin ? [''] : [])];
  const times = TIMES.flatMap((time): TableRow[] => {
    const own = JUDGED_STATISTICS.flatMap((statistic) => {
      const row = rows.find(({ name }) => name === `${time}.${statistic}`);
      return row ? [tableRow(STATISTICS[statistic].label, row, hasTwin, 1)] : [];
    });
    return own.length ? [{ cells: [`${METRICS[time].label} ms`, ...empty] }, ...own] : [];
  });
  const others = rows.flatMap((row) => {
    const label = LABELS[row.name];
    return label === undefined ? [] : [tableRow(label, row, hasTwin)];
  });
  return [...times, ...others];
}

const WRITTEN: Readonly<Record<WhatIfRow['unit'], (value: number | undefined) => string>> = {
  ms: measure,
  share: percent,
  requests: amount,
  s: measure,
  '/s': measure,
};

function tableRow(label: string, row: WhatIfRow, hasTwin: boolean, level = 0): TableRow {
  const { unit, measured, twin, whatIf, change } = row;
  const written = WRITTEN[unit];
  return {
    cells: [
      label,
      written(measured),
      ...(hasTwin ? [written(twin)] : []),
      written(whatIf),
      change === undefined ? '-' : changeText(change, unit === 'share' ? 'pp' : '%'),
    ],
    level,
  };
}

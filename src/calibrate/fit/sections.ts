import { percent } from '../../report/number.ts';
import { field, listSections, type Section } from '../../report/section.ts';
import { FITTED } from './constants.ts';
import type { RunErrors } from './errors.ts';
import type { Fit } from './fit.ts';

const TITLES = { ttftMs: 'TTFT', tpotMs: 'TPOT', latencyMs: 'latency' } as const;

/** What was fitted, how well it is known, and how far off the fitted engine is from every run. `file`: of the profile. */
export function fitSections(fit: Fit, predicted: readonly RunErrors[], file: string): Section[] {
  const { values, requests, plays, isComplete, errors } = fit;
  const unknown = values.filter(({ interval }) => !interval);
  return [
    {
      title: 'Calibration',
      fields: [
        field(
          'fitted to',
          `${requests} requests of ${errors.length} run(s), played ${plays} times`,
        ),
        field('profile', file),
      ],
      ...(isComplete ? {} : { notes: [BROKEN_OFF] }),
    },
    {
      title: 'Constants',
      table: {
        columns: [
          { title: 'constant' },
          { title: 'value', format: 'measure' },
          { title: '95 % interval' },
          { title: 'began at', format: 'measure', detail: 1 },
          { title: 'what it is', detail: 2 },
        ],
        rows: values.map(({ name, value, interval, startedAt }) => ({
          cells: [
            `${name}`,
            value,
            interval ? `${shown(interval[0])} to ${shown(interval[1])}` : 'not determined',
            startedAt,
            `${FITTED[name].says}${FITTED[name].unit && `, ${FITTED[name].unit}`}`,
          ],
        })),
      },
      notes: [
        ...(unknown.length
          ? [
              `These runs do not determine ${unknown.map(({ name }) => name).join(', ')}: the engine takes as long with other values. Runs that differ more (one user alone, long prompts, many at once) would tell.`,
            ]
          : []),
        ONE_OF,
      ],
    },
    ...[...errors, ...predicted].map((one, index) =>
      errorSection(one, index >= errors.length ? 'predicted' : 'fitted'),
    ),
    ...listSections('Doubts', fit.notes),
  ];
}

const BROKEN_OFF =
  'The time was over before the fit had settled: give it more (--budget), or fewer and shorter runs.';
const ONE_OF =
  'What every step takes, whatever it computes (headMs, attentionLaunchMs, hostMs), cannot be told from weightsMs by runs: it is as the profile had it where the fit began.';

function shown(value: number): string {
  return Number(value.toPrecision(3)).toString();
}

function errorSection({ name, requests, sameCached, rows }: RunErrors, how: string): Section {
  return {
    title: `${how === 'fitted' ? 'Fitted to' : 'Predicted'}: ${name}`,
    fields: [field('requests', String(requests)), field('same cached tokens', percent(sameCached))],
    table: {
      columns: [
        { title: 'measure' },
        { title: 'statistic' },
        { title: 'seen', unit: 'ms', format: 'measure' },
        { title: 'engine', unit: 'ms', format: 'measure' },
        { title: 'error' },
      ],
      rows: rows.map(({ measure, statistic, seen, said }) => ({
        cells: [TITLES[measure], statistic, seen, said, signed(said / seen - 1)],
      })),
    },
  };
}

function signed(share: number): string {
  return `${share < 0 ? '' : '+'}${(100 * share).toFixed(1)} %`;
}

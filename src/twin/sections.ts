import { counted } from '../base/counted.ts';
import { measure, percent, seconds } from '../report/number.ts';
import { sectionsText } from '../report/render/text.ts';
import { type Field, field, type Section, type Table, type TableRow } from '../report/section.ts';
import { METRICS } from '../stats/metrics.ts';
import { STATISTICS } from '../stats/statistics.ts';
import type { Agreement } from './agreement.ts';
import { boundsOf, EQUAL_BOUND, type TwinError } from './errors.ts';
import { differing, leavingLines } from './leaving-text.ts';
import { QUANTITIES, SHARE } from './measures.ts';
import { orderSections } from './order/sections.ts';
import type { Twin } from './twin.ts';
import { errorText } from './words.ts';

/** What came of a run beside its twin, as text. */
export function twinText(twin: Twin, width?: number): string {
  return sectionsText(twinSections(twin), width);
}

/** The same as data: what to know first, when the run left its twin, and every number of both. */
export function twinSections(twin: Twin): Section[] {
  return [
    { lines: [headline(twin)] },
    { title: 'The twin', fields: fields(twin) },
    { title: 'Over time', lines: leavingLines(twin) },
    { title: 'Run and twin', table: table(twin), notes: notes(twin) },
    ...orderSections(twin),
  ];
}

function headline(twin: Twin): string {
  const { name, gpu, errors, agreement } = twin;
  const { kept, of } = boundsOf(twin);
  const which = [
    ...errors
      .filter(({ isKept }) => isKept === false)
      .map(({ name: of, statistic, error }) => `${nameOf(of, statistic)} ${errorText(of, error)}`),
    ...(agreement.isKept === false ? [`cached tokens equal in ${equalShare(agreement)}`] : []),
  ];
  const list = which.length ? `; beyond: ${which.join(', ')}` : '';
  return `${name} beside its twin on ${gpu}: ${kept} of ${of} bounds of a good twin are kept${list}.`;
}

function nameOf(name: TwinError['name'], statistic: TwinError['statistic']): string {
  return name === SHARE ? 'cached share' : `${METRICS[name].label} ${STATISTICS[statistic!].label}`;
}

function fields(twin: Twin): Field[] {
  const { gpu, settings, told, drawn, requests, agreement, measuredMs } = twin;
  const { paired, onlyObserved, onlyTwin, twinFailure } = requests;
  return [
    field(
      'engine',
      gpu,
      ...calibrationLines(twin),
      ...(told.length ? [`as the server told of itself: ${told.join(', ')}`] : []),
      ...settings.map((setting) => `--set ${setting}`),
    ),
    ...(drawn.count
      ? [
          field(
            'band',
            `${counted(drawn.count, 'draw')} of ${drawn.constants.join(', ')} from their intervals${drawn.isTogether ? ', as their errors go together' : ', each by itself'}`,
          ),
        ]
      : []),
    field(
      'requests',
      `${paired} completed in both${onlyObserved + onlyTwin ? `, ${onlyObserved} in the run alone, ${onlyTwin} in the twin alone` : ''}`,
      ...(twinFailure === undefined ? [] : [`the twin's first that failed: ${twinFailure}`]),
    ),
    ...(agreement.told ? [field('cached tokens', ...agreementLines(agreement))] : []),
    ...(agreement.inputEqual < agreement.inputTold
      ? [field('input tokens', inputLine(agreement))]
      : []),
    field('measured', `${seconds(measuredMs.observed)}, the twin ${seconds(measuredMs.twin)}`),
  ];
}

/** Where its constants come from. */
function calibrationLines({ calibration }: Twin): string[] {
  if (!calibration) return [];
  const { by, date, version, undetermined } = calibration;
  const server = version === undefined ? '' : `, of version ${version}`;
  return [
    `calibrated ${date.slice(0, 10)} by ${by}${server}`,
    ...(undetermined.length ? [`not determined by that: ${undetermined.join(', ')}`] : []),
  ];
}

function agreementLines(agreement: Agreement): string[] {
  const { told, equal } = agreement;
  const verdict = agreement.isKept ? '' : `, of a good twin ${percent(EQUAL_BOUND)}`;
  return [
    `equal in ${equal} of ${counted(told, 'request')} (${equalShare(agreement)}${verdict})`,
    ...(agreement.differing.length ? [differing(agreement.differing)] : []),
  ];
}

function equalShare({ equal, told }: Agreement): string {
  return percent(equal / told);
}

function inputLine({ inputTold, inputEqual }: Agreement): string {
  return `equal in ${inputEqual} of ${counted(inputTold, 'request')}: the twin counts with another tokenizer or chat template than the server; --set engine.tokenizer=… names the server's`;
}

function table({ errors, drawn }: Twin): Table {
  const rows = QUANTITIES.flatMap((name): TableRow[] => {
    const own = errors.filter((error) => error.name === name);
    if (!own.length) return [];
    if (name === SHARE) return own.map((error) => row('cached share', error, percent));
    return [
      { cells: [`${METRICS[name].label} ms`, '', '', '', ...(drawn.count ? [''] : []), ''] },
      ...own.map((error) => row(STATISTICS[error.statistic!].label, error, measure, 1)),
    ];
  });
  return {
    columns: [
      { title: '' },
      { title: 'run' },
      { title: 'twin' },
      { title: 'off' },
      ...(drawn.count ? [{ title: 'band' }] : []),
      { title: 'bound' },
    ],
    rows,
  };
}

function row(
  label: string,
  error: TwinError,
  written: (value: number) => string,
  level = 0,
): TableRow {
  const { name, observed, twin, band, bound, isKept } = error;
  const unit = name === SHARE ? 'pp' : '%';
  return {
    cells: [
      label,
      written(observed),
      written(twin),
      errorText(name, error.error),
      ...(band ? [`${written(band.low)} to ${written(band.high)}`] : []),
      bound === undefined ? '' : `${100 * bound} ${unit} ${isKept ? 'kept' : 'MISSED'}`,
    ],
    level,
  };
}

function notes({ hasObservedLengths, drawn }: Twin): string[] {
  return [
    `Of the requests that both completed. Off: twin less run, in percent of the run; of the share in points (pp).${drawn.count ? ' Band: from the least to the greatest of all draws.' : ''}`,
    ...(hasObservedLengths
      ? [
          'The scenario does not force how long answers are: those of the twin are as long as the run had them.',
        ]
      : []),
  ];
}

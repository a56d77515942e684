import { amount } from '../report/number.ts';
import { sectionsText } from '../report/render/text.ts';
import { field, listSections, type Section } from '../report/section.ts';
import { METRICS, type MetricName } from '../stats/metrics.ts';
import type { ComparedRun, Side } from './compared-run.ts';
import type { Compared, Comparison } from './comparison.ts';
import type { Difference } from './difference.ts';
import type { FailIfVerdict } from './fail-if.ts';
import type { JudgedRow } from './judge.ts';
import { labelOf, type Measure, nameOf } from './measure-name.ts';
import { changeOf, short, tableSection } from './table.ts';

/** The comparison as text: what was found, of what, then the numbers of each side beside the first. */
export function comparisonText(comparison: Comparison, width?: number): string {
  return sectionsText(comparisonSections(comparison), width);
}

/** The same as data. */
export function comparisonSections(comparison: Comparison): Section[] {
  const { baseline, compared, verdicts } = comparison;
  return [
    { lines: compared.map((one) => headline(baseline, one)) },
    ...compared.flatMap(({ refusals, side }) =>
      listSections(
        `WARNING: ${baseline.name} and ${side.name} should not be compared, and were forced.`,
        refusals,
        { isWarning: true },
      ),
    ),
    {
      title: 'Compared',
      fields: [baseline, ...compared.map(({ side }) => side)].map((side, index) =>
        field(index ? side.name : `${side.name} (baseline)`, ...side.runs.map(runText)),
      ),
      notes: compared.map((one) => methodText(baseline, one)),
    },
    ...failIfSections(verdicts),
    ...compared.map((one) => tableSection(baseline, one)),
    legend(comparison),
  ];
}

function runText({ path, says, records }: ComparedRun): string {
  return `${path}: ${says}, ${records.length || 'no single'} requests`;
}

function methodText(a: Side, { side: b, pairs, leftOut }: Compared): string {
  const names = `${a.name} and ${b.name}`;
  const out = Object.entries(leftOut).map(
    ([name, says]) => `${METRICS[name as MetricName].label} is left out: ${says}.`,
  );
  const hasRequests = [a, b].every(({ runs }) => runs.every(({ records }) => records.length));
  if (!hasRequests) {
    return [`${names}: statistics alone, so that no difference has an interval.`, ...out].join(' ');
  }
  if (!pairs) {
    return [`${names}: not paired, as their requests are not the same ones.`, ...out].join(' ');
  }
  const common = pairs.reduce((sum, { requests }) => sum + requests.pairs, 0);
  const all = pairs.reduce((sum, { requests }) => sum + requests.count, 0);
  const share = common === all ? `all ${all} requests` : `${common} of ${all} requests`;
  const draws = pairs.every(({ isSame }) => isSame) ? '' : ' (other draws of one workload)';
  return [`${names}: paired by user and turn${draws}, ${share} being in both.`, ...out].join(' ');
}

/** The numbers that are told first, and in words. */
const HEADLINES: readonly string[] = [
  'ttftMs.mean',
  'ttftMs.p95',
  'tpotMs.mean',
  'latencyMs.mean',
  'latencyMs.p95',
  'rates.outputTokensPerSec',
  'goodput.share',
  'cache.share',
  'counts.errorRate',
];

function headline({ name: a }: Side, { side: { name: b }, rows }: Compared): string {
  const told = rows.filter(({ measure }) => HEADLINES.includes(nameOf(measure)));
  const of = (finding: JudgedRow['finding']) => told.filter((row) => row.finding === finding);
  const changes = (list: readonly JudgedRow[]) =>
    list.map(
      ({ measure, difference }) => `${labelOf(measure)} ${changeText(measure, difference!)}`,
    );
  const labels = (list: readonly JudgedRow[]) => list.map(({ measure }) => labelOf(measure));
  const parts = [
    ...sentence(`${b} is better than ${a} by`, changes(of('better'))),
    ...sentence(`${b} is worse than ${a} by`, changes(of('worse'))),
    ...sentence('not different:', labels(of('notDifferent'))),
    ...sentence('cannot tell:', labels(of('cannotTell'))),
  ];
  return parts.length ? `${parts.join('; ')}.` : `${a} and ${b} have no number in common.`;
}

function sentence(begin: string, list: readonly string[]): string[] {
  return list.length ? [`${begin} ${list.join(', ')}`] : [];
}

/** `12.3 % (9.1 to 15.2 %)`, without its sign: better and worse say it. */
function changeText(measure: Measure, difference: Difference): string {
  const { change, low, high, unit } = changeOf(measure, difference);
  const ends = [Math.abs(low), Math.abs(high)].sort((a, b) => a - b);
  return `${short(Math.abs(change))} ${unit} (${short(ends[0]!)} to ${short(ends[1]!)})`;
}

function failIfSections(verdicts: readonly FailIfVerdict[]): Section[] {
  return listSections(
    'Limits',
    verdicts.map(
      ({ text, side, outcome, because }) => `${side}: ${text}: ${OUTCOMES[outcome]}: ${because}`,
    ),
  );
}

const OUTCOMES = { kept: 'kept', broken: 'FAILED', unsure: 'cannot tell' } as const;

function legend({ margin, tests }: Comparison): Section {
  const together =
    tests > 0
      ? `"Better" and "worse" hold for all ${tests} numbers together: where nothing differs, one of them is found in less than 5 % of comparisons (Holm). `
      : '';
  return {
    notes: [
      `Times are in ms. Change: of A in percent; of shares, in points (pp). The interval of each number holds its true change with a
      confidence of 95 %. ${together}"Not different": the interval lies within ${amount(100 * margin)} %
      of A, either way. "Cannot tell": neither; more requests, or repeats, would.`,
    ],
  };
}

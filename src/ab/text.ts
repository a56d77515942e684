import type { Outcome } from '../play/played.ts';
import { measure, percent } from '../report/number.ts';
import { sectionsText } from '../report/render/text.ts';
import { type Field, field, type Section } from '../report/section.ts';
import type { ControlFinding } from './control-finding.ts';
import { CONTROLS } from './controls.ts';
import type { ArmDifference } from './differences.ts';
import { type Conclusion, conclusionOf, type Measured, measuredOf } from './experiment.ts';
import { intervalText, percentOf, signedGain } from './gain-text.ts';
import { isTime, labelOf, MEASURE_NAMES, type MeasureKey } from './measures.ts';
import type { Round, Settings } from './settings.ts';
import { verdictLines } from './words.ts';

/** An experiment as far as it went. */
export interface Experiment {
  readonly name: string;
  readonly isSimulated: boolean;
  readonly settings: Settings;
  readonly differences: readonly ArmDifference[];
  readonly rounds: readonly Round[];
  readonly outcome: Outcome;
  /** Where its runs are. */
  readonly dir: string;
}

/** The verdict in words, what it rests on, and how to read it; no line longer than `width`. */
export function experimentText(experiment: Experiment, width?: number): string {
  return sectionsText(experimentSections(experiment), width);
}

export function experimentSections(experiment: Experiment): Section[] {
  const { settings, rounds } = experiment;
  const conclusion = conclusionOf(settings, rounds);
  return [
    {
      title: `A against B: ${experiment.name}${experiment.isSimulated ? ', simulated' : ''}`,
      fields: armFields(experiment.differences),
    },
    { lines: verdictLines(conclusion, experiment) },
    ...(conclusion.rounds > 0 ? [measuresSection(experiment)] : []),
    ...(conclusion.controls.length > 0 ? [controlsSection(conclusion)] : []),
    { lines: [`Rounds: ${experiment.dir}`] },
  ];
}

function armFields(differences: readonly ArmDifference[]): Field[] {
  const side = (of: 'a' | 'b') =>
    differences.map((one) => `${one.path}: ${one[of] === undefined ? '-' : shown(one[of])}`);
  return [field('A', ...side('a')), field('B', ...side('b'))];
}

function shown(value: unknown): string {
  return typeof value === 'string' ? value : JSON.stringify(value);
}

function measuresSection({ settings, rounds }: Experiment): Section {
  const keys = new Set<MeasureKey>([settings.measure, ...MEASURE_NAMES]);
  const measured = [...keys]
    .map((key) => measuredOf(settings, rounds, key))
    .filter(({ gain }) => gain !== undefined);
  return {
    title: 'Rounds',
    table: {
      columns: [
        { title: '' },
        { title: 'A' },
        { title: 'B' },
        { title: 'B is better by' },
        { title: percentOf(1 - settings.alpha) },
        { title: 'rounds', format: 'count', detail: 1 },
      ],
      rows: measured.map((one) => ({ cells: measuredCells(one) })),
    },
    notes: [
      `Of a time the share of A's that B saves; of a share the points that B has more; less than 0: B is worse. Means over rounds, each of which has the same requests on both sides. What decides is ${labelOf(settings.measure)}; each of the others is for itself.`,
      `The intervals hold whenever one looks: at most ${percentOf(settings.alpha)} of all experiments without a difference ever show one.`,
    ],
  };
}

function measuredCells({ measure: key, a, b, gain, rounds }: Measured): (string | number)[] {
  const value = (one: number | undefined) => (isTime(key) ? measure(one) : percent(one));
  return [
    isTime(key) ? `${labelOf(key)} ms` : labelOf(key),
    value(a),
    value(b),
    signedGain(key, gain!.mean),
    intervalText(key, gain!),
    rounds,
  ];
}

function controlsSection({ controls, primary }: Conclusion): Section {
  return {
    title: 'Controls',
    table: {
      columns: [
        { title: 'where nothing is to be gained' },
        { title: 'rounds', format: 'count', detail: 1 },
        { title: `${labelOf(primary.measure)} gain` },
        { title: 'interval' },
        { title: 'says' },
      ],
      rows: controls.map((control) => ({ cells: controlCells(control, primary.measure) })),
    },
    terms: controls.map(({ name }) => ({
      term: CONTROLS[name].title,
      says: CONTROLS[name].says,
    })),
  };
}

function controlCells({ name, rounds, gain, says, judged }: ControlFinding, key: MeasureKey) {
  return [
    CONTROLS[name].title,
    rounds,
    gain && signedGain(key, gain.mean),
    gain && intervalText(key, gain),
    CONTROL_SAYS[judged][says],
  ];
}

const CONTROL_SAYS = {
  gain: { none: 'no gain', gain: 'A GAIN', open: 'too few to tell' },
  hits: { none: 'no hits', gain: 'HITS', open: 'hits unknown' },
} satisfies Record<ControlFinding['judged'], Record<ControlFinding['says'], string>>;

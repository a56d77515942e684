import { counted } from '../base/counted.ts';
import type { Outcome } from '../play/played.ts';
import { percent } from '../report/number.ts';
import type { ControlFinding } from './control-finding.ts';
import { CONTROLS, type Control } from './controls.ts';
import { type Conclusion, measuredOf } from './experiment.ts';
import type { Gain } from './gain.ts';
import { intervalText, percentOf, signedGain } from './gain-text.ts';
import { roundsNeeded } from './interval.ts';
import { gainOf, labelOf, type MeasureKey } from './measures.ts';
import { type Round, roundsOf, type Settings } from './settings.ts';
import type { Finding } from './verdict.ts';

interface Told {
  readonly settings: Settings;
  readonly rounds: readonly Round[];
  readonly outcome: Outcome;
}

/** What an experiment has found, a sentence a line: the verdict, what the controls say, and what it is to be read with. */
export function verdictLines(conclusion: Conclusion, told: Told): string[] {
  const { failed, requestsOfRounds } = conclusion;
  const hasFailed = failed.a + failed.b > 0;
  return [
    FINDING_TEXTS[conclusion.finding](conclusion, told),
    ...controlLines(conclusion),
    ...(isAlike(conclusion)
      ? ['Every round gave the same: what this scenario draws anew does not matter to it.']
      : []),
    ...(hasFailed
      ? [
          `Failed of ${requestsOfRounds} requests: ${failed.a} of A, ${failed.b} of B. Times are of the requests that both answered${conclusion.failsMore ? ': B FAILS MORE, and is not better, however fast the others were' : ''}.`,
        ]
      : []),
    ...ENDED[told.outcome],
  ];
}

/** As in virtual time, where arrivals and lengths are constant. */
function isAlike({ primary: { gain }, finding }: Conclusion): boolean {
  return finding !== 'refused' && gain?.low !== undefined && gain.low === gain.high;
}

type FindingText = (conclusion: Conclusion, told: Told) => string;

const FINDING_TEXTS = {
  better: (conclusion, told) => `B is better by ${differenceText(conclusion, told, 1)}.`,
  worse: (conclusion, told) => `B is worse by ${differenceText(conclusion, told, -1)}.`,
  alike: (conclusion, told) =>
    `B is neither better nor worse by as much as ${leastText(told)}: ${foundText(conclusion, told)}.`,
  notBetter: (conclusion, told) =>
    `B is not better by as much as ${leastText(told)}: ${foundText(conclusion, told)}.`,
  open: (conclusion, told) =>
    conclusion.rounds === 0
      ? 'Nothing is known of B: no round of A and B was played.'
      : `Cannot tell after ${effortText(conclusion)}${soFar(conclusion, told)}.`,
  refused: ({ controls }) => {
    const { name, by, hitShare, gain } = controls.find(({ says }) => says === 'gain')!;
    const { title, otherwise, sides = { a: 'A', b: 'B' } }: Control = CONTROLS[name];
    const isHits = by === 'hit-share' && hitShare;
    const what = isHits
      ? `cached are ${percent(hitShare.a)} of the tokens of ${sides.a} and ${percent(hitShare.b)} of those of ${sides.b}`
      : `a gain of ${signedGain(by!, gain!.mean)}`;
    return `REFUSED: nothing can be said of B. The control "${title}" shows what cannot be, ${what}: ${otherwise}.`;
  },
} satisfies Record<Finding, FindingText>;

/** How it ended, where that was not by itself. */
const ENDED = {
  ok: [],
  failed: ['It broke off: a run completed no request.'],
  interrupted: ['It was interrupted: this is what was known until then; --resume goes on.'],
  unreachable: ['It broke off: the engine cannot be reached; --resume goes on.'],
  defect: ['It broke off by a bug of confab: do not trust the last round.'],
} satisfies Record<Outcome, readonly string[]>;

/** `62.3 % of the TTFT (61.0 to 63.5 %, …)`: of what is better, or of what is worse. */
function differenceText(conclusion: Conclusion, told: Told, sign: 1 | -1): string {
  const { measure, gain } = conclusion.primary;
  const { mean, low, high } = gain!;
  const [least, most] = sign === 1 ? [low!, high!] : [-high!, -low!];
  const interval = intervalText(measure, { mean, low: least, high: most }).replaceAll('+', '');
  const size = signedGain(measure, sign * mean).replace('+', '');
  return `${size} of ${labelOf(measure)} (${interval}; ${sureText(told)}), after ${effortText(conclusion)}`;
}

function foundText(conclusion: Conclusion, told: Told): string {
  const { measure, gain } = conclusion.primary;
  return `${signedGain(measure, gain!.mean)} of ${labelOf(measure)} (${intervalText(measure, gain!)}; ${sureText(told)}), after ${effortText(conclusion)}`;
}

function sureText({ settings }: Told): string {
  return `${percentOf(1 - settings.alpha)} at any look`;
}

function leastText({ settings: { minGain, measure } }: Told): string {
  return signedGain(measure, minGain).replace('+', '');
}

function effortText({ rounds, requestsOfRounds }: Conclusion): string {
  return `${counted(rounds, 'round')}, ${counted(requestsOfRounds, 'request')}`;
}

/** Of what cannot be told: what is known, and what it would take. */
function soFar({ primary: { measure, gain }, controls }: Conclusion, told: Told): string {
  const { alpha, minGain } = told.settings;
  const found = gain
    ? `: B's gain is ${signedGain(measure, gain.mean)} of ${labelOf(measure)} (${intervalText(measure, gain)})`
    : '';
  const std = spreadOf(told) ?? controls.find(({ name }) => name === 'floor')?.std;
  if (std === undefined || std === 0) return found;
  const needed = roundsNeeded(std, minGain, alpha);
  if (!(needed < Infinity))
    return `${found}; so small a gain as ${leastText(told)} is lost in this noise`;
  return `${found}; with this noise, ${leastText(told)} shows after some ${counted(needed, 'round')}`;
}

/** Standard deviation of the differences between rounds. */
function spreadOf({ rounds, settings }: Told): number | undefined {
  const found = roundsOf(rounds).flatMap(
    ({ pair }) => pair.measures[settings.measure]?.difference ?? [],
  );
  if (found.length < SPREAD_MIN) return undefined;
  const mean = found.reduce((sum, one) => sum + one, 0) / found.length;
  return Math.sqrt(found.reduce((sum, one) => sum + (one - mean) ** 2, 0) / (found.length - 1));
}

/** Of fewer differences the spread is anybody's guess. */
const SPREAD_MIN = 4;

const SAID: readonly (Pick<ControlFinding, 'judged' | 'says'> & { readonly text: string })[] = [
  { judged: 'gain', says: 'none', text: 'no gain where there is none to be had' },
  { judged: 'hits', says: 'none', text: 'no hits where nothing can be found' },
  { judged: 'gain', says: 'open', text: 'too few rounds to rule a gain out' },
  { judged: 'hits', says: 'open', text: 'the engine does not tell whether there were hits' },
];

function controlLines({ controls, primary, finding }: Conclusion): string[] {
  if (controls.length === 0)
    return ['No controls were played: what else could make B better is not ruled out.'];
  if (finding === 'refused') return [];
  const floor = controls.find(({ name }) => name === 'floor');
  const said = SAID.flatMap(({ judged, says, text }) => {
    const named = controls.filter((one) => one.judged === judged && one.says === says);
    const titles = named.map(({ name }) => CONTROLS[name].title);
    return titles.length > 0 ? [`${text} (${titles.join('; ')})`] : [];
  });
  return [
    `The controls say: ${said.join('; ')}.`,
    ...(floor?.gain?.low !== undefined ? [floorText(primary.measure, floor.gain)] : []),
  ];
}

function floorText(measure: MeasureKey, gain: Gain): string {
  return gain.low === 0 && gain.high === 0
    ? `The noise floor: A does not differ from itself at all in ${labelOf(measure)}.`
    : `The noise floor: A differs from itself by ${intervalText(measure, gain)} of ${labelOf(measure)}.`;
}

/** A round that is over, and what is known by now, in one line. */
export function roundLine(
  { stage, round, pair }: Round,
  rounds: readonly Round[],
  settings: Settings,
): string {
  const { measure, controlRounds, roundsMax } = settings;
  const isRounds = stage === 'rounds';
  const title = isRounds ? 'A against B' : CONTROLS[stage].title;
  const found = pair.measures[measure];
  const own = found ? signedGain(measure, gainOf(measure, found.difference)) : 'no value';
  const { gain } = measuredOf(settings, rounds, measure);
  const all =
    isRounds && gain?.low !== undefined
      ? `; so far ${signedGain(measure, gain.mean)} (${intervalText(measure, gain)})`
      : '';
  return `${title}, round ${round} of ${isRounds ? `at most ${roundsMax}` : controlRounds}: ${labelOf(measure)} gain ${own}${all}`;
}

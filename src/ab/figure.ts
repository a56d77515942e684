import type { Panel } from '../figures/panel.ts';
import type { Point } from '../stats/sample.ts';
import { measuredOf } from './experiment.ts';
import type { Gain } from './gain.ts';
import { gainOf, isTime, labelOf } from './measures.ts';
import { type Round, roundsOf, type Settings } from './settings.ts';

/** How the difference and its interval went from round to round, and the differences of single rounds beside the noise floor. */
export function experimentPanels(settings: Settings, rounds: readonly Round[]): Panel[] {
  const { measure, alpha } = settings;
  const compared = roundsOf(rounds);
  const gains = compared.map(
    (_, index) => measuredOf(settings, compared.slice(0, index + 1), measure).gain,
  );
  const points = (of: (gain: Gain) => number | undefined): Point[] =>
    gains.flatMap((gain, index) => {
      const value = gain && of(gain);
      return value === undefined ? [] : [[index + 1, value] as Point];
    });
  const single = (stage: Round['stage']): Point[] =>
    rounds
      .filter((round) => round.stage === stage)
      .flatMap(({ round, pair }) => {
        const found = pair.measures[measure];
        return found ? [[round, gainOf(measure, found.difference)] as Point] : [];
      });
  const y = { label: `gain of B, ${labelOf(measure)}`, unit: 'share' };
  const x = { label: 'rounds', unit: 'count' };
  const lastRound = Math.max(2, compared.length);
  return [
    {
      title: `What B gains over A: ${labelOf(measure)}`,
      kind: 'line',
      x,
      y,
      series: [
        { name: 'mean so far', points: points(({ mean }) => mean) },
        { name: 'lower end', points: points(({ low }) => low) },
        { name: 'upper end', points: points(({ high }) => high) },
        {
          name: 'no difference',
          points: [
            [1, 0],
            [lastRound, 0],
          ],
        },
      ].filter((one) => one.points.length > 0) as { name: string; points: Point[] }[],
      notes: [
        `The interval holds at all rounds at once, at ${Number((100 * (1 - alpha)).toPrecision(4))} %: its ends may be looked at, and acted on, at any time.`,
        ...(isTime(measure) ? [] : ['Of a share: points.']),
      ],
    },
    {
      title: 'Single rounds',
      kind: 'scatter',
      x: { label: 'round', unit: 'count', isNumbering: true },
      y: { label: `gain, ${labelOf(measure)}`, unit: 'share' },
      series: [
        { name: 'B over A', points: single('rounds') },
        { name: 'A over A: the noise floor', points: single('floor') },
      ].filter((one) => one.points.length > 0),
    },
  ];
}

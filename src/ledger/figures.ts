import type { Axis, Figure } from '../report/figures/figure.ts';
import type { Point } from '../stats/sample.ts';
import { CAUSE_NAMES, CAUSES, isOutOfReach } from './causes.ts';
import type { Ledger } from './explain.ts';
import type { Sums } from './sums.ts';

const TURN: Axis = { label: 'turn', unit: 'count' };

export function ledgerFigures(ledger: Ledger): Figure[] {
  return [byTurn(ledger), deficits(ledger)];
}

/** What a cache could have found, would have, and did, turn by turn. */
function byTurn({ byTurn, total }: Ledger): Figure {
  const line = (of: (sums: Sums) => number | undefined): Point[] =>
    byTurn.flatMap(({ key, sums }): Point[] => {
      const tokens = of(sums);
      return tokens === undefined || sums.inputTokens === 0
        ? []
        : [[key + 1, tokens / sums.inputTokens]];
    });
  return {
    name: 'ideal-predicted-observed',
    title: 'Ideal, predicted and observed by turn',
    kind: 'line',
    x: TURN,
    y: { label: 'share of the input tokens', unit: 'share' },
    series: [
      { name: 'ideal', points: line(({ idealTokens }) => idealTokens) },
      { name: 'prompts alone', points: line(({ ideal }) => ideal.prompts) },
      { name: 'predicted', points: line(({ predictedTokens }) => predictedTokens) },
      {
        name: 'observed',
        points: line(({ reported, observedTokens }) => (reported ? observedTokens : undefined)),
      },
      { name: 'shared alone', points: line(({ ideal }) => ideal.shared) },
    ].filter(({ points }) => points.length > 0),
    notes: [`residual of the ledger: ${total.residualTokens} tokens`],
  };
}

/** Tokens of one cause above those of another: the upper edge of the last is all that was lost. */
function deficits({ byTurn, total }: Ledger): Figure {
  const causes = CAUSE_NAMES.filter((cause) => !isOutOfReach(cause) && total.causes[cause] > 0);
  const below = byTurn.map(() => 0);
  const series = causes.map((cause) => ({
    name: CAUSES[cause].title,
    points: byTurn.map(({ key, sums }, index): Point => {
      below[index]! += sums.causes[cause] / sums.requests;
      return [key + 1, below[index]!];
    }),
  }));
  return {
    name: 'deficits-by-cause',
    title: 'Tokens lost by cause and turn, one cause above the other',
    kind: 'line',
    x: TURN,
    y: { label: 'lost per request', unit: 'tokens' },
    series: series.toReversed(),
    notes: ['each line stands on the one below it: the highest is all that was lost'],
  };
}

import type { Axis, Figure } from '../report/figures/figure.ts';
import type { Point } from '../stats/sample.ts';
import { CAUSE_NAMES, CAUSES, isOutOfReach } from './causes.ts';
import type { Ledger } from './explain.ts';
import type { Sums } from './sums.ts';

const TURN: Axis = { label: 'turn', unit: 'count', isNumbering: true };

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
    name: 'ideal-predicted-observed-by-turn',
    title: 'Ideal, predicted and observed by turn',
    kind: 'line',
    hasDots: true,
    x: TURN,
    y: { label: 'share of the input tokens', unit: 'share' },
    series: [
      {
        name: 'observed',
        points: line(({ reported, observedTokens }) => (reported ? observedTokens : undefined)),
      },
      { name: 'predicted', points: line(({ predictedTokens }) => predictedTokens) },
      { name: 'ideal', points: line(({ idealTokens }) => idealTokens), isDashed: true as const },
      {
        name: 'prompts alone',
        points: line(({ ideal }) => ideal.prompts),
        isDashed: true as const,
      },
      { name: 'shared alone', points: line(({ ideal }) => ideal.shared), isDashed: true as const },
    ].filter(({ points }) => points.length > 0),
    notes: [`residual of the ledger: ${total.residualTokens} tokens`],
  };
}

/** Tokens of one cause upon those of another: all of them are what was lost. */
function deficits({ byTurn, total }: Ledger): Figure {
  const causes = CAUSE_NAMES.filter((cause) => !isOutOfReach(cause) && total.causes[cause] > 0);
  return {
    name: 'deficits-by-cause',
    title: 'Tokens lost, by turn and cause',
    kind: 'bar',
    isStacked: true,
    x: { ...TURN, names: byTurn.map(({ key }) => String(key + 1)) },
    y: { label: 'lost per request', unit: 'tokens' },
    series: causes.map((cause) => ({
      name: CAUSES[cause].title,
      points: byTurn.map(({ sums }, place): Point => [place, sums.causes[cause] / sums.requests]),
    })),
    notes: [],
  };
}

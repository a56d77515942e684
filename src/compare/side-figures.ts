import type { Panel, PanelAxis, PanelSeries } from '../figures/panel.ts';
import { SOURCES, sourcesOf } from '../report/figures/tokens-by-source.ts';
import { type RoundSummary, Rounds } from '../stats/rounds.ts';
import type { Point } from '../stats/sample.ts';
import type { Side } from './compared-run.ts';

/** Hits and TTFT of the sides' rounds over each other, and where the prompt tokens of each side came from. */
export function sidePanels(sides: readonly Side[]): Panel[] {
  const rounds = sides.map((side) => ({ name: side.name, rounds: roundsOf(side) }));
  const lines = (of: (round: RoundSummary) => number | undefined): PanelSeries[] =>
    rounds
      .map(({ name, rounds }) => ({
        name,
        points: rounds.flatMap((round): Point[] => {
          const y = of(round);
          return y === undefined ? [] : [[round.fromRound, y]];
        }),
      }))
      // A single round is no picture of rounds.
      .filter(({ points }) => points.length > 1);
  const x: PanelAxis = { label: 'round', unit: 'count', isNumbering: true };
  const notes = ['Of completed requests.'];
  const panels: Panel[] = [
    {
      ...{ name: 'cached-share-by-round', title: 'Cached share by round', kind: 'line', x, notes },
      ...{ hasDots: true, y: { label: 'cached input tokens', unit: 'share' } },
      series: lines(({ cachedShare }) => cachedShare),
    },
    {
      ...{ name: 'ttft-by-round', title: 'TTFT by round, p50', kind: 'line', x, notes },
      ...{ hasDots: true, y: { label: 'TTFT', unit: 'ms' } },
      series: lines(({ ttftMs }) => ttftMs?.p50),
    },
    sourcesPanel(sides),
  ];
  return panels.filter(({ series }) => series.length > 0);
}

function roundsOf({ runs }: Side): readonly RoundSummary[] {
  const rounds = new Rounds();
  for (const { records, startUp } of runs) {
    for (const record of records) rounds.add(record, startUp.has(record));
  }
  return rounds.close().groups;
}

function sourcesPanel(sides: readonly Side[]): Panel {
  const sums = sides.map((side) => {
    const sum = new Map<string, number>();
    for (const { records } of side.runs) {
      for (const record of records) {
        const sources = record.status === 'ok' ? sourcesOf(record) : undefined;
        for (const [name, tokens] of Object.entries(sources ?? {})) {
          sum.set(name, (sum.get(name) ?? 0) + tokens);
        }
      }
    }
    return sum;
  });
  const all = sums.map((sum) => [...sum.values()].reduce((total, tokens) => total + tokens, 0));
  const series = SOURCES.map((name) => ({
    name,
    points: sums.flatMap((sum, side): Point[] =>
      all[side]! > 0 ? [[side, (sum.get(name) ?? 0) / all[side]!]] : [],
    ),
  })).filter(({ points }) => points.some(([, share]) => share > 0));
  return {
    ...{ name: 'prompt-tokens-by-source', title: 'Prompt tokens by source', kind: 'bar' },
    isStacked: true,
    x: { label: 'side', step: 1, names: sides.map(({ name }) => name) },
    y: { label: 'prompt tokens', unit: 'share' },
    series,
    notes: ['Of completed requests that say what was cached.'],
  };
}

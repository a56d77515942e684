import type { Panel } from '../figures/panel.ts';
import { ANALYSED, type AnalysedName, type AnalysedRequest, valueIn } from './request.ts';

/** AIBrix's time series: a panel for each of its nine metrics, a point a request by when it started. */
export function analysisPanels(requests: readonly AnalysedRequest[]): Panel[] {
  const begun = requests
    .filter(({ startSec }) => startSec !== undefined)
    .sort((a, b) => a.startSec! - b.startSec!);
  const firstSec = begun[0]?.startSec ?? 0;
  return (Object.keys(ANALYSED) as AnalysedName[]).map((name) => {
    const { label, unit } = ANALYSED[name];
    const points = begun.flatMap((request): [number, number][] => {
      const value = valueIn(name, request);
      return value === undefined ? [] : [[request.startSec! - firstSec, value]];
    });
    return {
      title: label,
      kind: 'scatter',
      x: { label: 'start, since the first', unit: 's' },
      y: { label, ...(unit !== '/s' && { unit }) },
      series: points.length ? [{ name: '', points }] : [],
    };
  });
}

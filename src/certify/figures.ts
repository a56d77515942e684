import type { Panel } from '../figures/panel.ts';
import type { ErrorSpread, ProbeErrors } from '../record/record.ts';
import type { Certificate } from './certificate.ts';
import type { LoadErrors } from './grid.ts';

/** The error against the number of streams, a line for each chunk rate. */
export function certificateFigures({ loads }: Pick<Certificate, 'loads'>): Panel[] {
  return [
    panel('Own error of the TTFT, p99', loads, ({ ttftMs }) => ttftMs),
    panel('Own error of the gap between two chunks, p99', loads, ({ gapMs }) => gapMs),
    panel('How late probes were sent, p99', loads, ({ sendLatenessMs }) => sendLatenessMs),
  ].filter(({ series }) => series.length > 0);
}

function panel(
  title: string,
  loads: readonly LoadErrors[],
  spreadOf: (errors: ProbeErrors) => ErrorSpread | undefined,
): Panel {
  const rates = [...new Set(loads.map(({ chunkRate }) => chunkRate))];
  return {
    title,
    kind: 'line',
    hasDots: true,
    x: { label: 'streams at a time', unit: 'count', scale: 'log' },
    y: { label: 'error', unit: 'ms' },
    series: rates.flatMap((rate) => {
      const points = loads.flatMap(({ chunkRate, streams, errors }): [number, number][] => {
        const spread = errors && spreadOf(errors);
        return chunkRate === rate && spread ? [[streams, Math.max(0, spread.p99)]] : [];
      });
      return points.length ? [{ name: `${rate} chunks/s each`, points }] : [];
    }),
  };
}

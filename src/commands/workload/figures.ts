import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { errorText, UsageError } from '../../base/errors.ts';
import type { Panel, PanelAxis, Span } from '../../figures/panel.ts';
import { writePicture } from '../../figures/picture.ts';
import type { Bin } from '../../workload/timed/binned.ts';
import type { SessionCells } from '../../workload/timed/session-cells.ts';
import type { WorkloadSummary } from '../../workload/timed/workload-tally.ts';

const PICTURES = ['workload.svg', 'workload.png'];

/** Draws a workload into the folder; returns what could not be drawn here, and why. */
export async function drawWorkload(dir: string, summary: WorkloadSummary): Promise<string[]> {
  const panels = workloadPanels(summary);
  const problems: string[] = [];
  if (!panels.length) {
    // What an earlier workload left there would be taken for this one's.
    for (const name of PICTURES) rmSync(join(dir, name), { force: true });
    problems.push('no figure: the workload has no request');
  }
  for (const name of panels.length ? PICTURES : []) {
    try {
      await writePicture(join(dir, name), panels);
    } catch (error) {
      // The workload itself is there: a picture that is not is no reason to fail.
      if (!(error instanceof UsageError)) throw error;
      problems.push(`warning: no figure: ${errorText(error)}`);
    }
  }
  return problems;
}

const SECONDS: PanelAxis = { label: 'time', unit: 's' };

/** Rate, prompt tokens, output tokens and sessions over time; none of what there is nothing of. */
export function workloadPanels({ overTime, sessions, outputTokens }: WorkloadSummary): Panel[] {
  const { widthMs, bins } = overTime;
  if (!bins.length) return [];
  const x = { ...SECONDS, step: widthMs / 1000 };
  const points = (of: (bin: Bin) => number | undefined) =>
    bins.flatMap((bin, index): [number, number][] => {
      const value = of(bin);
      return value === undefined ? [] : [[(index * widthMs) / 1000, value]];
    });
  const lengths = (
    title: string,
    mean: (bin: Bin) => number,
    most: (bin: Bin) => number,
  ): Panel => ({
    title,
    kind: 'step',
    x,
    y: { label: 'of a request', unit: 'tokens' },
    // Where there is no request there is no length.
    series: [
      { name: 'longest', points: points((bin) => most(bin) || undefined) },
      { name: 'mean', points: points((bin) => mean(bin) || undefined) },
    ],
  });
  return [
    {
      title: 'Requests per second',
      kind: 'step',
      x,
      y: { label: 'rate', unit: '/s' },
      series: [{ name: 'requests', points: points(({ requests }) => (requests * 1000) / widthMs) }],
    },
    lengths(
      'Prompt tokens',
      ({ inputTokens, requests }) => inputTokens / requests,
      ({ inputMax }) => inputMax,
    ),
    ...(outputTokens
      ? [
          lengths(
            'Output tokens',
            (bin) => bin.outputTokens / bin.outputRequests,
            ({ outputMax }) => outputMax,
          ),
        ]
      : []),
    ...(sessions.sessions ? [sessionPanel(sessions)] : []),
  ];
}

function sessionPanel({ cells, sessions, widthMs, sessionsPerRow }: SessionCells): Panel {
  return {
    title: 'Sessions',
    kind: 'interval',
    x: SECONDS,
    y: { label: 'session, as they begin', unit: 'count' },
    series: [
      {
        name: 'requests',
        spans: cells.map(
          ([atMs, session]): Span => [session, atMs / 1000, (atMs + widthMs) / 1000],
        ),
      },
    ],
    notes:
      sessionsPerRow > 1 ? [`${sessions} sessions, ${sessionsPerRow} of them on each row.`] : [],
  };
}

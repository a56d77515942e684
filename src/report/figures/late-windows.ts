import type { Windows } from '../../figures/panel.ts';
import type { Run } from '../../record/run-folder.ts';
import { generatorDelayMs } from '../../stats/latency.ts';
import { lateWindowsOf } from '../../stats/time/late-windows.ts';
import { MeasuredAxis } from '../../stats/time/measured-axis.ts';
import { placeParts } from '../../stats/time/timeline.ts';
import { CLIENT_LIMITS } from '../verdict.ts';
import type { Figure } from './figure.ts';
import { OVER_TIME } from './over-time.ts';

/**
 * When the client was late, in seconds of the measured time: its own delay kept requests waiting for longer than it
 * may; its event loop stood still, or a probe was off, as the run has noted.
 */
export function lateWindows({ parts }: Run): Windows | undefined {
  const axis = new MeasuredAxis(parts);
  const spans: [number, number][] = [];
  for (const request of axis.requests()) {
    const delayMs = generatorDelayMs(request.record) ?? 0;
    if (delayMs <= CLIENT_LIMITS.delayP99Ms) continue;
    const toMs = axis.at(request.record.sentMs, request);
    if (toMs !== undefined) spans.push([Math.max(0, toMs - delayMs) / 1000, toMs / 1000]);
  }
  for (const { startMs, endMs } of lateWindowsOf(placeParts(parts))) {
    const [fromMs, toMs] = [axis.at(startMs, TIMELINE), axis.at(endMs, TIMELINE)];
    if (fromMs !== undefined && toMs !== undefined) spans.push([fromMs / 1000, toMs / 1000]);
  }
  if (!spans.length) return undefined;
  return { name: 'the client was late', spans: union(spans) };
}

/** What is on the time of all parts already. */
const TIMELINE = { offsetMs: 0 };

function union(spans: readonly (readonly [number, number])[]): [number, number][] {
  const joined: [number, number][] = [];
  for (const [from, to] of spans.toSorted((a, b) => a[0] - b[0])) {
    const last = joined.at(-1);
    if (last && from <= last[1]) last[1] = Math.max(last[1], to);
    else joined.push([from, to]);
  }
  return joined;
}

/** Figures over the time of a run go over all of it, and have its windows marked; others stay as they are. */
export function onOneAxis(
  figures: readonly Figure[],
  { parts }: Run,
  windows: Windows | undefined,
): Figure[] {
  const over = [0, new MeasuredAxis(parts).spanMs / 1000] as const;
  return figures.map((figure) =>
    figure.x.label === OVER_TIME
      ? {
          ...figure,
          x: { ...figure.x, over },
          ...(windows && { windows: [...(figure.windows ?? []), windows] }),
        }
      : figure,
  );
}

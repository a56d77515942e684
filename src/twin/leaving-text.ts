import { counted } from '../base/counted.ts';
import { amount, seconds } from '../report/number.ts';
import { QUANTITIES, SHARE, TIMES } from './measures.ts';
import type { Pair } from './pairs.ts';
import type { Twin } from './twin.ts';
import { outsideIn, type TwinWindow, type WindowQuantity } from './windows.ts';
import { errorText, labelOf, requestText, spanText, valueText } from './words.ts';

/** Requests that are named, of those that differ. */
const NAMED = 3;

/** When the run first left what its twin allows, and what differs there; that there is no band, and why. */
export function leavingLines(twin: Twin): string[] {
  const { windows, drawn } = twin;
  if (!drawn.count) return [bandless(twin), furthestLine(twin)];
  const first = windows.find((window) => outsideIn(window).length);
  if (!first) {
    return [
      `All ${counted(windows.length, 'window')} of the run lie within the band of its twin: TTFT, TPOT, latency and cached share.`,
    ];
  }
  const outside = QUANTITIES.flatMap((name) => {
    const count = windows.filter(({ quantities }) => quantities[name].beyond).length;
    return count ? [`${labelOf(name)} in ${count}`] : [];
  });
  return [
    `The run first leaves the band of its twin from ${spanText(first)} (${counted(first.requests, 'request')}): ${differences(first)}.`,
    cachedLine(twin, first),
    `Outside the band, of ${counted(windows.length, 'window')}: ${outside.join(', ')}.`,
  ];
}

function bandless({ drawn, gpu }: Twin): string {
  return drawn.constants.length
    ? 'No band: no draws were asked for (--draws).'
    : `No band: ${gpu} has no intervals of its constants, as confab calibrate writes them, so that nothing says how far off its twin may be.`;
}

/** What can be said without a band. */
function furthestLine({ windows }: Twin): string {
  const off = TIMES.flatMap((name) =>
    windows.flatMap((window) => {
      const { observed, twin } = window.quantities[name];
      if (!observed || twin === undefined) return [];
      return [{ name, window, observed, twin, error: twin / observed - 1 }];
    }),
  );
  if (!off.length) return 'Nothing is known of the times of both.';
  const { name, window, observed, twin, error } = off.reduce((most, one) =>
    Math.abs(one.error) > Math.abs(most.error) ? one : most,
  );
  if (error === 0) return 'Run and twin have the same times in every window.';
  return `They are furthest apart from ${spanText(window)} (${counted(window.requests, 'request')}): ${labelOf(name)} is ${valueText(name, observed)}, the twin's ${valueText(name, twin)} (${errorText(name, error)}).`;
}

function differences(window: TwinWindow): string {
  return outsideIn(window)
    .map((name) => {
      const { observed, twin, band, beyond } = window.quantities[name] as Required<WindowQuantity>;
      const value = (number: number) => valueText(name, number);
      const limit =
        beyond === 'higher' ? `at most ${value(band.high)}` : `at least ${value(band.low)}`;
      return `${labelOf(name)} is ${beyond} than the twin allows, ${value(observed)} (the twin ${value(twin)}, ${limit})`;
    })
    .join('; ');
}

/** Whether what was found in the cache is part of it: then it comes first, as latencies follow. */
function cachedLine({ agreement }: Twin, { fromMs, toMs, ...window }: TwinWindow): string {
  const there = agreement.differing.filter(({ atMs }) => atMs >= fromMs && atMs < toMs);
  if (!agreement.told) return 'Cached tokens were not told, and say nothing of it.';
  const isShare = window.quantities[SHARE].beyond !== undefined;
  if (there.length) return `There ${differing(there)}.`;
  const before = agreement.differing.filter(({ atMs }) => atMs < fromMs).length;
  if (before) {
    return `There every request found what its twin did, and ${counted(before, 'request')} before had not.`;
  }
  return isShare
    ? 'There every request found what its twin did, and draws of the constants found other tokens.'
    : 'Until then every request found in the cache what its twin did: hits are not the cause.';
}

/** `2 requests found other cached tokens than in the twin: 12:3 at 41.2 s 496 and not 4528, …` */
export function differing(pairs: readonly Pair[]): string {
  const named = pairs.slice(0, NAMED).map(({ observed, twin, atMs }) => {
    return `${requestText(observed)} at ${seconds(atMs)} ${amount(observed.cachedTokens)} and not ${amount(twin.cachedTokens)}`;
  });
  const more = pairs.length > NAMED ? ` and ${pairs.length - NAMED} more` : '';
  return `${counted(pairs.length, 'request')} found other cached tokens than in the twin: ${named.join(', ')}${more}`;
}

import { counted } from '../base/counted.ts';
import { amount } from '../report/number.ts';
import { QUANTITIES, SHARE } from './measures.ts';
import type { Pair } from './pairs.ts';
import type { Twin } from './twin.ts';
import { outsideIn, type TwinWindow, type WindowQuantity } from './windows.ts';
import { labelOf, requestText, spanText, valueText } from './words.ts';

/** Requests that are named, of those that differ. */
const NAMED = 3;

/** When the run first left what its twin allows, and what differs there; that there is no band, and why. */
export function leavingLines(twin: Twin): string[] {
  const { windows, drawn } = twin;
  if (!drawn.count) return [bandless(twin)];
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

/** `2 requests found other cached tokens than in the twin: 12:3 496 and not 4528, …` */
export function differing(pairs: readonly Pair[]): string {
  const named = pairs.slice(0, NAMED).map(({ observed, twin }) => {
    return `${requestText(observed)} ${amount(observed.cachedTokens)} and not ${amount(twin.cachedTokens)}`;
  });
  const more = pairs.length > NAMED ? ` and ${pairs.length - NAMED} more` : '';
  return `${counted(pairs.length, 'request')} found other cached tokens than in the twin: ${named.join(', ')}${more}`;
}

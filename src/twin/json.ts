import { boundsOf } from './errors.ts';
import type { Order } from './order/order.ts';
import type { Pair } from './pairs.ts';
import type { Twin } from './twin.ts';
import { outsideIn } from './windows.ts';
import { requestText } from './words.ts';

/** All numbers of a run beside its twin: times in milliseconds, shares and errors 0 to 1. */
export function twinJson(twin: Twin): string {
  const { windows, agreement, order, name, gpu, settings, told, ...rest } = twin;
  const first = windows.find((window) => outsideIn(window).length);
  const json = {
    run: name,
    engine: { gpu, settings, toldByServer: told },
    bounds: boundsOf(twin),
    ...rest,
    cachedTokens: {
      ...agreement,
      ...(order && { inRunsOrder: { told: order.told, equal: order.equal } }),
      differing: agreement.differing.map((pair) => ({
        ...differingJson(pair),
        ...(order && orderJson(pair, order)),
      })),
    },
    ...(first && {
      firstOutside: { fromMs: first.fromMs, toMs: first.toMs, of: outsideIn(first) },
    }),
    windows,
  };
  return `${JSON.stringify(json, undefined, 2)}\n`;
}

function differingJson({ observed, twin, atMs }: Pair) {
  const { userId, turn, inputTokens } = observed;
  return {
    ...{ userId, turn, atMs, inputTokens },
    observed: observed.cachedTokens,
    twin: twin.cachedTokens,
  };
}

/** `parted`: at the admission of which request, in which way that of another one differed from the twin. */
function orderJson({ observed }: Pair, { found, parted }: Order) {
  const difference = parted.get(observed);
  return {
    inRunsOrder: found.get(observed),
    ...(difference && {
      parted: {
        at: requestText(difference.of),
        other: requestText(difference.other),
        inRun: difference.standing,
      },
    }),
  };
}

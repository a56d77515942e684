import { boundsOf } from './errors.ts';
import type { Pair } from './pairs.ts';
import type { Twin } from './twin.ts';
import { outsideIn } from './windows.ts';

/** All numbers of a run beside its twin: times in milliseconds, shares and errors 0 to 1. */
export function twinJson(twin: Twin): string {
  const { windows, agreement, name, gpu, settings, told, ...rest } = twin;
  const first = windows.find((window) => outsideIn(window).length);
  const json = {
    run: name,
    engine: { gpu, settings, toldByServer: told },
    bounds: boundsOf(twin),
    ...rest,
    cachedTokens: {
      ...agreement,
      differing: agreement.differing.map(differingJson),
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

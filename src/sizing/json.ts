import type { JobResult } from '../sweep/play-point.ts';
import type { SizeSettings } from './option.ts';
import type { Sized } from './size.ts';

/** All numbers, GB of one engine. */
export function sizeJson(sized: Sized, settings: SizeSettings, limits: readonly string[]): object {
  return {
    format: 'confab-size',
    version: 1,
    limits,
    prices: settings.prices,
    paysShare: settings.paysShare,
    options: sized.options.map(({ runs, ...option }) => ({
      ...option,
      runs: runs.map(({ gb, result }) => ({ gb, ...told(result) })),
    })),
    purchases: sized.purchases.map(({ runs, ...purchase }) => ({
      ...purchase,
      runs: runs.map(({ result }) => told(result)),
    })),
    seedless: sized.seedless,
    worth: sized.worth,
  };
}

function told({ completed, failed, readings, exceeded }: JobResult) {
  return { completed, failed, readings, exceeded };
}

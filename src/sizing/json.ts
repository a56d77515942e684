import type { Sized, SizeSettings } from './size.ts';

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
      runs: runs.map(({ gb, result: { readings, completed, failed, exceeded } }) => ({
        ...{ gb, completed, failed, readings, exceeded },
      })),
    })),
    seedless: sized.seedless,
    worth: sized.worth,
  };
}

import type { Distribution } from '../../scenario/distribution.ts';
import type { Scenario } from '../../scenario/schema.ts';
import { arrivalsStream } from '../draw/arrivals-stream.ts';
import { gammaWindowTimes, readGammaWindows } from '../draw/gamma-windows.ts';

/**
 * By user, the distribution that lengths are drawn from: where arrivals have windows with an alpha of their own for
 * lengths, that of the window in which the user comes; undefined where they have none.
 */
export function windowLengths(
  scenario: Scenario,
): ((userId: number, of: Distribution) => Distribution) | undefined {
  const { arrivals, firstUserId } = scenario.population;
  if (!('windowSec' in arrivals)) return undefined;
  const { windowSec, speedup } = arrivals;
  const windows = arrivals.windows ?? readGammaWindows(arrivals.file!);
  if (windows.every(({ lengthAlpha }) => lengthAlpha === undefined)) return undefined;
  const times = gammaWindowTimes(arrivalsStream(scenario), { windows, windowSec, speedup });
  const windowOf: number[] = [];
  return (userId, of) => {
    const index = Math.max(0, userId - firstUserId);
    while (windowOf.length <= index) {
      const sec = times.next().value! / 1000;
      windowOf.push(Math.floor(sec / windowSec) % windows.length);
    }
    const { lengthAlpha: alpha } = windows[windowOf[index]!]!;
    const isZipf = typeof of === 'object' && of.distribution === 'zipf';
    return isZipf && alpha !== undefined ? { ...of, alpha } : of;
  };
}

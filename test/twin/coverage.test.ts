import { expect, test } from 'vitest';
import { stream } from '../../src/base/random.ts';
import { profiles } from '../../src/engine/cost/profiles.ts';
import { QUANTITIES } from '../../src/twin/measures.ts';
import { twinOf } from '../../src/twin/twin.ts';
import { PRESSED, recorded } from './recorded.ts';

/** `TWINS=100` for a proof: `npm test` has one. */
const TWINS = Number(process.env['TWINS'] ?? 1);

/** Six constants, known to 5 %. */
const NAMES = ['weightsMs', 'tokenUs', 'contextTokenUs', 'pairNs', 'hostMs', 'headMs'] as const;
const INTERVALS = Object.fromEntries(
  NAMES.map((name) => {
    const value = profiles['a100']![name];
    return [name, [0.95 * value, 1.05 * value] as const];
  }),
);

test(`runs of engines whose constants lie within their intervals lie within the band, but for its edges (${TWINS})`, async () => {
  let outside = 0;
  let all = 0;
  for (let engine = 0; engine < TWINS; engine++) {
    const rng = stream('twin coverage', engine);
    const constants = Object.fromEntries(
      NAMES.map((name) => {
        const [low, high] = INTERVALS[name]!;
        return [name, low + (high - low) * rng()];
      }),
    );
    const run = await recorded({ ...PRESSED, seed: engine }, { constants });
    const twin = await twinOf(run, {
      ...{ gpu: 'a100', settings: [], draws: TWINS > 1 ? 20 : 4, intervals: INTERVALS },
    });
    for (const { quantities } of twin.windows) {
      for (const name of QUANTITIES) {
        all++;
        if (quantities[name].beyond) outside++;
      }
    }
  }
  if (TWINS > 1) console.info(`${outside} of ${all} values of windows outside the band`);
  expect(outside / all).toBeLessThan(0.05);
});

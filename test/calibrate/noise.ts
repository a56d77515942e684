import { type Rng, stream } from '../../src/base/random.ts';
import { CONSTANTS, constantsOf } from '../../src/calibrate/probe/constants.ts';
import type { Seen } from '../../src/calibrate/probe/seen.ts';
import { engineMsOf, timelineOf } from '../../src/calibrate/probe/timeline.ts';
import { furtherOf } from '../../src/engine/cost/further.ts';
import type { Profile } from '../../src/engine/cost/profile.ts';
import { outsideOf } from './truth.ts';

/** The probes of a pass, as they come out of an engine of this profile without any noise. */
export function designs(profile: Profile, budget: number): Seen[] {
  const timeline = timelineOf(profile);
  const { apiMs, promptTokenUs } = furtherOf(profile);
  const with_ = (seen: Seen): Seen => {
    const api = seen.kind === 'prefill' ? apiMs + (promptTokenUs / 1e3) * seen.inputTokens : 0;
    return { ...seen, ms: api + engineMsOf(timeline, seen, budget) };
  };
  const prefills = [
    16, 32, 64, 128, 256, 384, 512, 768, 1024, 1536, 2048, 3072, 4096, 8192, 16_000,
  ];
  const again = [256, 1024, 4096, 8192];
  return [
    ...prefills.map((n) => ({
      kind: 'prefill' as const,
      what: `prefill ${n}`,
      ms: 0,
      inputTokens: n,
      cachedTokens: 0,
    })),
    ...again.map((n) => ({
      kind: 'prefill' as const,
      what: `again ${n}`,
      ms: 0,
      inputTokens: n,
      cachedTokens: n - 16,
    })),
    ...[1, 2, 4, 8, 16, 32, 64, 128].flatMap((rows) =>
      [64, Math.min(8192, 32_000 / rows)].map((context) => ({
        ...{ kind: 'decode' as const, what: `decode ${rows} x ${context}`, ms: 0, rows },
        ...{ contextTokens: rows * (context + 20), steps: 40 },
      })),
    ),
    ...[1, 8, 32].flatMap((rows) =>
      [32, 128, 256, 512, 1024, 2048, 6144].map((n) => ({
        ...{ kind: 'mixed' as const, what: `mixed ${rows} + ${n}`, ms: 0, rows },
        ...{
          contextTokens: rows * 100,
          inputTokens: n,
          cachedTokens: 0,
          steps: 4 + Math.ceil(n / (budget - rows)),
        },
      })),
    ),
  ].map(with_);
}

/** Standard normal, by Box and Muller. */
function normal(rng: Rng): number {
  return Math.sqrt(-2 * Math.log(1 - rng())) * Math.cos(2 * Math.PI * rng());
}

/** By kind, how much a probe varies: a share of its time, and milliseconds. */
const NOISE = { prefill: [0.01, 0.3], decode: [0.004, 0.02], mixed: [0.01, 0.1] } as const;

/** Constants fitted to so many noisy passes; those whose interval is without the truth. */
export function noisyFit(profile: Profile, budget: number, seed: number, passes = 3) {
  const rng = stream(seed, 'noise');
  const exact = designs(profile, budget);
  // What no smooth model has, kernels of this and that size, is the same in all passes.
  const own = exact.map(() => 1 + 0.01 * normal(rng));
  const seen = Array.from({ length: passes }, () =>
    exact.map((one, index): Seen => {
      const [share, ms] = NOISE[one.kind];
      return { ...one, ms: one.ms * own[index]! * (1 + share * normal(rng)) + ms * normal(rng) };
    }),
  ).flat();
  const constants = constantsOf(seen, [budget]);
  return {
    constants,
    outside: outsideOf(constants, profile),
    fitted: CONSTANTS.filter((name) => constants.estimates[name]),
  };
}

import { version } from '../../base/version.ts';
import { blocksOf, PROFILE_BLOCK_TOKENS } from '../../engine/cost/kv-capacity.ts';
import type { Profile } from '../../engine/cost/profile.ts';
import type { Fit } from './fit.ts';
import type { Replay } from './replay.ts';

/** What the profile file has of the engine's settings, where all runs agree. */
const SETTINGS = [
  'blockTokens',
  'prefixCaching',
  'maxBatchedTokens',
  'maxSeqs',
  'maxModelTokens',
  'offload',
] as const;

/** The profile of a fit, as its file has it: with its server's settings, and where its constants come from. */
export function fittedProfile(
  { profile, values, errors, requests, digest }: Fit,
  replays: readonly Replay[],
  date: Date,
): Profile {
  const [first] = replays;
  const agreed = SETTINGS.filter((name) =>
    replays.every(({ engine }) => same(engine[name], first!.engine[name])),
  );
  const blocks = replays.map(({ engine }) => {
    const own = blocksOf(profile, engine);
    return Math.floor((own * engine.blockTokens) / PROFILE_BLOCK_TOKENS);
  });
  const known = values.filter(({ interval }) => interval);
  return {
    ...profile,
    description: `fitted to ${requests} requests of ${replays.map(({ name }) => name).join(', ')}`,
    ...(blocks.every((one) => one === blocks[0]) && { blocks: blocks[0]! }),
    engine: {
      ...profile.engine,
      ...Object.fromEntries(agreed.map((name) => [name, first!.engine[name]])),
    },
    calibration: {
      by: 'runs',
      date: date.toISOString(),
      confab: version(),
      digest,
      requests,
      intervals: Object.fromEntries(
        known.map(({ name, interval }) => [name, [...interval!]]),
      ) as Record<string, [number, number]>,
      undetermined: values.filter(({ interval }) => !interval).map(({ name }) => name),
      residuals: Object.fromEntries(
        errors.flatMap(({ rows }, run) =>
          rows.map(({ measure, statistic, seen, said }) => [
            `${replays.length > 1 ? `${run + 1}.` : ''}${measure}.${statistic}`,
            said / seen - 1,
          ]),
        ),
      ),
    },
  };
}

function same(a: unknown, b: unknown): boolean {
  return JSON.stringify(a) === JSON.stringify(b);
}

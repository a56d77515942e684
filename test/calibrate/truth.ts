import {
  CONSTANTS,
  type ConstantName,
  type Constants,
} from '../../src/calibrate/probe/constants.ts';
import { furtherOf } from '../../src/engine/cost/further.ts';
import type { Profile } from '../../src/engine/cost/profile.ts';

/** What a profile has for a fitted constant: launching attention cannot be told from the host's time. */
export function truthOf(profile: Profile, name: ConstantName): number {
  if (name === 'hostMs') return profile.hostMs + profile.attentionLaunchMs;
  return { ...furtherOf(profile), ...profile }[name];
}

/** Constants whose intervals are without the truth, in words. */
export function outsideOf({ estimates }: Constants, profile: Profile): string[] {
  return CONSTANTS.flatMap((name) => {
    const one = estimates[name];
    if (!one) return [];
    const truth = truthOf(profile, name);
    if (one.low <= truth + 1e-9 && truth <= one.high + 1e-9) return [];
    return [`${name}: ${truth} is not in ${one.low} to ${one.high}`];
  });
}

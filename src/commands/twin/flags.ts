import type { Flag } from '../flags/flag-table.ts';
import { integer } from '../flags/options.ts';

/** So many draws go through every constant's interval in twentieths. */
export const DRAWS = 20;

const DRAWS_MAX = 1000;

/** Of how many twins the band is made. */
export function drawsFlag(flag: string): Flag {
  return {
    flags: `${flag} <n>`,
    says: `play the twin so often more, with constants drawn from the intervals of its profile: the band that they allow; 0: none; default: ${DRAWS}`,
    parse: integer(0, DRAWS_MAX),
  };
}

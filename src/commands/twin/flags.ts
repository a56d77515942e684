import { type Flag, grouped } from '../flags/flag-table.ts';
import { integer } from '../flags/options.ts';
import { PICTURE_FLAG, pageFlag } from '../page/page-flags.ts';

/** So many draws go through every constant's interval in twentieths. */
export const DRAWS = 20;

const DRAWS_MAX = 1000;

const DRAWS_SAYS = `play the twin so often more, with constants drawn from the intervals of its profile: the band that they allow; 0: none; default: ${DRAWS}`;

/** Of how many twins the band is made. */
export const DRAWS_FLAG: Flag = {
  flags: '--draws <n>',
  says: DRAWS_SAYS,
  parse: integer(0, DRAWS_MAX),
};

export interface TwinRunFlags {
  readonly twin?: string;
  readonly twinDraws?: number;
}

/** Of `run`. */
export const twinRunFlags: readonly Flag[] = grouped('Its twin', [
  {
    flags: '--twin <profile>',
    says: 'when the run is over, lay it beside its twin in virtual time, on the engine that this profile describes: what confab calibrate wrote, or a GPU that `confab engine --help` lists',
  },
  { flags: '--twin-draws <n>', says: DRAWS_SAYS, parse: integer(0, DRAWS_MAX) },
]);

export interface LikeFlags {
  readonly like?: string;
  readonly twin?: string;
  readonly html?: string | true;
  readonly figure?: string;
}

/** Of `simulate`. */
export const likeFlags: readonly Flag[] = grouped('What if', [
  {
    flags: '--like <run>',
    says: 'in the place of a scenario: play that of this run folder, with what --set and the flags change, and lay it beside what was measured',
  },
  {
    flags: '--twin <profile>',
    says: 'with --like: what the engine of that run is, so that only what is changed differs; default: of a simulated run, its own',
  },
  {
    ...pageFlag('the folder of what was played', 'what-if.html'),
    says: 'with --like: also write what came of it as one page, which needs no network; without FILE: what-if.html in the folder of what was played',
  },
  { ...PICTURE_FLAG, says: 'with --like: also draw it; FILE ends in .svg or .png' },
]);

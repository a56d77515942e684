import type { Isolation } from '../../run/isolation.ts';
import type { Flag } from './flag-table.ts';

export interface IsolateFlags {
  readonly isolate?: Isolation;
}

/** Of every verb that plays: each of its runs has a salt or marker of its own. */
export const ISOLATE: Flag = {
  flags: '--isolate <how>',
  says: "keep the run from finding what others put into the engine's cache: by a salt (cache_salt) or a marker (a line before every prompt) of its own; default: none",
  choices: ['none', 'salt', 'marker'],
};

/** Of a verb whose prompts are to stay as they are. */
export const ISOLATE_BY_SALT: Flag = {
  flags: '--isolate <how>',
  says: "keep the run from finding what others put into the engine's cache, by a salt of its own (cache_salt); no marker, which would make other prompts of these; default: none",
  choices: ['none', 'salt'],
};

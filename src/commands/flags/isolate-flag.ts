import type { Flag } from './flag-table.ts';

/** Of verbs that play one run. */
export const ISOLATE: Flag = {
  flags: '--isolate <how>',
  says: "keep the run from finding what others put into the engine's cache: by a salt (cache_salt) or a marker (a line before every prompt) of its own; default: none",
  choices: ['none', 'salt', 'marker'],
};

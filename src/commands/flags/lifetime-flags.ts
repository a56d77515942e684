import type { Flag } from './flag-table.ts';
import { listOf } from './lists.ts';
import { share, time } from './options.ts';

/** Of caches that are played for what they would find. */
export const lifetimeFlags: readonly Flag[] = [
  {
    flags: '--ttl <times,...>',
    says: 'times to live, seconds or with a unit, as 300,1h; default: seconds to days',
    parse: listOf(time('sec', 0)),
  },
  {
    flags: '--warmup <share>',
    says: 'share of the requests, from the first on, that only fill the caches',
    parse: share,
    default: 0,
  },
];

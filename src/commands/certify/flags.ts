import { CLIENT_LIMITS } from '../../report/verdict.ts';
import type { Flag } from '../flags/flag-table.ts';
import { FLAGS, screenFlags } from '../flags/flags.ts';
import { listOf } from '../flags/lists.ts';
import { integer, number, time } from '../flags/options.ts';
import { pageFlag } from '../page/page-flags.ts';

export interface CertifyFlags {
  readonly set: readonly string[];
  readonly streams?: readonly number[];
  readonly chunkRate?: readonly number[];
  readonly for: number;
  readonly limit: number;
  readonly json?: string;
  readonly figure?: string;
  readonly html?: string | true;
  readonly quiet?: boolean;
  readonly wide?: boolean;
}

/** In a minute, all pairs of them. */
export const STREAMS: readonly number[] = [1, 10, 100, 500];
export const CHUNK_RATES: readonly number[] = [20, 50, 100];

export const certifyFlags: readonly Flag[] = [
  {
    flags: '--streams <n,...>',
    says: `probes at the same time; default: ${STREAMS}`,
    parse: listOf(integer(1, 10_000)),
  },
  {
    flags: '--chunk-rate <n,...>',
    says: `chunks a second of each stream; default: ${CHUNK_RATES}`,
    parse: listOf(integer(1, 1000)),
  },
  {
    flags: '--for <time>',
    says: 'seconds of each pair of them',
    parse: time('sec', 0),
    default: 2.5,
  },
  {
    flags: '--limit <ms>',
    says: 'error of the TTFT that is accepted',
    parse: number(0),
    default: CLIENT_LIMITS.delayP99Ms,
  },
  FLAGS.set,
  { flags: '--json <file>', says: 'write what was found; -: to stdout, instead of the text' },
  { flags: '--figure <file>', says: 'draw the errors by streams: .svg or .png' },
  pageFlag('this folder', 'certify.html'),
  { flags: '--quiet', says: 'no progress on stderr' },
  ...screenFlags,
];

import type { Flag } from './flag-table.ts';
import { time } from './options.ts';

/** Of the engine that a plan assumes. */
export const latencyFlags: readonly Flag[] = [
  {
    flags: '--ttft-ms <ms>',
    says: "time to first token of the assumed engine; default: the scenario's engine.fixed, else 0",
    parse: time('ms'),
  },
  {
    flags: '--tpot-ms <ms>',
    says: 'its time per output token after that; default: likewise',
    parse: time('ms'),
  },
];

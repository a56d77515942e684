import { z } from 'zod';
import { live, MOST, rate, seed, spread } from './bounds.ts';

/** How conversations come: the settings of each process. */
export const arrivalsSchema = z
  .discriminatedUnion('process', [
    z.strictObject({
      process: z.enum(['constant', 'poisson', 'gamma', 'lognormal']),
      usersPerSec: rate.describe('mean rate of new conversations'),
      cv: spread.optional().describe('gamma: of the gaps; burstiness is 1 / cv^2'),
      sigma: spread.optional().describe('lognormal: of the logarithm'),
      seed: seed.optional().describe("default: the scenario's seed"),
    }),
    z.strictObject({ process: z.literal('allAtOnce') }),
    z.strictObject({
      process: z.literal('trace').describe('when the trace says; with a source that has times'),
      slowdown: z
        .number()
        .positive()
        .max(MOST.factor)
        .default(1)
        .describe('times are stretched so much; below 1: faster than it was'),
    }),
    z.strictObject({
      process: z.literal('closed'),
      concurrency: live.describe('conversations at all times, each followed by another'),
    }),
  ])
  .default({ process: 'constant', usersPerSec: 1 });

export type ArrivalSettings = z.infer<typeof arrivalsSchema>;
export type Process = ArrivalSettings['process'];

/** The settings of one process. */
export type SettingsOf<P extends Process, Settings = ArrivalSettings> = Settings extends {
  process: infer Named;
}
  ? P extends Named
    ? Settings
    : never
  : never;

/** What a scenario with this process must have, or must not, beyond what the shape of its settings says. */
export interface ProcessRules {
  /** A setting that others of the same shape may leave out. */
  readonly needs?: 'cv' | 'sigma';
  /** Conversations come without end at one instant: somebody has to say how many there are. */
  readonly needsUsers?: boolean;
  /** All are there at the same time, each with its session in memory. */
  readonly isAtOnce?: boolean;
  /** The workload has to say when each conversation is due. */
  readonly needsTimes?: boolean;
  /** Why nobody can be found in mid-conversation at the start. */
  readonly notWithRampUp?: string;
}

/** One row a process; when its conversations come is in population/processes.ts. */
export const PROCESS_RULES: { readonly [P in Process]: ProcessRules } = {
  constant: {},
  poisson: {},
  gamma: { needs: 'cv' },
  lognormal: { needs: 'sigma' },
  allAtOnce: { needsUsers: true, isAtOnce: true },
  trace: { needsTimes: true, notWithRampUp: 'whose requests come when it says' },
  closed: { notWithRampUp: 'which starts full' },
};

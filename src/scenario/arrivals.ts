import { z } from 'zod';
import { everySec, live, MOST, rate, seed, someSeconds, spread } from './bounds.ts';

/** How conversations come: the settings of each process. */
export const arrivalsSchema = z
  .discriminatedUnion('process', [
    z.strictObject({
      process: z.enum(['constant', 'poisson', 'gamma', 'lognormal']),
      usersPerSec: rate.describe('mean rate of new conversations'),
      cv: spread.optional().describe('gamma: of the gaps; burstiness is 1 / cv^2'),
      sigma: spread.optional().describe('lognormal: of the logarithm'),
      seed: seed.optional().describe("default: the scenario's seed"),
      numpy: z
        .strictObject({
          seed: z
            .number()
            .int()
            .min(0)
            .max(2 ** 32 - 1),
          skip: z.number().int().min(0).max(1_000_000).default(0).describe('draws to leave out'),
        })
        .optional()
        .describe('gamma, lognormal: gaps as numpy.random.RandomState(seed) draws them'),
    }),
    z.strictObject({
      process: z
        .literal('gammaWindows')
        .describe(
          'gaps are gamma distributed, with parameters of their own in each window of time, as BurstGPT models a day',
        ),
      windows: z
        .array(
          z.strictObject({
            shape: spread.describe('alpha of the gaps; cv^2 is 1 / shape'),
            rate: rate.describe('beta, per second: the mean gap is shape / rate'),
            lengthAlpha: z
              .number()
              .positive()
              .max(MOST.spread)
              .optional()
              .describe(
                'source: lengths: alpha of the lengths that come in it, where they are drawn by zipf; default: their own',
              ),
          }),
        )
        .min(1)
        .optional()
        .describe('after the last comes the first again'),
      file: z
        .string()
        .optional()
        .describe('CSV with a row of alpha and beta, and zipf if need be, for each window'),
      windowSec: someSeconds.default(60).describe('length of a window'),
      speedup: z
        .number()
        .positive()
        .max(MOST.perSec)
        .default(1)
        .describe('gaps are divided by it; windows stay as long as they are'),
      seed: seed.optional().describe("default: the scenario's seed"),
    }),
    z.strictObject({
      process: z
        .literal('curve')
        .describe('Poisson arrivals at a rate that goes up and down as a sine does'),
      usersPerSec: rate.describe('its mean'),
      swing: z
        .number()
        .min(0)
        .max(MOST.factor)
        .default(0.5)
        .describe('how far up and down, as a share of the mean; there is no rate below 0'),
      periodSec: someSeconds.describe('from one top to the next'),
      rising: z.boolean().default(false).describe('never below what it was before'),
      stepSec: everySec.default(1).describe('how long each value of it holds'),
      seed: seed.optional().describe("default: the scenario's seed"),
    }),
    z.strictObject({
      process: z.literal('rates').describe('Poisson arrivals at one rate after the other'),
      perSec: z
        .array(z.number().min(0).max(MOST.perSec))
        .min(1)
        .describe('rates of new conversations; it ends with the last'),
      stepSec: someSeconds.describe('how long each holds'),
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
      startUp: z
        .enum(['apart', 'measured'])
        .default('apart')
        .describe(
          'the burst of first turns that it begins with, until as many requests have ended as conversations began at once: left out of the latencies, where twice as many conversations come and no warm-up takes its place; or in them',
        ),
    }),
    z.strictObject({
      process: z
        .literal('clients')
        .describe(
          "clients with one request in flight each, who take conversations from one queue, as vLLM's benchmark_serving_multi_turn.py has them",
        ),
      clients: live.describe('so many; each stops after its whole share of stop.afterRequests'),
      conversationsEach: live.describe('conversations of a client at a time'),
      choice: z
        .enum(['newestFirst', 'random'])
        .default('newestFirst')
        .describe(
          'whose turn is next: of a conversation just taken, else of the one that waits longest; or any, as Python draws it',
        ),
      leave: z
        .enum(['alone', 'together'])
        .default('alone')
        .describe(
          'a client that finds no conversation to take drops those it has and leaves; or all do',
        ),
    }),
  ])
  .prefault({ process: 'constant', usersPerSec: 1 });

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
  /** Settings of which exactly one has to be there. */
  readonly needsOneOf?: readonly string[];
  /** Its gaps may be those that numpy draws. */
  readonly mayBeNumpys?: boolean;
  /** Conversations come without end at one instant: somebody has to say how many there are. */
  readonly needsUsers?: boolean;
  /** All are there at the same time, each with its session in memory. */
  readonly isAtOnce?: boolean;
  /** The workload has to say when each conversation is due. */
  readonly needsTimes?: boolean;
  /** Why nobody can be found in mid-conversation at the start. */
  readonly notWithRampUp?: string;
  /** Requests are let in by those who send them, and not by caps on all. */
  readonly hasOwnGates?: boolean;
}

/** One row a process; when its conversations come is in population/processes.ts. */
export const PROCESS_RULES: { readonly [P in Process]: ProcessRules } = {
  constant: {},
  poisson: {},
  gamma: { needs: 'cv', mayBeNumpys: true },
  lognormal: { needs: 'sigma', mayBeNumpys: true },
  gammaWindows: { needsOneOf: ['windows', 'file'] },
  curve: {},
  rates: {},
  allAtOnce: { needsUsers: true, isAtOnce: true },
  trace: { needsTimes: true, notWithRampUp: 'whose requests come when it says' },
  closed: { notWithRampUp: 'which starts full' },
  clients: { notWithRampUp: 'who start with conversations of their own', hasOwnGates: true },
};

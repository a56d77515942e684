import { z } from 'zod';
import { arrivalsSchema, PROCESS_RULES } from './arrivals.ts';
import { cap, id, live, MOST, rate, seconds, someSeconds } from './bounds.ts';
import { distribution } from './distribution.ts';
import { at } from './paths.ts';

/** When a turn is due, given what went before in its conversation. */
export const pacingSchema = z.strictObject({
  mode: z
    .enum(['think', 'interval', 'trace', 'recorded'])
    .default('think')
    .describe(
      "pause after the previous answer ended; from launch to launch; at the turn's own time; or the pause that the data have, after the previous answer ended; the last two need a source with times",
    ),
  pauseSec: distribution(MOST.seconds).default(1),
  from: z
    .enum(['intended', 'sent'])
    .default('intended')
    .describe('interval: from when the previous turn was due (catches up), or was sent (does not)'),
});

/** Which share of a run one process plays: every `of`th user, or slot of a closed loop. */
const partitionSchema = z
  .strictObject({
    index: z.number().int().min(0).max(MOST.live).describe('from 0'),
    of: live.describe('how many processes there are'),
  })
  .refine(({ index, of }) => index < of, {
    path: ['index'],
    message: 'must be below `of`: partitions are counted from 0',
  });

export type Partition = z.infer<typeof partitionSchema>;

/** When users arrive, and how many may be there. */
export const populationSchema = z
  .strictObject({
    arrivals: arrivalsSchema,
    users: z
      .number()
      .int()
      .min(1)
      .max(MOST.users)
      .optional()
      .describe('conversations to play; default: each of a file once, else until another stop'),
    firstUserId: id.default(1).describe('id of the first user'),
    partition: partitionSchema
      .optional()
      .describe('one of several processes that play the run together, each its share'),
    workers: z
      .union([live, z.literal('auto')])
      .optional()
      .describe(
        'processes of this machine that play the run together, each a core; default, auto: as many as can time it rightly, mostly 1',
      ),
    maxActive: cap.optional().describe('cap on live conversations; later arrivals wait'),
    maxInFlight: cap.optional().describe('cap on requests in flight; later ones wait'),
    maxIdleSec: someSeconds
      .optional()
      .describe(
        'when no request has been in flight for so long, all that is due later comes sooner by the same time, so that the next is due now',
      ),
    turnOrder: z
      .enum(['fair', 'random', 'newestFirst'])
      .default('fair')
      .describe(
        'who of those that wait for maxInFlight is next: the first; any; the last to begin its conversation, else the first',
      ),
    pace: z
      .strictObject({
        mode: z
          .enum(['rate', 'rest'])
          .describe(
            'rate: requests are let in at these gaps, counted from when the one before was due; rest: each of the maxInFlight slots, or of the clients, rests so long after its request',
          ),
        gapSec: distribution(MOST.seconds),
      })
      .optional()
      .describe('of requests over all conversations; within one, pacing holds as well'),
    stopWhenExhausted: z
      .boolean()
      .default(false)
      .describe(
        'closed: stop when a slot finds no conversation to begin, though others are under way',
      ),
    rampUp: z
      .strictObject({
        users: live.describe('users found in the middle of their conversation at the start'),
        joinEverySec: seconds.describe(
          'user i is as far on as if it had joined users - i steps ago',
        ),
        history: z
          .enum(['cold', 'synthesised'])
          .default('synthesised')
          .describe('their first request is a cold first message, or carries the turns so far'),
      })
      .optional()
      .describe('needs pacing mode interval with a constant pause'),
  })
  .superRefine((population, context) => {
    const { arrivals, rampUp } = population;
    const { process } = arrivals;
    const { needs, needsOneOf, mayBeNumpys, notWithRampUp, hasOwnGates } = PROCESS_RULES[process];
    if (needs && (arrivals as { [setting in typeof needs]?: unknown })[needs] === undefined) {
      context.addIssue({
        code: 'custom',
        path: ['arrivals', needs],
        message: `missing; needed with process: ${process}`,
      });
    }
    const given = needsOneOf?.filter((name) => at(['arrivals', name], population) !== undefined);
    if (given && given.length !== 1) {
      context.addIssue({
        code: 'custom',
        path: ['arrivals'],
        message: `give exactly one of ${needsOneOf!.join(' and ')} with process: ${process}`,
      });
    }
    if (!mayBeNumpys && 'numpy' in arrivals && arrivals.numpy) {
      context.addIssue({
        code: 'custom',
        path: ['arrivals', 'numpy'],
        message: `not with process: ${process}`,
      });
    }
    if (notWithRampUp && rampUp) {
      context.addIssue({
        code: 'custom',
        path: ['rampUp'],
        message: `not with process: ${process}, ${notWithRampUp}`,
      });
    }
    for (const { path, isSet } of hasOwnGates ? capsOf(population) : []) {
      if (!isSet) continue;
      context.addIssue({
        code: 'custom',
        path,
        message: `not with process: ${process}, each of which sees to its own`,
      });
    }
  });

interface Caps {
  readonly maxIdleSec?: number | undefined;
  readonly maxActive?: number | undefined;
  readonly maxInFlight?: number | undefined;
  readonly turnOrder: string;
  readonly pace?: { readonly mode: string } | undefined;
  readonly stopWhenExhausted: boolean;
}

/** What lets in the requests of all users. */
function capsOf({ maxIdleSec, maxActive, maxInFlight, turnOrder, pace, stopWhenExhausted }: Caps) {
  return [
    { path: ['maxIdleSec'], isSet: maxIdleSec !== undefined },
    { path: ['maxActive'], isSet: maxActive !== undefined },
    { path: ['maxInFlight'], isSet: maxInFlight !== undefined },
    { path: ['turnOrder'], isSet: turnOrder !== 'fair' },
    { path: ['pace', 'mode'], isSet: pace?.mode === 'rate' },
    { path: ['stopWhenExhausted'], isSet: stopWhenExhausted },
  ];
}

/** What is sent before measuring starts. Its records are kept and marked, and are in no statistic. */
export const warmupSchema = z.strictObject({
  requests: z
    .number()
    .int()
    .min(0)
    .max(MOST.live)
    .default(0)
    .describe('short requests sent at once, with text that no user shares'),
  requestText: z
    .string()
    .optional()
    .describe(
      'what these say instead, without the name of a session; {number} is their number from 0',
    ),
  users: z.number().int().min(0).max(MOST.live).default(0).describe('conversations to play first'),
  usersPerSec: rate.default(1),
  rounds: cap.optional().describe('turns of each; default: all'),
  firstTurns: z
    .boolean()
    .default(false)
    .describe(
      'the first turn of every conversation of the run, which then goes on from there with the answers',
    ),
  durationSec: someSeconds
    .optional()
    .describe(
      "the run's own load for so long, after the above: turns due until then are not measured, and the conversations go on",
    ),
  sameUsers: z
    .boolean()
    .default(false)
    .describe('the ids of the run, so that its first turns find a warm cache'),
});

/** The run stops at the first of these, or when all users have been played. */
export const stopSchema = z.strictObject({
  afterSec: someSeconds
    .optional()
    .describe('stop after this long; default: when all users have been played, or at Ctrl-C'),
  afterRequests: cap.optional().describe('stop after so many requests'),
  afterUnreachableSec: someSeconds
    .nullable()
    .default(60)
    .describe(
      'stop when no connection came about for so long: meanwhile one request at a time tries, at growing gaps, and the others wait; null: never',
    ),
  drainTimeoutSec: seconds
    .default(120)
    .describe('how long requests in flight may take to end after the stop; 0: they are cancelled'),
  recordNotArrived: z
    .boolean()
    .default(false)
    .describe(
      'requests of conversations that had not come when the run stopped have records too, as unsent; needs a number of conversations',
    ),
});

/** The bounds that several partitions would have to share: where they are, and what they are set to. */
export function sharedBoundsOf(
  population: z.infer<typeof populationSchema>,
  { afterRequests }: z.infer<typeof stopSchema>,
): { readonly path: string[]; readonly input: unknown }[] {
  const { arrivals, partition, maxIdleSec, maxActive, maxInFlight, pace, stopWhenExhausted } =
    population;
  if (!partition || partition.of === 1) return [];
  const { hasOwnGates } = PROCESS_RULES[arrivals.process];
  return [
    { path: ['population', 'arrivals', 'process'], input: hasOwnGates && arrivals.process },
    { path: ['population', 'maxIdleSec'], input: maxIdleSec },
    { path: ['population', 'maxActive'], input: maxActive },
    { path: ['population', 'maxInFlight'], input: maxInFlight },
    { path: ['population', 'pace'], input: pace },
    { path: ['population', 'stopWhenExhausted'], input: stopWhenExhausted },
    { path: ['stop', 'afterRequests'], input: afterRequests },
  ].filter(({ input }) => input !== undefined && input !== false);
}

import { z } from 'zod';
import { PROCESS_RULES, type ProcessRules } from './arrivals.ts';
import { MOST, seed } from './bounds.ts';
import { conversationSchema } from './conversation.ts';
import type { Distribution } from './distribution.ts';
import { engineSchema } from './engine.ts';
import { outputSchema } from './output.ts';
import {
  pacingSchema,
  populationSchema,
  sharedBoundsOf,
  stopSchema,
  warmupSchema,
} from './population.ts';
import { sourcesWith, type Traits, traitsOf } from './sources.ts';
import { failureSchema, samplingSchema, targetSchema, timeoutsSchema } from './target.ts';
import { sloSchema, thresholdsSchema } from './thresholds.ts';

/** Everything that decides what a run says, to whom, when, and how it is reported. Units end the names. */
export const scenarioSchema = z
  .strictObject({
    name: z
      .string()
      .regex(/^[A-Za-z0-9._-]+$/, 'letters, digits, dot, underscore and hyphen')
      .default('run')
      .describe('first part of the run folder name'),
    seed: seed.prefault(0).describe('names every random stream of the run'),
    target: targetSchema.prefault({}),
    sampling: samplingSchema.prefault({}),
    timeouts: timeoutsSchema.prefault({}),
    failure: failureSchema.prefault({}),
    conversation: conversationSchema.prefault({}),
    pacing: pacingSchema.prefault({}),
    population: populationSchema.prefault({}),
    warmup: warmupSchema.prefault({}),
    stop: stopSchema.prefault({}),
    slo: sloSchema.optional().describe('what makes a request a good one: goodput counts those'),
    thresholds: thresholdsSchema.prefault({}),
    output: outputSchema.prefault({}),
    engine: engineSchema.prefault({}),
  })
  .superRefine(({ population, pacing, conversation, sampling, warmup, stop }, context) => {
    const { arrivals, users } = population;
    const { needsUsers, isAtOnce }: ProcessRules = PROCESS_RULES[arrivals.process];
    const { isCounted, hasTimes }: Traits = traitsOf(conversation.source);
    if (needsUsers && users === undefined && !isCounted) {
      context.addIssue({
        code: 'custom',
        path: ['population', 'users'],
        message: `missing; needed with process: ${arrivals.process}`,
      });
    }
    if (isAtOnce && users !== undefined && users > MOST.live) {
      context.addIssue({
        code: 'custom',
        path: ['population', 'users'],
        message: `expected at most ${MOST.live} with process: ${arrivals.process}`,
      });
    }
    for (const bound of sharedBoundsOf(population, stop)) {
      context.addIssue({
        code: 'custom',
        ...bound,
        message: `not with population.partition: it holds for all ${population.partition!.of} partitions together, and they do not speak with each other`,
      });
    }
    if (stop.recordNotArrived && users === undefined && !isCounted) {
      context.addIssue({
        code: 'custom',
        path: ['population', 'users'],
        message: 'missing; needed with stop.recordNotArrived, which is of all of them',
      });
    }
    if (sampling.priority === 'expected' && conversation.source !== 'prompts') {
      context.addIssue({
        code: 'custom',
        path: ['sampling', 'priority'],
        message: "'expected' needs source: prompts, whose data say how long answers are",
      });
    }
    if ((pacing.mode === 'trace' || pacing.mode === 'recorded') && !hasTimes) {
      context.addIssue({
        code: 'custom',
        path: ['pacing', 'mode'],
        message: `needs a source with times: ${sourcesWith('hasTimes')}`,
      });
    }
    if (pacing.mode === 'trace' && warmup.firstTurns) {
      context.addIssue({
        code: 'custom',
        path: ['warmup', 'firstTurns'],
        message: 'not with pacing.mode: trace, by which a first turn is due before the others',
      });
    }
    if (!population.rampUp) return;
    // How far users found in mid-conversation are follows from these, so they must be known numbers.
    const needs: [boolean, string[], string][] = [
      [pacing.mode === 'interval', ['pacing', 'mode'], "must be 'interval' with population.rampUp"],
      [
        isConstant(pacing.pauseSec),
        ['pacing', 'pauseSec'],
        'must be a constant with population.rampUp',
      ],
      [
        isConstant(conversation.rounds),
        ['conversation', 'rounds'],
        'must be a constant with population.rampUp',
      ],
    ];
    for (const [holds, path, message] of needs) {
      if (!holds) context.addIssue({ code: 'custom', path, message });
    }
  });

function isConstant(distribution: Distribution): boolean {
  return typeof distribution === 'number' || distribution.distribution === 'constant';
}

export type Scenario = z.infer<typeof scenarioSchema>;
/** A scenario as it is written: everything with a default may be left out. */
export type ScenarioInput = z.input<typeof scenarioSchema>;

import { z } from 'zod';
import type { EarlierRun } from '../record/record.ts';
import type { ContaminationSummary, FoundBefore } from '../report/contamination.ts';
import { count, number, object, text } from './summary-fields.ts';

const foundBefore = (says: string) =>
  object<FoundBefore>({ requests: count(), tokens: count('found in the cache') })
    .optional()
    .describe(says);

/** What was in the engine's cache before this run asked for it. */
export const contamination = object<ContaminationSummary>({
  firstTouch: foundBefore('first turns that found what nobody in this run had sent'),
  warmup: foundBefore('first turns that the warm-up had played'),
  earlierRun: object<EarlierRun>({
    dir: text('its run folder'),
    agoMs: number('from its beginning to that of this one'),
    prompts: count("of this run's first prompts that it had sent"),
    ofPrompts: count('so many were looked at'),
    isShared: z.boolean().describe('it had sent the part that all users share'),
  })
    .optional()
    .describe('the last run from this machine that had sent the same to this server'),
});

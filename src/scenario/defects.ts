import { z } from 'zod';
import { someSeconds } from './bounds.ts';

const share = z.number().min(0).max(1);

/** What keeps real engines from finding what their cache should hold. All off unless asked for. */
export const defectsSchema = z.strictObject({
  retokenised: share
    .default(0)
    .describe('share of answers that come back as other tokens than were generated'),
  thinkingStripped: z
    .boolean()
    .default(false)
    .describe('the template drops reasoning from the history, also where the client sends it'),
  templateDrift: z
    .enum(['none', 'generationPrompt', 'clock'])
    .default('none')
    .describe(
      'generationPrompt: tokens that only the newest prompt ends with; clock: the minute stands before everything',
    ),
  expirySec: someSeconds
    .optional()
    .describe('cached blocks are forgotten so long after their last use'),
  lateBlocks: z
    .boolean()
    .default(false)
    .describe('what a request has computed is found by others only when it has ended'),
  unloaded: share
    .default(0)
    .describe(
      'share of requests that load nothing from the tiers below the GPU, whatever is there',
    ),
  primed: share
    .default(0)
    .describe(
      'share of first-seen prompts that are in the cache already, as if a warm-up or an earlier run had sent them',
    ),
});

export type DefectOptions = z.infer<typeof defectsSchema>;

import { z } from 'zod';
import { MOST } from './bounds.ts';

/** Several engines behind one address. */
export const replicasSchema = z.strictObject({
  count: z
    .number()
    .int()
    .min(1)
    .max(MOST.replicas)
    .default(1)
    .describe('engines behind this address'),
  routing: z
    .enum(['random', 'roundRobin', 'session'])
    .default('random')
    .describe(
      'session: by the session or user header; the others scatter the turns of a conversation',
    ),
});

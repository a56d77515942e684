import { counted } from '../../base/counted.ts';

/**
 * What is to be known of requests whose answer had no token, as BurstGPT has those that failed: nothing cannot be asked
 * for, so that the least is.
 */
export function unansweredNotes(count: number): string[] {
  if (!count) return [];
  return [
    `${counted(count, 'answer')} of 0 tokens in the trace, as of requests that failed: 1 token is asked for; conversation.trace.skipFailures leaves out what failed`,
  ];
}

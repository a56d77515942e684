import type { Conversation } from './conversation.ts';

/** Where conversations come from; load.ts makes a workload of it. */
export interface Source {
  conversation(userId: number): Conversation;
  /** How many there are, where each is said once. */
  readonly conversations?: number;
  /** When each is due, milliseconds from any origin, ascending; only where the data say so. */
  readonly arrivalsMs?: readonly number[];
  /** Digests of data read, beyond text and tokenizer. */
  readonly digests: readonly string[];
  readonly notes: readonly string[];
}

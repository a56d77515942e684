import type { Conversation } from './conversation.ts';

/** Where conversations come from; load.ts makes a workload of it. */
export interface Source {
  conversation(userId: number): Conversation;
  /** How many there are, where each is said once. */
  readonly conversations?: number;
  /** Digests of data read, beyond text and tokenizer. */
  readonly digests: readonly string[];
  readonly notes: readonly string[];
}

import { sum } from 'd3-array';
import type { Tokenizer } from '../tokenizer/tokenizer.ts';
import type { MultiTurnSessions } from './multi-turn.ts';
import { sharingOf } from './sharing.ts';
import { type Summary, summaryOf } from './summary.ts';

/** What was written, counted on the texts. */
export interface SessionStats {
  readonly num_sessions: number;
  readonly num_requests: number;
  readonly num_tokens: number;
  /** Tokens that an earlier prompt begins with too, of all. */
  readonly overall_sharing_ratio: number;
  /** Tokens that all sessions begin with. */
  readonly shared_prefix_tokens: number;
  readonly prompt_length_distribution: string;
  readonly num_turns_distribution: string;
  readonly turns: Summary;
  /** Of each prompt as it is written, and without the shared prefix. */
  readonly prompt_tokens: Summary;
  readonly own_tokens: Summary;
  /** Of all prompts of a session together. */
  readonly session_tokens: Summary;
}

const FIRST = 0;
const LATER = 1;

export async function sessionStats(
  { sessions, sharedPrefix, says }: MultiTurnSessions,
  tokenizer: Tokenizer,
): Promise<SessionStats> {
  const prompts = sessions.flat();
  const groupOf = sessions.flatMap((some) => some.map((_, turn) => (turn ? LATER : FIRST)));
  const { tokens, repeated, ofGroup } = await sharingOf(prompts, groupOf, tokenizer);
  const prefix = sharedPrefix ? tokenizer.count(sharedPrefix) : 0;
  let next = 0;
  const ofSession = sessions.map((some) => sum(tokens.slice(next, (next += some.length))));
  const total = sum(tokens);
  return {
    num_sessions: sessions.length,
    num_requests: prompts.length,
    num_tokens: total,
    overall_sharing_ratio: sum(repeated) / total,
    // One alone has all that it begins with.
    shared_prefix_tokens: sessions.length > 1 ? ofGroup[FIRST]! : prefix,
    prompt_length_distribution: says.promptTokens,
    num_turns_distribution: says.turns,
    turns: summaryOf(sessions.map((some) => some.length)),
    prompt_tokens: summaryOf(tokens),
    own_tokens: summaryOf(tokens.map((count, i) => count - (groupOf[i] === FIRST ? prefix : 0))),
    session_tokens: summaryOf(ofSession),
  };
}

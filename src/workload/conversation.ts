import type { Message } from './message.ts';

/** One turn of a conversation: what the user says, and what is asked of the engine. */
export interface Turn {
  /** Said since the previous answer and before `message`: a tool's results, for example. */
  readonly before?: readonly Message[];
  readonly message: Message;
  /** Tokens of `message.text` alone, without the chat template, under the workload's tokenizer; undefined if it has none. */
  readonly messageTokens: number | undefined;
  /**
   * Pause before this turn, counted as the scenario's pacing says. Unused for the first turn of a conversation, but
   * for a sub-agent's: from the end of the answer that began it.
   */
  readonly pauseMs: number;
  /** The same from when the last of the sub-agents ended that the turn before began; undefined: as above, and not before. */
  readonly pauseAfterForksMs?: number;
  /**
   * When it is due by the data, milliseconds from the first turn of its conversation (0 for that one; a sub-agent
   * counts from its parents' first), not yet slowed down. `pacing.mode: trace` goes by it, and needs it of every turn.
   */
  readonly dueMs?: number;
  /** Its messages repeat all that was said before, answers too: they are sent without the history. */
  readonly isCumulative?: true;
  /** Of a cumulative turn: what `Conversation.sharedTokens` is of the first. */
  readonly sharedTokens?: number;
  /** What `Conversation.replayOf` is, where it differs from turn to turn: who was the first to say all up to this one. */
  readonly replayOf?: number;
  /** Conversations that its answer begins; the turn after it waits for their ends. */
  readonly forks?: readonly Fork[];
  /** undefined: no limit is sent. */
  readonly maxTokens: number | undefined;
  readonly minTokens: number | undefined;
  /** Length of the answer, tokens, as the data have it or predict it. */
  readonly expectedTokens?: number | undefined;
  /** Sent with this turn's request alone. */
  readonly headers?: Readonly<Record<string, string>>;
  /** The data set's own answer, where there is one. */
  readonly recordedAnswer: Message | undefined;
  /** What is said next answers the recorded answer's tool calls: no other can be in the history. */
  readonly needsRecordedAnswer?: boolean;
}

/** A sub-agent: a conversation that an answer of another one begins. */
export interface Fork {
  readonly userId: number;
  /** How many it has. */
  readonly turns: number;
  /** Begun by its own answers. */
  readonly forks: readonly Fork[];
}

/** One of the agents that work together in a round of a trace. */
export interface Agent {
  /** The trace's own number for it: the same agent in every round, with a model of its own. */
  readonly id: number;
  /** 0-based place among the agents of its round. */
  readonly place: number;
}

/** All that one simulated user will say. */
export interface Conversation {
  readonly userId: number;
  /** The data set's own name for it. */
  readonly id?: string;
  /** Of a sub-agent: whose answer began it. */
  readonly parentUserId?: number;
  /**
   * Whose it is: those of the same tenant begin with the same system prompt and tools. Absent: the data do not tell
   * several apart.
   */
  readonly tenant?: string;
  /** Said by nobody: sent without a session's name. */
  readonly isAnonymous?: boolean;
  /** Who of the user's agents says it, where there are several. */
  readonly agent?: Agent;
  /** Sent before the first turn's message in every request: the shared system prompt, or nothing. */
  readonly opening: readonly Message[];
  /** Fields that every request of it has besides, as the data have them: `tools`, `tool_choice`. */
  readonly request?: Readonly<Record<string, unknown>>;
  /**
   * Tokens at the start of the prompt that every user of this workload sends alike, or that an earlier one
   * has sent (chat template not counted).
   */
  readonly sharedTokens: number;
  /** The user who sent them before, where not all begin with the same. */
  readonly sharedWith?: number;
  /** Those that all conversations of its tenant begin with: as many, or more. */
  readonly tenantTokens?: number;
  /** Said again, word for word but for the engine's answers: the first user of those that say it. */
  readonly replayOf?: number;
  readonly turns: readonly Turn[];
  /** An answer to this turn for the history of a user found in mid-conversation: recorded, or made up. */
  standInAnswer(turn: number): Message;
  /** This turn where nothing was said before it: with what stands before a first question. Absent: it is the same. */
  firstAs?(turn: number): Turn;
}

/**
 * A loaded workload. `conversation(userId)` depends on (scenario, userId) alone and does no I/O, so any
 * process can make any user at any time. Nothing is tokenized in it.
 */
export interface Workload {
  conversation(userId: number): Conversation;
  /** How many there are, where each is said once; a run without `population.users` ends after them. */
  readonly conversations?: number;
  /** When each is due where the data say so, milliseconds, ascending, from any origin: `process: trace` goes by it. */
  readonly arrivalsMs?: readonly number[];
  /** sha256 over tokenizer, texts and settings: two runs with the same digest say the same things. */
  readonly digest: string;
  /** Lines for the report's head: source, tokenizer, items used, exactness of counts. */
  readonly notes: readonly string[];
}

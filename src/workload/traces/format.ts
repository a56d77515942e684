import type { Message } from '../message.ts';

interface Asked {
  /** When it was asked, milliseconds from any origin that all of the trace counts from. */
  readonly atMs: number;
  /** The conversation that it belongs to; absent: it is one of its own. */
  readonly session?: string;
  /** Its place in the conversation; needed only to order turns of one time. */
  readonly turn?: number;
  /** undefined: not known, and no limit is sent. */
  readonly outputTokens?: number | undefined;
}

/** A number that a double holds exactly, or the digits of one beyond. */
export type HashId = number | string;

interface Counted {
  /** Of what is said in this turn. What was said before in its session is not in it. */
  readonly inputTokens: number;
  /**
   * Names of the input's blocks, in order; the last may be a part of one. Where two requests have the same
   * names from the beginning, they have the same text up to there. Absent: no other begins like it.
   */
  readonly hashIds?: readonly HashId[];
  readonly messages?: never;
}

interface Spoken {
  /** What is said in this turn, the message that is to be answered last; sent as it is. */
  readonly messages: readonly [Message, ...Message[]];
  readonly inputTokens?: never;
  readonly hashIds?: never;
}

/**
 * One request of a trace, in whatever format that is written: as many tokens, in blocks where it names
 * them; or messages. A row whose input repeats what its session said before has no `session` here: the
 * history would be sent twice.
 */
export type TraceEntry = Asked & (Counted | Spoken);

/** A format of traces: a file of its own in this folder, and a row in formats.ts. */
export interface TraceFormat {
  /** As `conversation.trace.format` has it. */
  readonly name: string;
  /** What a file has in it, for errors and help. */
  readonly says: string;
  /** Tokens that one hash id stands for, unless the scenario says so; absent: it has none. */
  readonly blockTokens?: number;
  /** Whether a file that begins so is one; `head` is text without a byte order mark, its last line perhaps cut. */
  sniff(head: string): boolean;
  /**
   * The requests one at a time, in any order; entries of the same time keep theirs.
   * @throws UsageError naming file, line, what was found and what was expected.
   */
  read(file: string, options: ReadOptions): AsyncIterable<TraceEntry>;
}

export interface ReadOptions {
  readonly blockTokens: number;
}

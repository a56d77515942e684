import type { Message } from '../message.ts';

interface Asked {
  /**
   * When it was asked, milliseconds from any origin that all of the trace counts from. Absent: the trace
   * has no times, and a turn follows the one before it by `thinkMs`.
   */
  readonly atMs?: number | undefined;
  /** The conversation that it belongs to; absent: it is one of its own. */
  readonly session?: string | undefined;
  /** Its place in the conversation; needed only to order turns of one time. */
  readonly turn?: number | undefined;
  /**
   * On the first entry of a session that a turn of another one began (a sub-agent): that session, and the
   * 0-based place in it of the turn whose answer began it. The turn after that one waits for its end.
   */
  readonly parent?: { readonly session: string; readonly turn: number } | undefined;
  /** From the end of the answer before it in its session, or of its parent's; absent: not known, which is not 0. */
  readonly thinkMs?: number | undefined;
  /** How long its answer took when it was recorded, from asking to its end. */
  readonly apiMs?: number | undefined;
  /** And to its first token. */
  readonly ttftMs?: number | undefined;
  /** undefined: not known, and no limit is sent. */
  readonly outputTokens?: number | undefined;
  /** That answered it, as the trace names it. */
  readonly model?: string | undefined;
  /** The trace's own word for its kind: a log's type, a phase of an agent. */
  readonly kind?: string | undefined;
  /** It failed when it was recorded. */
  readonly isFailed?: boolean | undefined;
  /** Fields that its session's requests have besides, as `tools`; of the first entry of a session. */
  readonly request?: Readonly<Record<string, unknown>> | undefined;
  /** Its recorded answer, where the trace has texts. */
  readonly answer?: Message | undefined;
  /**
   * Its input repeats all that its session said before, answers too: it is sent as it is, without the
   * history. Absent: its input is what is new in this turn.
   */
  readonly isCumulative?: boolean | undefined;
}

/** A number that a double holds exactly, or the digits of one beyond. */
export type HashId = number | string;

interface Counted {
  /** Of all of the input if it is cumulative, else of what is said in this turn. */
  readonly inputTokens: number;
  /**
   * Names of the input's blocks, in order. Where two requests have the same names from the beginning, they
   * have the same text up to there. The last may be a part of a block (`rounding: 'ceil'`), or what is left
   * behind the last whole one has no name, and no other goes on like it (`'floor'`): an entry's own count
   * of names says which. Absent: no other begins like it.
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
 * them; or messages.
 */
export type TraceEntry = Asked & (Counted | Spoken);

/** How a trace counts: what all files of a format have in common, or what one file says of itself. */
export interface TraceFacts {
  /** What its times are written in; absent: it has none. */
  readonly timeUnit?: TimeUnit;
  /** Tokens that one hash id stands for, unless the scenario says so; absent: it has none. */
  readonly blockTokens?: number;
  /** Of input / block to the number of hash ids: whether the last, partial block has one. */
  readonly rounding?: 'ceil' | 'floor';
  /** Whether a turn's input repeats what its session said before; absent: its requests are on their own. */
  readonly context?: 'cumulative' | 'delta';
  /**
   * 'session': its times count from where their own session began, and when that was is not known.
   * Absent: all of the trace counts from one origin.
   */
  readonly timeOrigin?: 'session';
}

export type TimeUnit = 'ms' | 's' | 'ns' | 'wall clock';

/** A format of traces: a file of its own in this folder, and a row in formats.ts. */
export interface TraceFormat extends TraceFacts {
  /** As `conversation.trace.format` has it. */
  readonly name: string;
  /** What a file has in it, for errors and help. */
  readonly says: string;
  /**
   * What a file can be cut into: every JSON value is a request (`value`), or every line behind a header (`csv`),
   * in the order in which they are read; every JSON value is a session with its sub-agents (`session`); or a
   * piece for each request, in that order. Absent: nothing.
   */
  readonly piece?: 'value' | 'csv' | 'session' | ((file: string) => AsyncIterable<Piece>);
  /** Its times are numbers, which some write in another unit: `timeUnit` may be said. */
  readonly takesTimeUnit?: true;
  /** Its files have their requests in the order of time, as they are published; one that has not is read all the same. */
  readonly isSorted?: true;
  /** What a file (or folder) says of itself where files of the format differ; use factsOf of formats.ts. */
  facts?(file: string): Promise<TraceFacts>;
  /** It is known so that it is not taken for another: reading it says why it cannot be played. */
  readonly isRefused?: boolean;
  /** What else it reads beside the file that is named. */
  alsoReads?(file: string, options: Pick<ReadOptions, 'datasetFile'>): readonly string[];
  /** Whether a file that begins so is one; `head` is text without a byte order mark, its last line perhaps cut. */
  sniff(head: string): boolean;
  /**
   * The requests one at a time, in any order; entries of the same time keep theirs. `file` may be a
   * folder where the format has traces of many files.
   * @throws UsageError naming file, line, what was found and what was expected.
   */
  read(file: string, options: ReadOptions): AsyncIterable<TraceEntry>;
}

/** What of a file makes one request, as lines that the format reads. */
export interface Piece {
  /** Without a line break at the end; empty: the piece before has it as well. */
  readonly text: string;
  /** Lines that it needs before it, and other pieces too: each is written once, by its name. */
  readonly before?: readonly { readonly name: string; readonly text: string }[] | undefined;
}

export interface ReadOptions {
  readonly blockTokens: number;
  /** What the times of the file are in, whatever they look like; absent: the format's own, if they do look so. */
  readonly timeUnit?: 'ms' | 's' | undefined;
  /** Of formats whose requests are drawn; default: 0. */
  readonly seed?: string | number | undefined;
  /** Names that a file has for fields of the format, by the format's own. */
  readonly fieldNames?: Readonly<Record<string, string>> | undefined;
  /** Of formats in two files: the other one. Absent: where the format has it beside the first. */
  readonly datasetFile?: string | undefined;
  /** Told of what looks wrong and is no error: each once, naming the file. Absent: nobody is. */
  readonly warn?: ((warning: string) => void) | undefined;
  /** Told the name of every field of a request that an entry has no place for, each time. Absent: nobody is. */
  readonly unread?: ((field: string) => void) | undefined;
}

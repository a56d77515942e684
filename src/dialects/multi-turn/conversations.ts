import type { TurnRecord } from '../../record/record.ts';
import type { Said } from '../../user/world.ts';
import type { Message, Role } from '../../workload/message.ts';
import { writeJsonArray } from './json-file.ts';

/** One conversation of --output-file: it can be played again as --input-file. */
export interface SpokenConversation {
  readonly id: string;
  readonly messages: readonly SpokenMessage[];
  /** Only where its last turn was not completed. */
  readonly unfinished?: true;
}

/** Role and content first; a data set's own fields (`tool_calls`, `name`) as they came. */
export interface SpokenMessage {
  readonly role: Role;
  readonly content: string;
  readonly [field: string]: unknown;
}

/** Collects what was said, for --output-file. */
export interface ConversationCollector {
  /** Takes what `World.record` gets, of warm-up and measurement alike. */
  add(record: TurnRecord, said: (() => Said) | undefined): void;
  /** In the order of ending, as the tool has it; those without an end, in the order of their users, last. */
  conversations(): SpokenConversation[];
  /** @throws UsageError if the file cannot be written. */
  write(path: string): void;
}

interface Spoken {
  readonly messages: readonly SpokenMessage[];
  /** How many conversations had ended before this one; undefined: it has not. */
  readonly ended: number | undefined;
}

const INDENT = 4;

/**
 * Keeps the messages of the latest request of each conversation and its answer. Their texts are the ones
 * that the history holds anyway, so that each is in memory once, however often it was sent; the request's
 * ready-made JSON is not kept. A turn that failed leaves its question without an answer. Conversations
 * of which nothing was sent are not in the file.
 */
export function conversationCollector(
  conversationId: (userId: number) => string = String,
): ConversationCollector {
  const spoken = new Map<number, Spoken>();
  let endedCount = 0;
  const add = (record: TurnRecord, said: (() => Said) | undefined) => {
    if (!said) return;
    const { messages, answer, content = answer } = said();
    const isOk = record.status === 'ok';
    const isEnd = isOk && record.turn === record.turns - 1;
    spoken.set(record.userId, {
      messages: [
        ...messages.map(spokenMessage),
        ...(isOk ? [{ role: 'assistant', content } as const] : []),
      ],
      ended: isEnd ? endedCount++ : undefined,
    });
  };
  const conversations = () =>
    [...spoken]
      .sort(([aId, a], [bId, b]) => order(a.ended, b.ended) || aId - bId)
      .map(
        ([userId, { messages, ended }]): SpokenConversation => ({
          id: conversationId(userId),
          messages,
          ...(ended === undefined && { unfinished: true }),
        }),
      );
  return {
    add,
    conversations,
    write: (path) => writeJsonArray(path, conversations(), INDENT),
  };
}

function order(a: number | undefined, b: number | undefined): number {
  if (a === b) return 0;
  return (a ?? Infinity) - (b ?? Infinity);
}

function spokenMessage({ role, text: content, fields }: Message): SpokenMessage {
  return { role, content, ...fields };
}

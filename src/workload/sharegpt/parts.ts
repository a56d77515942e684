import { conversationsIn, recordedIn } from '../chats/chat-file.ts';
import type { Recorded, Said, Unusable } from '../chats/recorded.ts';
import type { ShapeName } from '../chats/shapes.ts';
import { hasTools, textOnly, withoutTools } from './item.ts';

/** A whole conversation: its parts one after the other. */
export interface Whole {
  readonly id: string;
  readonly said: readonly Said[];
  /** It has questions alone. */
  readonly mayLackAnswers?: boolean | undefined;
  /** Its last question is what is asked, so that it has no answer. */
  readonly endsAsked?: boolean | undefined;
  /** It had tools, which are left out. */
  readonly hadTools?: boolean | undefined;
}

export interface Joining {
  /** Whether parts are joined to a whole. */
  readonly mergeParts: boolean;
  /** Whether a conversation with tools is taken without them, or cannot be used. */
  readonly foldsTools?: boolean | undefined;
  /** Conversations of other shapes cannot be used; absent: any can. */
  readonly shape?: ShapeName | undefined;
}

/**
 * Whole conversations of a ShareGPT file, which has long ones in parts: `id_0`, `id_1` and so on, anywhere
 * in the file. Parts follow one another by their number; one that begins with the speaker whom the one
 * before ends with loses its first message. Any other id is a conversation of its own. Read twice, so
 * that only conversations with a part still to come are held.
 */
export async function* wholeConversations(
  file: string,
  { mergeParts, foldsTools, shape }: Joining,
): AsyncGenerator<Whole | Unusable> {
  const expected = new Map<string, number>();
  for await (const item of conversationsIn(file)) {
    const { key } = nameOf(recordedIn(item), mergeParts);
    expected.set(key, (expected.get(key) ?? 0) + 1);
  }
  const waiting = new Map<string, Part[]>();
  for await (const item of conversationsIn(file)) {
    const recorded = recordedIn(item);
    const { key, number } = nameOf(recorded, mergeParts);
    const parts = waiting.get(key) ?? [];
    const own = ofShape(recorded, shape);
    const content = textOnly(foldsTools ? withoutTools(own) : own);
    parts.push({ number, content, hadTools: !('reason' in own) && hasTools(own) });
    if (parts.length < expected.get(key)!) waiting.set(key, parts);
    else {
      waiting.delete(key);
      yield joined(key, parts);
    }
  }
}

interface Part {
  readonly number: number;
  readonly content: Recorded | Unusable;
  readonly hadTools: boolean;
}

const PART = /^(.+)_(\d+)$/s;

/** Data sets in these shapes number questions and requests as these do parts. */
const UNPARTED: readonly ShapeName[] = ['openai-batch', 'arena', 'mt-bench', 'ultrachat', 'alpaca'];

/** Of these a conversation may be what is asked for, and its answer elsewhere. */
const ASKING: readonly ShapeName[] = ['openai-batch', 'alpaca'];

function nameOf(recorded: Recorded | Unusable, mergeParts: boolean) {
  const { id } = recorded;
  const hasParts = mergeParts && !('shape' in recorded && UNPARTED.includes(recorded.shape));
  const part = hasParts ? PART.exec(id) : null;
  return part ? { key: part[1]!, number: Number(part[2]) } : { key: id, number: 0 };
}

function ofShape(recorded: Recorded | Unusable, shape?: ShapeName): Recorded | Unusable {
  if (!shape || 'reason' in recorded || recorded.shape === shape) return recorded;
  const detail = `it is ${recorded.shape}`;
  return { id: recorded.id, reason: `not ${shape}`, detail };
}

function joined(id: string, parts: readonly Part[]): Whole | Unusable {
  const said: Said[] = [];
  let mayLackAnswers = false;
  let endsAsked = false;
  const inOrder = [...parts].sort((a, b) => a.number - b.number);
  for (const [i, { number, content }] of inOrder.entries()) {
    if ('reason' in content) return { ...content, id };
    if (i && number === inOrder[i - 1]!.number) {
      return { id, reason: 'an id used twice', detail: `part ${number}` };
    }
    mayLackAnswers ||= content.hasNoAnswers === true;
    endsAsked ||= ASKING.includes(content.shape);
    const isRepeated =
      said.length > 0 && said.at(-1)!.message.role === content.said[0]?.message.role;
    for (const one of isRepeated ? content.said.slice(1) : content.said) said.push(one);
  }
  return { id, said, mayLackAnswers, endsAsked, hadTools: parts.some(({ hadTools }) => hadTools) };
}

import { type TurnRecord, wasCut } from '../record/record.ts';
import type { Transport } from '../transport/transport.ts';
import type { Conversation, Workload } from '../workload/conversation.ts';
import { Message } from '../workload/message.ts';
import type { EarlierParts } from './run.ts';

/** What the earlier parts of a run say about the rest of it. `parts` are their records, part by part. */
export function earlierParts(
  parts: Iterable<Iterable<TurnRecord>>,
  measuredMs: number,
): EarlierParts {
  const played = new Set<number>();
  let requests = 0;
  for (const records of parts) {
    const ended = new Set<number>();
    const cut = new Set<number>();
    for (const record of records) {
      if (record.phase !== 'measure') continue;
      if (record.attempts > 0) requests++;
      if (wasCut(record)) cut.add(record.userId);
      // Records of a user come in the order of its turns: the last one means that all are there.
      if (record.turn === record.turns - 1) ended.add(record.userId);
    }
    for (const userId of ended) if (!cut.has(userId)) played.add(userId);
  }
  return { played, measuredMs, requests };
}

/** How conversations played again are kept from finding their own first play in the engine's cache. */
export type Isolation = 'none' | 'salt' | 'marker';

/** The same workload with a line in front of every prompt, which changes every token after it. */
export function markedWorkload(workload: Workload, part: number): Workload {
  const mark = `[part ${part + 1}]\n`;
  const marked = new WeakMap<Message, Message>();
  const withMark = (message: Message): Message => {
    let twin = marked.get(message);
    if (!twin) marked.set(message, (twin = new Message(message.role, mark + message.text)));
    return twin;
  };
  return {
    ...workload,
    conversation(userId): Conversation {
      const conversation = workload.conversation(userId);
      const [opening, ...rest] = conversation.opening;
      if (opening) return { ...conversation, opening: [withMark(opening), ...rest] };
      const [first, ...later] = conversation.turns;
      if (!first) return conversation;
      return { ...conversation, turns: [{ ...first, message: withMark(first.message) }, ...later] };
    },
  };
}

/** The same engine, with a cache salt of this part's own on every request. */
export function saltedTransport(transport: Transport, part: number): Transport {
  return {
    send: (request, observer) =>
      transport.send(
        { ...request, cacheSalt: `${request.cacheSalt ?? ''}part-${part + 1}` },
        observer,
      ),
    close: () => transport.close(),
  };
}

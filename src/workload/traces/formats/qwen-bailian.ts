import { fieldsAtHead } from '../../files/head.ts';
import { type ChatPlace, ChatPlaces } from '../chat-places.ts';
import type { ReadOptions, TraceEntry, TraceFormat } from '../format.ts';
import { IdCounts } from '../id-counts.ts';
import { rowsIn } from '../records.ts';
import { countOf, has, hashIdsOf, tellUnread, textOf, timeOf } from '../row.ts';
import { TimeUnit } from '../time-unit.ts';

/**
 * Alibaba's traces of Qwen on Bailian. A row names the one that it goes on from (`parent_chat_id`), and its
 * input is whole, with all that was said before. An id is a hash of 16 tokens; nothing says that it is
 * chained. The last one may be of a part of a block, and is another when that is filled.
 */
export const qwenBailian: TraceFormat = {
  name: 'qwen-bailian',
  says: 'JSON lines of chat_id, parent_chat_id, timestamp (s), input_length, output_length and hash_ids',
  timeUnit: 's',
  blockTokens: 16,
  rounding: 'ceil',
  context: 'cumulative',
  piece: 'value',
  takesTimeUnit: true,
  isSorted: true,
  sniff: (head) =>
    ['chat_id', 'parent_chat_id', 'input_length'].every((field) => fieldsAtHead(head).has(field)),
  read: readBailian,
};

const READ = new Set([
  'chat_id',
  'parent_chat_id',
  'timestamp',
  'input_length',
  'output_length',
  'type',
  'turn',
  'hash_ids',
]);

/** Read twice: what goes on from what is known first. */
async function* readBailian(file: string, options: ReadOptions): AsyncGenerator<TraceEntry> {
  const ids = new IdCounts(options.blockTokens, 'ceil');
  const unit = new TimeUnit(file, 'timestamp', 's', options);
  const places = await placesIn(file, options);
  let index = 0;
  for await (const row of rowsIn(file, 'requests')) {
    const { session, turn } = places[index++]!;
    const inputTokens = countOf(row, 'input_length', 1);
    const outputTokens = countOf(row, 'output_length');
    const hashIds = hashIdsOf(row);
    ids.check(row.where, hashIds.length, inputTokens, 'input_length');
    const atMs = unit.toMs(timeOf(row, 'timestamp', 'seconds'), session, outputTokens);
    tellUnread(row, READ, options);
    const kind = has(row, 'type') && { kind: textOf(row, 'type') };
    yield { atMs, session, turn, inputTokens, hashIds, outputTokens, ...kind, isCumulative: true };
  }
  unit.check();
}

/** By place in the file. */
async function placesIn(file: string, { warn }: ReadOptions): Promise<readonly ChatPlace[]> {
  const chats = new ChatPlaces();
  for await (const row of rowsIn(file, 'requests')) chats.add(row);
  const places = chats.close();
  if (chats.orphans) {
    const count = chats.orphans === 1 ? '1 row goes' : `${chats.orphans} rows go`;
    warn?.(
      `${file}: parent_chat_id: ${count} on from a row that is not there, or is later: each begins a session`,
    );
  }
  return places;
}

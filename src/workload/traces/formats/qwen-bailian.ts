import { firstObject } from '../../files/head.ts';
import { dataLines } from '../../files/lines.ts';
import type { ReadOptions, TraceEntry, TraceFormat } from '../format.ts';
import { IdCounts } from '../id-counts.ts';
import {
  countOf,
  has,
  hashIdsOf,
  type Row,
  rowOf,
  tellUnread,
  textOf,
  timeOf,
  wrong,
} from '../row.ts';
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
  piece: 'line',
  sniff: (head) =>
    ['chat_id', 'parent_chat_id', 'input_length'].every((field) => field in firstObject(head)),
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

/** A row's place in its session; the first that goes on from a row is its next turn. */
interface Place {
  readonly session: string;
  readonly turn: number;
  isFollowed: boolean;
}

/**
 * A session is a chain of rows, named by its first. A row that goes on from one that another has gone on
 * from (an answer that was asked for again) is a session of its own, and so is one whose parent was not seen:
 * its input is whole all the same. A row that is there twice is two sessions, not one that says the same again.
 */
async function* readBailian(file: string, options: ReadOptions): AsyncGenerator<TraceEntry> {
  const ids = new IdCounts(options.blockTokens, 'ceil');
  const unit = new TimeUnit(file, 'timestamp', 's', options);
  const places = new Map<string, Place>();
  const repeats = { count: 1 };
  for await (const { number, text } of dataLines(file)) {
    const row = rowOf(`${file}: line ${number}`, text);
    const place = placeOf(row, places, repeats);
    const { session, turn } = place;
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

function placeOf(row: Row, places: Map<string, Place>, repeats: { count: number }): Place {
  const chat = idOf(row, 'chat_id');
  const parent = places.get(idOf(row, 'parent_chat_id'));
  const place =
    parent && !parent.isFollowed
      ? { session: parent.session, turn: parent.turn + 1, isFollowed: false }
      : {
          session: places.has(chat) ? `${chat}#${++repeats.count}` : chat,
          turn: 0,
          isFollowed: false,
        };
  if (place.turn > 0) parent!.isFollowed = true;
  places.set(chat, place);
  return place;
}

/** A whole number, -1 for none; those beyond 2^53 come as their digits. */
function idOf(row: Row, field: string): string {
  const value = row.fields[field];
  if (Number.isSafeInteger(value) || (typeof value === 'string' && value !== ''))
    return String(value);
  throw wrong(row, field, 'a whole number');
}

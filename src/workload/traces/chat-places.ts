import { has, type Row, wrong } from './row.ts';

/** A row's place in its session. */
export interface ChatPlace {
  readonly session: string;
  readonly turn: number;
}

interface Chat {
  readonly chat: string;
  readonly parent: string;
  readonly time: number;
  readonly turn: number;
  readonly index: number;
}

interface Followed extends ChatPlace {
  isFollowed: boolean;
}

/**
 * A session is a chain of rows, named by its first. A row that goes on from one that another has gone on
 * from (an answer that was asked for again) is a session of its own, and so is one whose parent is not in the
 * trace: its input is whole all the same. A row that is there twice is two sessions, not one that says the same
 * again. All of the trace is looked at before the first is placed: rows may come before their parents.
 */
export class ChatPlaces {
  readonly #chats: Chat[] = [];
  /** Rows whose parents are not in the trace, or are later than they. */
  orphans = 0;

  add(row: Row): void {
    const { timestamp, turn } = row.fields;
    this.#chats.push({
      chat: idOf(row, 'chat_id'),
      parent: has(row, 'parent_chat_id') ? idOf(row, 'parent_chat_id') : NO_PARENT,
      // What is wrong with a time is told where it is read.
      time: Number(timestamp) || 0,
      turn: Number(turn) || 0,
      index: this.#chats.length,
    });
  }

  /** By place in the file. */
  close(): ChatPlace[] {
    const inOrder = this.#chats.sort(
      (a, b) => a.time - b.time || a.turn - b.turn || a.index - b.index,
    );
    const places: ChatPlace[] = [];
    const latest = new Map<string, Followed>();
    let repeats = 1;
    for (const { chat, parent, index } of inOrder) {
      const before = latest.get(parent);
      if (!before && parent !== NO_PARENT) this.orphans++;
      const goesOn = before && !before.isFollowed;
      if (goesOn) before.isFollowed = true;
      const place = goesOn
        ? { session: before.session, turn: before.turn + 1 }
        : { session: latest.has(chat) ? `${chat}#${++repeats}` : chat, turn: 0 };
      places[index] = place;
      latest.set(chat, { ...place, isFollowed: false });
    }
    return places;
  }
}

const NO_PARENT = '-1';

/** A whole number, -1 for none; those beyond 2^53 come as their digits. */
function idOf(row: Row, field: string): string {
  const value = row.fields[field];
  if (Number.isSafeInteger(value) || (typeof value === 'string' && value !== ''))
    return String(value);
  throw wrong(row, field, 'a whole number');
}

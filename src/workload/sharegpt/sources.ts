import { UsageError } from '../../base/errors.ts';
import { isObject } from '../../base/json.ts';
import { KNOWN_FORMATS } from '../../base/known-formats.ts';
import type { Said, Unusable } from '../chats/recorded.ts';
import { SHAPES, type ShapeName } from '../chats/shapes.ts';
import { isTree } from '../chats/trees.ts';
import { readClientTrace } from '../datasets/client-trace.ts';
import { readDataset, type SessionId } from '../datasets/dataset.ts';
import { firstValue } from '../files/json-values.ts';
import { droppedLines } from '../files/tally.ts';
import { Message } from '../message.ts';
import { type Joining, type Whole, wholeConversations } from './parts.ts';

/** A conversation to be converted. */
export interface Heard extends Whole {
  /** As the file has it; absent: `id` is its name. */
  readonly sessionId?: SessionId | undefined;
}

export interface Opened {
  readonly conversations: AsyncIterable<Heard | Unusable> | Iterable<Heard | Unusable>;
  /** They are prompts, each alone with its answer. */
  readonly isPlain: boolean;
  /** What is to be known of the file. */
  readonly notes: readonly string[];
}

interface SourceKind {
  readonly says: string;
  /** Whether a file whose first value is this has it. */
  fits(first: Readonly<Record<string, unknown>>): boolean;
  open(file: string, joining: Joining): Promise<Opened>;
}

/** In the order in which a file is tried. */
export const SOURCES = {
  'client-trace': {
    says: "records of AIBrix's client, by their sessions",
    fits: KNOWN_FORMATS.clientTrace.fits,
    open: openTrace,
  },
  oasst: { says: "OpenAssistant's trees: all branches", fits: isTree, open: chats() },
  ...(Object.fromEntries(
    Object.entries(SHAPES).map(([name, { says, shaped }]) => [
      name,
      { says, fits: (value) => shaped(value) !== undefined, open: chats(name as ShapeName) },
    ]),
  ) as Record<ShapeName, SourceKind>),
  aibrix: {
    says: "AIBrix's data sets: prompt, or session_id and prompts",
    fits: (value) => 'prompt' in value || KNOWN_FORMATS.sessions.fits(value),
    open: openDataset,
  },
} as const satisfies Record<string, SourceKind>;

export type SourceName = keyof typeof SOURCES;

export const SOURCE_NAMES = Object.keys(SOURCES) as SourceName[];

/**
 * Opens a file as what it is said to be; 'auto': as what it looks like; 'chats': as conversations, whatever it looks like.
 * @throws UsageError if it cannot be read, or looks like something else than what it is said to be.
 */
export async function openSource(
  file: string,
  from: SourceName | 'auto' | 'chats',
  joining: Joining,
): Promise<Opened> {
  if (from === 'chats') return chats()(file, joining);
  const first = await firstValue(file);
  const fitting = isObject(first) ? kindOf(first) : undefined;
  // Whoever reads it says what a file is that cannot be read, or has nothing in it.
  if (from !== 'auto' && first !== undefined && fitting !== from) {
    const looks =
      fitting === undefined ? 'nothing of the kind' : `${fitting} (${SOURCES[fitting].says})`;
    throw new UsageError(`${file}: found ${looks}; expected ${from} (${SOURCES[from].says})`);
  }
  if (from !== 'auto') return SOURCES[from].open(file, joining);
  // Of conversations each is read by its own shape; so is what looks like none, to say why.
  const isChats = fitting === undefined || Object.hasOwn(SHAPES, fitting);
  return (isChats ? chats() : SOURCES[fitting].open)(file, joining);
}

function kindOf(first: Readonly<Record<string, unknown>>): SourceName | undefined {
  return SOURCE_NAMES.find((name) => SOURCES[name].fits(first));
}

/** Conversations of one shape, the others left out by name; or of any. */
function chats(shape?: ShapeName): SourceKind['open'] {
  return async (file, joining) => ({
    conversations: wholeConversations(file, { ...joining, shape }),
    isPlain: false,
    notes: [],
  });
}

async function openDataset(file: string): Promise<Opened> {
  const { isSessioned, entries, dropped } = await readDataset(file);
  const conversations = entries.map(({ sessionId, turns }, i) => ({
    id: String(sessionId ?? i),
    sessionId,
    mayLackAnswers: true,
    said: turns.flatMap(({ prompt, completion }) => [
      heard('user', prompt),
      ...(completion === undefined ? [] : [heard('assistant', completion)]),
    ]),
  }));
  return { conversations, isPlain: !isSessioned, notes: droppedLines(dropped) };
}

/** Failed requests that are named. */
const NAMED = 10;

async function openTrace(file: string): Promise<Opened> {
  const { sessions, failed, dropped } = await readClientTrace(file);
  if (!sessions.length)
    throw new UsageError(['no request can be used', ...droppedLines(dropped)], file);
  const named = failed.slice(0, NAMED).join(', ');
  const more = failed.length > NAMED ? ` and ${failed.length - NAMED} more` : '';
  const notes = failed.length
    ? [`${failed.length} without an answer, kept as questions: ${named}${more}`]
    : [];
  return {
    conversations: sessions.map((session) => ({ ...session, mayLackAnswers: true })),
    isPlain: sessions.every(({ sessionId, said }) => {
      const asked = said.filter(({ message }) => message.role === 'user');
      return sessionId === undefined && asked.length === 1;
    }),
    notes: [...notes, ...droppedLines(dropped)],
  };
}

function heard(role: 'user' | 'assistant', text: string): Said {
  return { message: new Message(role, text), isText: true, tokens: undefined, pauseSec: undefined };
}

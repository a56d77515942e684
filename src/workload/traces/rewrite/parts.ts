import type { HashId, TraceEntry, TraceFacts } from '../format.ts';

/** Something that a trace may tell, and a format may have no place for. */
interface Part {
  /** As in "has no place for …". */
  readonly says: string;
  /** Of a part that requests have. */
  isIn?(entry: TraceEntry): boolean;
  /** Of one that only the whole trace shows: counts its requests or sessions, told in the order in which they are played. */
  counter?(facts: TraceFacts): Counter;
  /** The entry without it; absent: what is left would be another request. */
  without?(entry: TraceEntry): TraceEntry;
}

interface Counter {
  add(entry: TraceEntry): void;
  close(): number;
}

const without =
  (...names: readonly (keyof TraceEntry)[]) =>
  (entry: TraceEntry): TraceEntry =>
    Object.fromEntries(
      Object.entries(entry).filter(([name]) => !names.includes(name as keyof TraceEntry)),
    ) as unknown as TraceEntry;

export const PARTS = {
  times: {
    says: 'times',
    isIn: ({ atMs }) => atMs !== undefined,
    without: without('atMs'),
  },
  starts: {
    says: 'the times at which sessions began',
    counter: differentStarts,
    without: (entry) => entry,
  },
  sessions: {
    says: 'sessions',
    isIn: ({ session }) => session !== undefined,
    without: without('session', 'turn', 'parent', 'isCumulative', 'thinkMs'),
  },
  'sub-agents': {
    says: 'sub-agents, which a turn of another session began',
    isIn: ({ parent }) => parent !== undefined,
    without: without('parent'),
  },
  thinks: {
    says: 'think times',
    isIn: ({ thinkMs }) => thinkMs !== undefined,
    without: without('thinkMs'),
  },
  'api-times': {
    says: 'how long answers took',
    isIn: ({ apiMs }) => apiMs !== undefined,
    without: without('apiMs', 'ttftMs'),
  },
  outputs: {
    says: 'lengths of answers',
    isIn: ({ outputTokens }) => outputTokens !== undefined,
    without: without('outputTokens'),
  },
  inputs: { says: 'lengths of inputs', isIn: ({ inputTokens }) => inputTokens !== undefined },
  blocks: {
    says: 'hash ids',
    isIn: ({ hashIds }) => hashIds !== undefined,
    without: without('hashIds'),
  },
  'last-blocks': {
    says: 'ids of last, partial blocks that other requests have too',
    counter: sharedLastBlocks,
    without: (entry) => entry,
  },
  deltas: {
    says: 'turns that say only what is new',
    counter: laterDeltas,
  },
  models: {
    says: 'names of models',
    isIn: ({ model }) => model !== undefined,
    without: without('model'),
  },
  kinds: {
    says: 'kinds of requests',
    isIn: ({ kind }) => kind !== undefined,
    without: without('kind'),
  },
  failures: {
    says: 'failures',
    isIn: ({ isFailed }) => isFailed === true,
    without: without('isFailed'),
  },
  tools: {
    says: 'fields that all requests of a session have, as tools',
    isIn: ({ request }) => request !== undefined,
    without: without('request'),
  },
  texts: { says: 'texts', isIn: ({ messages }) => messages !== undefined },
  answers: {
    says: 'recorded answers',
    isIn: ({ answer }) => answer !== undefined,
    without: without('answer'),
  },
  'other-fields': {
    says: 'other fields',
    without: (entry) => entry,
  },
} satisfies Record<string, Part>;

export type PartName = keyof typeof PARTS;

/** What each field of an entry tells. */
const TOLD_BY = {
  atMs: 'times',
  session: 'sessions',
  turn: 'sessions',
  parent: 'sub-agents',
  thinkMs: 'thinks',
  apiMs: 'api-times',
  ttftMs: 'api-times',
  outputTokens: 'outputs',
  inputTokens: 'inputs',
  hashIds: 'blocks',
  isCumulative: 'deltas',
  model: 'models',
  kind: 'kinds',
  isFailed: 'failures',
  request: 'tools',
  messages: 'texts',
  answer: 'answers',
} satisfies Record<keyof TraceEntry, PartName>;

/** What of an entry tells one of these, and nothing else. */
export function onlyParts(entry: TraceEntry, names: readonly PartName[]): TraceEntry {
  const kept = Object.entries(entry).filter(([field]) =>
    names.includes(TOLD_BY[field as keyof TraceEntry]),
  );
  return Object.fromEntries(kept) as unknown as TraceEntry;
}

export const PART_NAMES = Object.keys(PARTS) as PartName[];

/** Those that can be left out. */
export const DROPPABLE = PART_NAMES.filter((name) => 'without' in PARTS[name]);

/** How much of each part a trace has, gone through once, in the order in which it is played. */
export class PartCounts {
  /** Fields of the input that an entry has no place for, and how often each was there. */
  readonly unread = new Map<string, number>();
  readonly #counters = new Map<PartName, Counter>();

  constructor(facts: TraceFacts) {
    for (const name of PART_NAMES) {
      const { counter, isIn }: Part = PARTS[name];
      const own = counter?.(facts) ?? (isIn && counting(isIn));
      if (own) this.#counters.set(name, own);
    }
  }

  add(entry: TraceEntry): void {
    for (const counter of this.#counters.values()) counter.add(entry);
  }

  addUnread(field: string): void {
    this.unread.set(field, (this.unread.get(field) ?? 0) + 1);
  }

  of(name: PartName): number {
    return this.#counters.get(name)?.close() ?? Math.max(0, ...this.unread.values());
  }

  /** With how many there are, for an error. */
  textOf(name: PartName): string {
    const named = name === 'other-fields' ? `: ${[...this.unread.keys()].join(', ')}` : '';
    return `${PARTS[name].says} (${this.of(name)}${named})`;
  }
}

function counting(isIn: (entry: TraceEntry) => boolean): Counter {
  let count = 0;
  return {
    add(entry) {
      if (isIn(entry)) count++;
    },
    close: () => count,
  };
}

export function withoutParts(names: readonly PartName[]): (entry: TraceEntry) => TraceEntry {
  const parts = names.map((name): Part => PARTS[name]);
  return (entry) => parts.reduce((left, part) => part.without!(left), entry);
}

/** A session's first turn is new and whole at once. */
function laterDeltas(): Counter {
  const begun = new Set<string>();
  let count = 0;
  return {
    add({ session, isCumulative }) {
      if (session === undefined) return;
      if (begun.has(session) && !isCumulative) count++;
      begun.add(session);
    },
    close: () => count,
  };
}

/** Of conversations that no other began, where not all begin at once. */
function differentStarts({ timeOrigin }: TraceFacts): Counter {
  const sessions = new Set<string>();
  let firstMs: number | undefined;
  let count = 0;
  let areDifferent = false;
  return {
    add({ session, atMs, parent }) {
      if (parent !== undefined || atMs === undefined) return;
      if (session !== undefined && sessions.has(session)) return;
      if (session !== undefined) sessions.add(session);
      firstMs ??= atMs;
      areDifferent ||= atMs !== firstMs;
      count++;
    },
    close: () => (areDifferent && timeOrigin !== 'session' ? count : 0),
  };
}

function sharedLastBlocks({ blockTokens = 1 }: TraceFacts): Counter {
  const times = new Map<HashId, number>();
  return {
    add({ inputTokens = 0, hashIds }) {
      if (!hashIds || hashIds.length <= inputTokens / blockTokens) return;
      const id = hashIds.at(-1)!;
      times.set(id, (times.get(id) ?? 0) + 1);
    },
    close: () => [...times.values()].reduce((sum, count) => sum + (count > 1 ? count : 0), 0),
  };
}

import type { HashId, TraceEntry, TraceFacts } from '../format.ts';

/** A trace in memory. */
export interface Trace {
  readonly entries: readonly TraceEntry[];
  readonly facts: TraceFacts;
  /** Fields of the input that an entry has no place for, and how often each was there. */
  readonly unread: ReadonlyMap<string, number>;
}

/** Something that a trace may tell, and a format may have no place for. */
interface Part {
  /** As in "has no place for …". */
  readonly says: string;
  /** Which of them, where they have names. */
  named?(trace: Trace): readonly string[];
  /** Of a part that requests have. */
  isIn?(entry: TraceEntry): boolean;
  /** Of one that only the whole trace shows: how many of its requests or sessions have it. */
  count?(trace: Trace): number;
  /** The entry without it; absent: what is left would be another request. */
  without?(entry: TraceEntry): TraceEntry;
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
    count: ({ entries, facts }) => (facts.timeOrigin === 'session' ? 0 : differentStarts(entries)),
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
    without: without('apiMs'),
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
    count: sharedLastBlocks,
    without: (entry) => entry,
  },
  deltas: {
    says: 'turns that say only what is new',
    isIn: ({ session, turn, isCumulative }) => session !== undefined && !!turn && !isCumulative,
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
    named: ({ unread }) => [...unread.keys()],
    count: ({ unread }) => Math.max(0, ...unread.values()),
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

export function countOfPart(name: PartName, trace: Trace): number {
  const part: Part = PARTS[name];
  return part.count?.(trace) ?? trace.entries.filter((entry) => part.isIn!(entry)).length;
}

/** With how many there are, for an error. */
export function partText(name: PartName, trace: Trace): string {
  const part: Part = PARTS[name];
  const names = part.named?.(trace);
  const named = names ? `: ${names.join(', ')}` : '';
  return `${part.says} (${countOfPart(name, trace)}${named})`;
}

export function withoutParts(
  entries: readonly TraceEntry[],
  names: readonly PartName[],
): TraceEntry[] {
  const parts = names.map((name): Part => PARTS[name]);
  return entries.map((entry) => parts.reduce((left, part) => part.without!(left), entry));
}

function differentStarts(entries: readonly TraceEntry[]): number {
  const starts = new Set<number>();
  const sessions = new Set<string>();
  for (const { session, atMs, parent } of entries) {
    if (parent !== undefined || atMs === undefined) continue;
    if (session !== undefined && sessions.has(session)) continue;
    if (session !== undefined) sessions.add(session);
    starts.add(atMs);
  }
  return starts.size > 1 ? starts.size : 0;
}

function sharedLastBlocks({ entries, facts: { blockTokens = 1 } }: Trace): number {
  const times = new Map<HashId, number>();
  const last: HashId[] = [];
  for (const { inputTokens = 0, hashIds } of entries) {
    if (!hashIds || hashIds.length <= inputTokens / blockTokens) continue;
    const id = hashIds.at(-1)!;
    last.push(id);
    times.set(id, (times.get(id) ?? 0) + 1);
  }
  return last.filter((id) => times.get(id)! > 1).length;
}

import type { HashId, TraceEntry } from '../format.ts';
import { idList, jsonLine, type Piece, Raw, secondsOf, type TraceWriter } from './writer.ts';

/** Sessions of kv-cache-tester, one a line; sub-agents' times count from their markers, as its own do. */
export const sessionLines: TraceWriter = {
  holds: [
    'times',
    'sessions',
    'sub-agents',
    'thinks',
    'api-times',
    'outputs',
    'inputs',
    'blocks',
    'models',
    'kinds',
  ],
  needs: ['times', 'outputs', 'inputs'],
  rounding: 'floor',
  saysBlock: true,
  timeOrigin: 'session',
  pieces: sessionPieces,
};

interface Session {
  readonly name: string;
  readonly entries: TraceEntry[];
  readonly children: Session[];
}

/** In memory: a session's requests stand together, wherever they are in the trace. */
async function* sessionPieces(
  entries: AsyncIterable<TraceEntry>,
  blockTokens: number,
): AsyncGenerator<Piece> {
  const roots = await sessionsOf(entries);
  const scope = isShared(roots) ? 'global' : 'local';
  for (const root of roots) {
    const models = [...modelsOf(root)];
    const line = jsonLine({
      id: root.name,
      ...(models.length && { models }),
      block_size: blockTokens,
      hash_id_scope: scope,
      requests: new Raw(`[${requestLines(root, root.entries[0]!.atMs!).join(', ')}]`),
    });
    yield { name: root.name, line };
  }
}

/** Those that no other began, in the order of their beginnings; a request without a session is one. */
async function sessionsOf(entries: AsyncIterable<TraceEntry>): Promise<Session[]> {
  const byName = new Map<string, Session>();
  const roots: Session[] = [];
  let i = 0;
  for await (const entry of entries) {
    const name = entry.session ?? `request-${i}`;
    i++;
    const known = byName.get(name);
    if (known) {
      known.entries.push(entry);
      continue;
    }
    const session = { name, entries: [entry], children: [] };
    byName.set(name, session);
    const parent = entry.parent && byName.get(entry.parent.session);
    (parent?.children ?? roots).push(session);
  }
  return roots;
}

function requestLines({ entries, children, name }: Session, beginMs: number): string[] {
  return entries.flatMap((entry, turn) => {
    const next = entries[turn + 1]?.atMs ?? Infinity;
    const begun = children.filter(({ entries: [first] }) => first!.parent!.turn === turn);
    return [
      requestLine(entry, beginMs),
      ...begun.map((child) => markerLine(child, name, beginMs, next)),
    ];
  });
}

/** Before the turn that waits for it, whenever its first request was. */
function markerLine(child: Session, parent: string, beginMs: number, beforeMs: number): string {
  const atMs = Math.min(child.entries[0]!.atMs!, beforeMs);
  const models = [...modelsOf(child)];
  const isNamed = child.name.startsWith(`${parent}/`);
  return jsonLine({
    t: secondsOf(atMs - beginMs),
    type: 'subagent',
    agent_id: isNamed ? child.name.slice(parent.length + 1) : child.name,
    ...(models.length && { models }),
    requests: new Raw(`[${requestLines(child, atMs).join(', ')}]`),
  });
}

function requestLine(entry: TraceEntry, beginMs: number): string {
  const { atMs, kind, model, inputTokens, outputTokens, hashIds, apiMs, thinkMs } = entry;
  return jsonLine({
    t: secondsOf(atMs! - beginMs),
    type: kind,
    model,
    in: inputTokens,
    out: outputTokens,
    ...(hashIds && { hash_ids: idList(hashIds) }),
    api_time: apiMs === undefined ? undefined : secondsOf(apiMs),
    think_time: thinkMs === undefined ? undefined : secondsOf(thinkMs),
  });
}

function* familyOf(session: Session): Generator<TraceEntry> {
  yield* session.entries;
  for (const child of session.children) yield* familyOf(child);
}

function modelsOf(session: Session): Set<string> {
  const models = [...familyOf(session)].map(({ model }) => model);
  return new Set(models.filter((model) => model !== undefined));
}

/** Whether a block is in two of them: then its name has to be the same everywhere. */
function isShared(roots: readonly Session[]): boolean {
  const owners = new Map<HashId, Session>();
  for (const root of roots) {
    for (const { hashIds = [] } of familyOf(root)) {
      for (const id of hashIds) {
        const owner = owners.get(id);
        if (owner !== undefined && owner !== root) return true;
        owners.set(id, root);
      }
    }
  }
  return false;
}

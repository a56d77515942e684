import { UsageError } from '../../../base/errors.ts';
import { found, isObject, notJson, parsedJsonExact } from '../../../base/json.ts';
import { jsonValues } from '../../files/json-values.ts';
import type { HashId, ReadOptions, TraceEntry, TraceFacts, TraceFormat } from '../format.ts';
import { IdCounts } from '../id-counts.ts';
import { LocalIds } from '../local-ids.ts';
import {
  countOf,
  has,
  hashIdsOf,
  nameOf,
  type Row,
  tellUnread,
  textOf,
  timeOf,
  wrong,
} from '../row.ts';
import { type Basis, basisOf, RequestTimes } from '../session-times.ts';
import { traceFiles } from '../trace-files.ts';

/**
 * Sessions of coding agents as kv-cache-tester (Weka) records them, and AgentX with it: a JSON object a
 * session, in a file of its own, in JSON lines, or many of them in a folder. Inputs are whole; an id is of a
 * whole block, within the session (`hash_id_scope`: local) or everywhere. Times are seconds from the
 * session's beginning. What is absent there (`api_time`, `think_time`) is not known.
 */
export const kvCacheTester: TraceFormat = {
  name: 'kv-cache-tester',
  says: 'sessions as JSON objects of id, block_size and requests of t (s), in, out and hash_ids, in a file or a folder',
  timeUnit: 's',
  blockTokens: 64,
  rounding: 'floor',
  context: 'cumulative',
  takesTimeUnit: true,
  piece: 'session',
  timeOrigin: 'session',
  sniff: (head) => /^\s*\[?\s*\{/.test(head) && REQUESTS.test(head) && SESSION.test(head),
  facts: blockSizeOf,
  read: readSessions,
};

const REQUESTS = /"requests"\s*:\s*\[/;
/** Of a session, of a marker and of a request. `models` and `totals` say again what the requests say. */
const READ = new Set([
  ...['id', 'block_size', 'hash_id_scope', 'models', 'totals', 'requests'],
  ...['agent_id', 'type', 't', 'model', 'in', 'out', 'hash_ids', 'api_time', 'think_time'],
]);
const SESSION = /"(hash_id_scope|block_size)"\s*:/;

/** Yields the requests of a session in the order of its times, those of its sub-agents behind them. */
async function* readSessions(path: string, options: ReadOptions): AsyncGenerator<TraceEntry> {
  const basis = await basisOf(sessionsOf(path, (bytes) => bytes.includes(MARKER)));
  const ids = new IdCounts(options.blockTokens, 'floor');
  const local = new LocalIds();
  const times = new RequestTimes(path, options);
  const seen = new Map<string, string>();
  for await (const row of sessionsOf(path)) {
    const session = nameOf(row, 'id');
    const before = seen.get(session);
    if (before !== undefined) {
      throw new UsageError(
        `${row.where}: id: found ${session}; expected another than in ${before}`,
      );
    }
    seen.set(session, row.where);
    checkBlockSize(row, options.blockTokens);
    const idOf = local.begin(row);
    const walk: Walk = { ids, idOf, times, basis, names: new Map(), options };
    yield* requestsOf(row, session, { atMs: 0, parent: undefined }, walk);
  }
  times.check();
}

/** What the requests of one session, and of its sub-agents, have in common. */
interface Walk {
  readonly ids: IdCounts;
  readonly idOf: (id: HashId) => HashId;
  readonly times: RequestTimes;
  readonly basis: Basis;
  /** How many sub-agents of a name there were. */
  readonly names: Map<string, number>;
  readonly options: ReadOptions;
}

interface Begun {
  /** What its times count from. */
  readonly atMs: number;
  readonly parent: TraceEntry['parent'];
}

function* requestsOf(
  row: Row,
  session: string,
  { atMs, parent }: Begun,
  walk: Walk,
): Generator<TraceEntry> {
  const agents: { readonly marker: Row; readonly turn: number; readonly atMs: number }[] = [];
  let turn = 0;
  tellUnread(row, READ, walk.options);
  for (const request of inOrder(row)) {
    const ownMs = atMs + walk.times.toMs(request);
    if (request.fields['type'] === 'subagent') {
      agents.push({ marker: request, turn: turn - 1, atMs: ownMs });
      continue;
    }
    const begun = turn === 0 && parent ? { parent } : {};
    const isFirst = turn === 0 && !parent;
    yield { ...requestOf(request, session, turn++, ownMs, isFirst, walk), ...begun };
  }
  for (const { marker, turn: after, atMs: markerMs } of agents) {
    const name = `${session}/${nameOf(marker, 'agent_id')}`;
    const count = (walk.names.get(name) ?? 0) + 1;
    walk.names.set(name, count);
    const own = {
      atMs: walk.basis === 'marker' ? markerMs : 0,
      // One that nothing was said before is nobody's child: it has a time of its own.
      parent: after < 0 ? undefined : { session, turn: after },
    };
    yield* requestsOf(marker, count === 1 ? name : `${name}#${count}`, own, walk);
  }
}

function requestOf(
  row: Row,
  session: string,
  turn: number,
  atMs: number,
  isFirst: boolean,
  { ids, idOf, times, options }: Walk,
): TraceEntry {
  const inputTokens = countOf(row, 'in', 1);
  const outputTokens = countOf(row, 'out');
  const { apiMs, thinkMs } = times.turn(row, session, atMs);
  const hashIds = has(row, 'hash_ids') ? hashIdsOf(row) : [];
  tellUnread(row, READ, options);
  // A recorder that leaves them out writes an empty list.
  if (hashIds.length) ids.check(row.where, hashIds.length, inputTokens, 'in');
  else if (inputTokens >= options.blockTokens) {
    options.warn?.(`${row.where}: hash_ids: found none for in ${inputTokens}: taken as not known`);
  }
  return {
    atMs,
    session,
    turn,
    inputTokens,
    ...(hashIds.length && { hashIds: hashIds.map(idOf) }),
    outputTokens,
    isCumulative: true,
    ...(apiMs !== undefined && { apiMs }),
    // Before the first there is no answer to think about.
    ...(thinkMs !== undefined && !isFirst && { thinkMs }),
    ...(has(row, 'model') && { model: textOf(row, 'model') }),
    ...(has(row, 'type') && { kind: textOf(row, 'type') }),
  };
}

/** The objects of a list of requests, by their times; of one time as they are. */
function inOrder(row: Row): Row[] {
  const list = row.fields['requests'];
  if (!Array.isArray(list)) throw wrong(row, 'requests', 'a list');
  const requests = list.map((fields: unknown, i) => {
    const where = `${row.where}: requests[${i}]`;
    if (!isObject(fields)) throw new UsageError(`${where}: ${found(fields)}; expected an object`);
    return { where, fields, t: timeOf({ where, fields }, 't', 'seconds') };
  });
  return requests.sort((a, b) => a.t - b.t);
}

const MARKER = '"subagent"';

/** Those that the bytes of are wanted; all, if nothing is said. */
async function* sessionsOf(
  path: string,
  isWanted: (bytes: Buffer) => boolean = () => true,
): AsyncGenerator<Row> {
  for (const file of traceFiles(path)) {
    for await (const { line, bytes } of jsonValues(file, 'sessions')) {
      if (!isWanted(bytes)) continue;
      const where = line === 1 ? file : `${file}: line ${line}`;
      const text = bytes.toString('utf8');
      const fields = parsedJsonExact(text);
      if (fields === undefined) throw new UsageError(`${where}: ${notJson(text)}`);
      if (!isObject(fields)) throw new UsageError(`${where}: ${found(fields)}; expected an object`);
      yield { where, fields };
    }
  }
}

async function blockSizeOf(path: string): Promise<TraceFacts> {
  for await (const row of sessionsOf(path)) {
    return has(row, 'block_size') ? { blockTokens: countOf(row, 'block_size', 1) } : {};
  }
  return {};
}

function checkBlockSize(row: Row, blockTokens: number): void {
  if (!has(row, 'block_size') || countOf(row, 'block_size', 1) === blockTokens) return;
  throw wrong(row, 'block_size', `${blockTokens}, as all of the trace has`);
}

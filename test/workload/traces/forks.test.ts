import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import type { VirtualClock } from '../../../src/base/clock.ts';
import type { TurnRecord } from '../../../src/record/record.ts';
import { earlierParts } from '../../../src/run/resume.ts';
import type { Run } from '../../../src/run/run.ts';
import { parseScenario } from '../../../src/scenario/load.ts';
import type { ScenarioInput } from '../../../src/scenario/schema.ts';
import { openWorkload } from '../../../src/workload/load.ts';
import { Message } from '../../../src/workload/message.ts';
import type { TraceEntry, TraceFormat } from '../../../src/workload/traces/format.ts';
import { assertOneRecordEach, playVirtual } from '../../support/play-virtual.ts';
import type { Script } from '../../support/scripted-transport.ts';
import { keptDir, scratchDir } from '../scratch.ts';

const dir = scratchDir();
const cacheDir = keptDir();
const file = join(dir, 'any');
writeFileSync(file, '');

/** A format that yields these entries, whatever the file. */
const given = (entries: readonly TraceEntry[]): TraceFormat => ({
  name: 'given',
  says: 'anything',
  sniff: () => true,
  async *read() {
    yield* entries;
  },
});

const said = (text: string): Pick<TraceEntry & { messages: object }, 'messages'> => ({
  messages: [new Message('user', text)],
});

interface Options {
  readonly script?: (name: string, turn: number) => Script;
  readonly meanwhile?: (clock: VirtualClock, run: Run) => void;
}

async function played(
  entries: readonly TraceEntry[],
  { conversation, population, ...more }: ScenarioInput = {},
  { script, meanwhile }: Options = {},
) {
  const input: ScenarioInput = {
    pacing: { mode: 'recorded' },
    ...more,
    conversation: {
      source: 'trace',
      ...conversation,
      trace: { file, ...conversation?.trace },
    },
    population: { arrivals: { process: 'allAtOnce' }, ...population },
  };
  const workload = await openWorkload(parseScenario(input), {
    cacheDir,
    traceFormats: [given(entries)],
  });
  const nameOf = (userId: number) => workload.conversation(userId).id ?? String(userId);
  const run = playVirtual(
    input,
    ({ userId, turn }) => script?.(nameOf(userId), turn) ?? { ttftMs: 100, tokens: 1 },
    { workload, ...(meanwhile && { meanwhile }) },
  );
  assertOneRecordEach(run.records);
  const of = (record: TurnRecord) => `${nameOf(record.userId)}/${record.turn}`;
  return {
    ...run,
    /** When each was sent, in the order of sending. */
    sent: run.transport.sent.map(
      ({ userId, turn, atMs }) => [`${nameOf(userId)}/${turn}`, atMs] as const,
    ),
    /** What became of each. */
    ends: Object.fromEntries(run.records.map((record) => [of(record), record.status])),
    reasons: Object.fromEntries(run.records.map((record) => [of(record), record.reason])),
    nameOf,
    workload,
  };
}

/** A parent of three turns, whose second begins two children; the first of these begins one of its own. */
const FAMILY: readonly TraceEntry[] = [
  { session: 'a', ...said('one') },
  { session: 'a', thinkMs: 1000, ...said('two') },
  { session: 'b', parent: { session: 'a', turn: 1 }, thinkMs: 10, ...said('look') },
  { session: 'b', thinkMs: 20, ...said('look again') },
  { session: 'c', parent: { session: 'a', turn: 1 }, thinkMs: 30, ...said('and you') },
  { session: 'd', parent: { session: 'b', turn: 0 }, thinkMs: 0, ...said('deeper') },
  { session: 'a', thinkMs: 50, ...said('three') },
  { session: 'x', ...said('alone') },
];
const ALL_OK = {
  ...{ 'a/0': 'ok', 'a/1': 'ok', 'a/2': 'ok', 'b/0': 'ok', 'b/1': 'ok' },
  ...{ 'c/0': 'ok', 'd/0': 'ok', 'x/0': 'ok' },
};

describe('sub-agents', () => {
  test('begin when the answer of their parent has come, and the parent waits for their ends', async () => {
    const { sent, ends, workload, records } = await played(FAMILY);
    expect(sent).toEqual([
      ['a/0', 0],
      ['x/0', 0],
      ['a/1', 1100],
      ['b/0', 1210],
      ['c/0', 1230],
      ['d/0', 1310],
      // b waits for d, whose answer came at 1410, beyond its own pause.
      ['b/1', 1410],
      ['a/2', 1510],
    ]);
    expect(ends).toEqual(ALL_OK);
    expect(workload.conversations).toBe(2);
    expect(workload.notes[0]).toContain("8 requests of 5 conversations, 3 of them sub-agents',");
    const parents = records.filter(({ parentUserId }) => parentUserId !== undefined);
    expect(parents).toHaveLength(4);
    expect(new Set(parents.map(({ parentUserId }) => parentUserId)).size).toBe(2);
    // They are conversations of their own, with ids that no other has.
    expect(new Set(records.map(({ userId }) => userId)).size).toBe(5);
  });

  test('of known times: the parent thinks as long after the last of them as it did', async () => {
    const entries: TraceEntry[] = [
      { atMs: 0, apiMs: 100, session: 'a', ...said('one') },
      { atMs: 150, apiMs: 400, session: 'b', parent: { session: 'a', turn: 0 }, ...said('look') },
      { atMs: 800, apiMs: 5, session: 'a', ...said('two') },
    ];
    const { sent } = await played(entries, {}, { script: () => ({ ttftMs: 1000, tokens: 1 }) });
    expect(sent).toEqual([
      ['a/0', 0],
      ['b/0', 1050],
      ['a/1', 2050 + 250],
    ]);
  });

  test('at their own times: in one time with their parents', async () => {
    const at = (atMs: number, entry: TraceEntry): TraceEntry => ({ ...entry, atMs });
    const entries = [0, 500, 900, 1500, 1000, 950, 3000, 100].map((atMs, i) =>
      at(atMs, FAMILY[i]!),
    );
    const trace = { pacing: { mode: 'trace' }, population: { arrivals: { process: 'trace' } } };
    const { sent } = await played(entries, trace as ScenarioInput);
    expect(sent).toEqual([
      ['a/0', 0],
      ['x/0', 100],
      ['a/1', 500],
      ['b/0', 900],
      ['c/0', 1000],
      // d was due at 950; the answer that begins it came at 1000.
      ['d/0', 1000],
      ['b/1', 1500],
      ['a/2', 3000],
    ]);
    const slow = await played(entries, trace as ScenarioInput, {
      script: () => ({ ttftMs: 5000, tokens: 1 }),
    });
    expect(slow.sent.at(-1)).toEqual(['a/2', 25_000]);
    const last = slow.records.find(({ sentMs }) => sentMs === 25_000)!;
    expect([last.intendedMs, last.readyMs]).toEqual([3000, 25_000]);
  });

  test('pass every cap on requests in flight, and count as none of the live conversations', async () => {
    const capped = await played(FAMILY, { population: { maxInFlight: 1, maxActive: 1 } });
    expect(capped.transport.inFlightMax).toBe(1);
    expect(capped.ends).toEqual(ALL_OK);
    // x waits until a and all that came of it have ended.
    expect(capped.sent.at(-1)![0]).toBe('x/0');
  });

  test('are played again with ids and names of their own', async () => {
    const { records, nameOf } = await played(FAMILY, { population: { users: 4 } });
    expect(records).toHaveLength(16);
    expect(new Set(records.map(({ userId }) => userId)).size).toBe(10);
    expect([...new Set(records.map(({ userId }) => nameOf(userId)))].sort()).toEqual([
      'a',
      'a-2',
      'b',
      'b-2',
      'c',
      'c-2',
      'd',
      'd-2',
      'x',
      'x-2',
    ]);
  });

  test('that fail end themselves, and their parents go on', async () => {
    const { ends, reasons, sent } = await played(
      FAMILY,
      {},
      {
        script: (name, turn) =>
          name === 'b' && turn === 0
            ? { fail: { status: 'http', message: 'no' } }
            : { ttftMs: 100, tokens: 1 },
      },
    );
    expect(ends).toEqual({ ...ALL_OK, 'b/0': 'http', 'b/1': 'unsent', 'd/0': 'unsent' });
    expect(reasons['d/0']).toBe('an earlier turn of the conversation failed');
    expect(sent.at(-1)).toEqual(['a/2', 1330]);
  });

  test.each([
    ['end', { 'a/1': 'http', 'a/2': 'unsent' }],
    ['skip', { 'a/1': 'http', 'a/2': 'ok' }],
  ] as const)('of a turn that fails are never begun, with policy %s', async (policy, more) => {
    const { ends } = await played(
      FAMILY,
      { failure: { policy } },
      {
        script: (name, turn) =>
          name === 'a' && turn === 1
            ? { fail: { status: 'http', message: 'no' } }
            : { ttftMs: 100, tokens: 1 },
      },
    );
    const unsent = { 'b/0': 'unsent', 'b/1': 'unsent', 'c/0': 'unsent', 'd/0': 'unsent' };
    expect(ends).toEqual({ ...ALL_OK, ...unsent, ...more });
  });

  test('have a record each whenever the run is drained, or stopped at once, or both', async () => {
    for (const kind of ['interrupt', 'abort'] as const) {
      for (let atMs = 0; atMs < 1600; atMs += 55) {
        const { ends, records } = await played(
          FAMILY,
          {},
          {
            meanwhile: (clock, run) => {
              clock.setTimeout(() => run[kind](), atMs);
            },
          },
        );
        expect(Object.keys(ends).sort()).toEqual(Object.keys(ALL_OK).sort());
        const isOver = records.every(({ status }) => status === 'ok');
        const { played: done } = earlierParts([records], 0);
        // A parent is played when all that came of it is.
        expect(done.has(1)).toBe(isOver);
      }
    }
  });

  test.each([
    [
      [{ session: 'b', parent: { session: 'z', turn: 0 }, ...said('x') }],
      /turn 0 of session z; it is not in the trace/,
    ],
    [
      [
        { session: 'a', ...said('x') },
        { session: 'b', parent: { session: 'a', turn: 1 }, ...said('x') },
      ],
      /turn 1 of session a; it has 1/,
    ],
    [
      [
        { session: 'a', parent: { session: 'b', turn: 0 }, ...said('x') },
        { session: 'b', parent: { session: 'a', turn: 0 }, ...said('x') },
      ],
      /comes from itself/,
    ],
  ] as [TraceEntry[], RegExp][])(
    'with a parent that cannot be are refused: %#',
    async (entries, says) => {
      await expect(played(entries)).rejects.toThrow(says);
    },
  );

  test('are refused where they could not be played', async () => {
    const clients = { arrivals: { process: 'clients', clients: 1, conversationsEach: 1 } } as const;
    await expect(played(FAMILY, { population: clients })).rejects.toThrow(/one request at a time/);
    await expect(played(FAMILY, { warmup: { firstTurns: true } })).rejects.toThrow(
      /firstTurns: not with a trace of sub-agents/,
    );
  });

  test('are not played in a warm-up of first turns', async () => {
    const { records } = await played(FAMILY, { warmup: { users: 1, rounds: 2, sameUsers: true } });
    const warm = records.filter(({ phase }) => phase === 'warmup');
    expect(warm.map(({ userId, turn }) => [userId, turn])).toEqual([
      [1, 0],
      [1, 1],
    ]);
  });
});

import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { type RunHeader, type TurnRecord, UNSENT } from '../../src/record/record.ts';
import { readRun } from '../../src/record/run-folder.ts';
import { earlierParts, markedWorkload, saltedTransport } from '../../src/run/resume.ts';
import { parseScenario } from '../../src/scenario/load.ts';
import type { ChatRequest, Transport } from '../../src/transport/transport.ts';
import { smallWorkload } from '../support/small-workload.ts';

function turn(userId: number, index: number, rest: Partial<TurnRecord> = {}): TurnRecord {
  const base = { phase: 'measure', status: 'ok', attempts: 1, reconnects: 0, chunks: 1 } as const;
  return { ...base, userId, turn: index, turns: 2, ...rest };
}

const stopped = { status: 'unsent', reason: UNSENT.stopped, attempts: 0 } as const;

describe('what earlier parts say about the rest of a run', () => {
  test('a conversation is finished when its last turn has a record and the stop cut none of it', () => {
    const records = [
      ...[turn(1, 0), turn(1, 1)],
      ...[turn(2, 0), turn(2, 1, stopped)],
      ...[turn(3, 0, { status: 'cancelled' }), turn(3, 1, stopped)],
      ...[turn(4, 0, { status: 'http' }), turn(4, 1, { ...stopped, reason: UNSENT.abandoned })],
      // The journal of a run that was killed just ends.
      turn(5, 0),
    ];
    const before = earlierParts([records], 1000);
    expect([...before.played].sort()).toEqual([1, 4]);
    expect(before.requests).toBe(6);
  });

  test('a conversation that a resume has finished stays finished', () => {
    const first = [turn(1, 0), turn(1, 1, stopped)];
    const second = [turn(1, 0), turn(1, 1)];
    expect([...earlierParts([first, second], 0).played]).toEqual([1]);
  });

  test('what was cut and then played again is no longer unsent in the report; what was measured stays', () => {
    const dir = mkdtempSync(join(tmpdir(), 'confab-resume-'));
    const header = { format: 'confab-journal', version: 1, clock: 'system' } as RunHeader;
    const write = (file: string, part: number, records: TurnRecord[]) =>
      writeFileSync(
        join(dir, file),
        [{ ...header, part }, ...records].map((line) => `${JSON.stringify(line)}\n`).join(''),
      );
    write('journal.ndjson', 0, [turn(1, 0), turn(1, 1, stopped), turn(2, 0), turn(2, 1, stopped)]);
    write('journal-2.ndjson', 1, [turn(1, 0), turn(1, 1)]);
    const [first, second] = readRun(dir).parts;
    expect(first!.records.map((record) => [record.userId, record.turn])).toEqual([
      [1, 0],
      [2, 0],
      [2, 1],
    ]);
    expect(second!.records).toHaveLength(2);
  });
});

describe('isolation of what is played again', () => {
  const scenario = parseScenario({ conversation: { rounds: 2 } });

  test('a marker changes the first text of every prompt, the same for all users', () => {
    const workload = markedWorkload(smallWorkload(scenario), 1);
    const [one, two] = [workload.conversation(1), workload.conversation(2)];
    expect(one.opening[0]!.text).toBe('[part 2]\nbe brief');
    expect(two.opening[0]!.text).toBe(one.opening[0]!.text);
    expect(one.turns[0]!.message.text).toBe('user 1, turn 0');
  });

  test('a salt of its own is on every request, beside the one that was asked for', () => {
    const sent: ChatRequest[] = [];
    const inner: Transport = {
      send(request) {
        sent.push(request);
        return () => {};
      },
      close: async () => {},
    };
    const transport = saltedTransport(inner, 1);
    const request = {
      userId: 1,
      sessionId: '1',
      turn: 0,
      messages: [],
      maxTokens: 1,
      minTokens: undefined,
    };
    transport.send({ ...request, cacheSalt: undefined }, {} as never);
    transport.send({ ...request, cacheSalt: 'mine-' }, {} as never);
    expect(sent.map(({ cacheSalt }) => cacheSalt)).toEqual(['part-2', 'mine-part-2']);
  });
});

import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { type TurnRecord, UNSENT } from '../../src/record/record.ts';
import { readRun } from '../../src/record/run-folder.ts';
import { isolated, markOfPart } from '../../src/run/isolation.ts';
import { earlierParts } from '../../src/run/resume.ts';
import { parseScenario } from '../../src/scenario/load.ts';
import { header } from '../record/sample.ts';
import { playVirtual } from '../support/play-virtual.ts';
import { smallWorkload } from '../support/small-workload.ts';
import { answeredTurn } from '../support/turn-record.ts';

function turn(userId: number, index: number, rest: Partial<TurnRecord> = {}): TurnRecord {
  return answeredTurn({
    ...{ userId, turn: index, turns: 2, chunks: 1 },
    ...{ sentMs: 0, endMs: 1, ...rest },
  });
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
    const write = (file: string, part: number, records: TurnRecord[]) =>
      writeFileSync(
        join(dir, file),
        [header({ part }), ...records].map((line) => `${JSON.stringify(line)}\n`).join(''),
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
  const workload = smallWorkload(scenario);
  const load = { scenario, workload };

  test('none changes nothing', () => {
    expect(isolated(load, undefined)).toBe(load);
    expect(isolated(load, { how: 'none', mark: 'any' })).toBe(load);
  });

  test('a marker changes the first text of every prompt, the same for all users', () => {
    const marked = isolated(load, { how: 'marker', mark: markOfPart(1) });
    const [one, two] = [marked.workload.conversation(1), marked.workload.conversation(2)];
    expect(one.opening[0]!.text).toBe('[part 2]\nbe brief');
    expect(two.opening[0]!.text).toBe(one.opening[0]!.text);
    expect(one.turns[0]!.message.text).toBe('user 1, turn 0');
    expect(marked.scenario).toBe(scenario);
  });

  test.each([
    [undefined, 'part-2'],
    ['mine-', 'mine-part-2'],
    ['user-{userId}-', 'user-1-part-2'],
  ])('beside a salt %s, one of its own is on every request', (cacheSalt, expected) => {
    const salted = isolated(
      { workload, scenario: parseScenario({ sampling: { cacheSalt } }) },
      { how: 'salt', mark: markOfPart(1) },
    );
    expect(salted.workload).toBe(workload);
    const { transport } = playVirtual({ ...salted.scenario, population: { users: 1 } });
    expect(transport.sent.length).toBeGreaterThan(0);
    for (const request of transport.sent) expect(request.cacheSalt).toBe(expected);
  });
});

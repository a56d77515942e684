import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import type { RunFooter, TurnRecord } from '../../src/record/record.ts';
import { confab, csvOf, journalOf } from '../support/confab.ts';
import { freshFolder } from '../support/folders.ts';
import {
  type Logged,
  type LoggingServer,
  type Reply,
  startLoggingServer,
} from '../support/logging-server.ts';

/** 20 users of 3 turns: 60 planned requests. */
const LOAD = [
  'conversation={rounds: 3, text: hi}',
  'pacing.pauseSec=0',
  'population={users: 20, arrivals: {process: closed, concurrency: 5}}',
  'target.sessionHeaders=[x-user-id]',
  'output.exports=[{format: csv, file: all.csv}]',
];

interface Played {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
  readonly records: TurnRecord[];
  readonly footer: RunFooter | undefined;
  readonly rows: Record<string, string>[];
  readonly server: LoggingServer;
}

/** Two seconds: less could pass on a busy machine while an answer is on its way. */
const DEADLINES = ['timeouts={firstTokenSec: 2, betweenTokensSec: 2}'];

async function played(
  reply: (request: Logged) => Reply,
  more: readonly string[] = [],
  meanwhile: (server: LoggingServer) => Promise<void> = async () => {},
): Promise<Played> {
  const server = await startLoggingServer({ reply });
  const cwd = freshFolder();
  const sets = [...LOAD, ...more.filter((arg) => !arg.startsWith('--'))];
  const flags = more.filter((arg) => arg.startsWith('--'));
  const running = confab(
    ['run', '/dev/null', '--url', server.url, ...sets.flatMap((set) => ['--set', set]), ...flags],
    { cwd },
  );
  await meanwhile(server);
  const ended = await running;
  await server.close();
  expect(ended.stderr).not.toMatch(/has a bug/);
  return { ...ended, ...journalOf(cwd), rows: csvOf(join(cwd, 'all.csv')), server };
}

/** The planned turns, each ended in exactly one record. */
function expectOneRecordEach(records: readonly TurnRecord[], turns: number): void {
  const keys = new Set(records.map(({ userId, turn }) => `${userId}/${turn}`));
  expect([records.length, keys.size]).toEqual([turns, turns]);
}

const withStatus = (records: readonly TurnRecord[], status: TurnRecord['status']) =>
  records.filter((record) => record.status === status);

/** Whatever failed, users and assistants take turns in what is sent. */
function expectAlternation(requests: readonly Logged[]): void {
  for (const { body } of requests) {
    for (const [index, { role }] of body.messages.entries()) {
      expect(role).toBe(index % 2 ? 'assistant' : 'user');
    }
  }
}

const isTenth = ({ index }: Logged): boolean => index % 10 === 9;

describe.concurrent('M-29 every tenth request fails', () => {
  test.each<[string, Reply, TurnRecord['status'], RegExp]>([
    ['HTTP 500', { kind: 'status', status: 500, text: 'out of luck' }, 'http', /out of luck/],
    ['silence', { kind: 'silence' }, 'timeout', /timeouts\.firstTokenSec: 2 s passed/],
    ['garbage', { kind: 'garbage' }, 'protocol', /JSON/],
    ['a reset in mid-answer', { kind: 'cut' }, 'protocol', /closed in the middle/],
  ])('M-29 %s: recorded, told, and others go on', async (_name, failure, status, reason) => {
    const { code, records, rows, stdout, server } = await played(
      (request) => (isTenth(request) ? failure : {}),
      status === 'timeout' ? DEADLINES : [],
    );
    expect(code).toBe(0);
    expectOneRecordEach(records, 60);
    const failed = withStatus(records, status);
    const failures = server.requests.filter(isTenth).length;
    expect(failures).toBeGreaterThan(2);
    expect(failed).toHaveLength(failures);
    for (const { reason: told } of failed) expect(told).toMatch(reason);
    const completed = withStatus(records, 'ok');
    expect(completed).toHaveLength(server.requests.length - failures);
    expect(withStatus(records, 'unsent')).toHaveLength(60 - server.requests.length);
    expect(rows).toHaveLength(completed.length);
    expect(stdout).toMatch(new RegExp(`failed +${failures}\\b`));
    expectAlternation(server.requests);
  });

  test('M-29 a connection that is reset before the answer', async () => {
    const { code, records, server } = await played((request) =>
      isTenth(request) ? { kind: 'reset' } : {},
    );
    expect(code).toBe(0);
    expectOneRecordEach(records, 60);
    const failed = withStatus(records, 'protocol');
    // A reused connection may have died of old age: such a request is sent once more, and counted.
    const reconnects = records.reduce((sum, record) => sum + record.reconnects, 0);
    expect(failed.length + reconnects).toBe(server.requests.filter(isTenth).length);
    expectAlternation(server.requests);
  });

  test('M-29 exit code 1 with --max-error-rate below, 0 with it above', async () => {
    const reply = (request: Logged): Reply =>
      isTenth(request) ? { kind: 'status', status: 500 } : {};
    const strict = await played(reply, ['--max-error-rate=0.05']);
    expect(strict.code).toBe(1);
    expect(strict.stderr).toMatch(
      /threshold exceeded: maxErrorRate: found 0\.\d+; accepted up to 0\.05/,
    );
    expect((await played(reply, ['--max-error-rate=0.5'])).code).toBe(0);
  });

  test.each<[policy: string, sentForUser1: number[], statuses: string[]]>([
    ['end', [1, 3], ['ok', 'http', 'unsent']],
    ['skip', [1, 3, 3], ['ok', 'http', 'ok']],
    ['retry', [1, 3, 3, 5], ['ok', 'ok', 'ok']],
  ])(
    'M-29 M-30 policy %s: the second turn fails at its first attempt',
    async (policy, sent, statuses) => {
      const { code, records, server } = await played(
        ({ index }) => (index === 1 ? { kind: 'status', status: 503 } : {}),
        [`failure={policy: ${policy}, backoffSec: 0.05}`, 'population.users=1'],
      );
      expect(code).toBe(0);
      expect(records.map(({ status }) => status)).toEqual(statuses);
      expect(server.requests.map(({ body }) => body.messages.length)).toEqual(sent);
      expectAlternation(server.requests);
      if (policy === 'skip') {
        const asked = server.requests.map(({ body }) => body.messages.at(-1).content);
        expect(new Set(asked).size).toBe(3);
      }
      if (policy !== 'retry') return;
      expect(server.requests[2]!.body.messages).toEqual(server.requests[1]!.body.messages);
      expect(records[1]).toMatchObject({ attempts: 2, status: 'ok' });
      expect(records[1]!.firstAttemptMs).toBeGreaterThan(0);
    },
  );
});

describe.concurrent('M-30, M-31', () => {
  test('M-30 retries that all fail end the conversation, each attempt sent', async () => {
    const { records, server } = await played(
      () => ({ kind: 'status', status: 500 }),
      ['failure={policy: retry, retries: 2, backoffSec: 0.02}', 'population.users=2'],
    );
    expect(server.requests).toHaveLength(6);
    expectOneRecordEach(records, 6);
    expect(withStatus(records, 'http').map(({ attempts }) => attempts)).toEqual([3, 3]);
    expect(withStatus(records, 'unsent')).toHaveLength(4);
  });

  test('M-31 an answer that stalls, and one that takes too long in all', async () => {
    // 20 s: longer than it may take in all, and never silent for long.
    const slow = Array.from({ length: 400 }, () => ({ content: ' word', afterMs: 50 }));
    const { records } = await played(
      ({ index }) =>
        index === 0
          ? { deltas: [{ content: 'a' }, { content: 'b', afterMs: 60_000 }] }
          : { deltas: slow },
      [
        ...DEADLINES,
        'timeouts.totalSec=3',
        'conversation={rounds: 1, text: hi}',
        'population={users: 2, arrivals: {process: closed, concurrency: 1}}',
        'conversation.answer.tokens=3',
      ],
    );
    expect(records.map(({ status, reason }) => [status, reason])).toEqual([
      ['timeout', 'timeouts.betweenTokensSec: 2 s passed'],
      ['timeout', 'timeouts.totalSec: 3 s passed'],
    ]);
    expect(records[1]!.chunks).toBeGreaterThan(1);
  });
});

describe.concurrent('M-65 a server in trouble does not hang the run', () => {
  test('M-65 it never answers: every planned request has its record', async () => {
    const { code, records, stdout } = await played(() => ({ kind: 'silence' }), DEADLINES);
    expect(code).toBe(1);
    expect(stdout).toMatch(
      /^WARNING: no request was completed: 20 failed, (all of them|most often)\s+with\s+timeout\s/,
    );
    expectOneRecordEach(records, 60);
    expect(withStatus(records, 'timeout')).toHaveLength(20);
    expect(withStatus(records, 'unsent')).toHaveLength(40);
    expect(stdout).toMatch(/completed +0/);
    expect(stdout).not.toMatch(/NaN|Infinity|undefined/);
  });

  test('M-65 it is killed in mid-run', async () => {
    const { code, records, footer, stdout, server } = await played(
      ({ index }) => ({ ttftMs: 20, tokenMs: index >= 10 ? 200 : 0 }),
      ['stop.afterUnreachableSec=1.5'],
      async (server) => {
        await server.arrived(15);
        server.kill();
      },
    );
    expect([code, footer?.stoppedBy]).toEqual([3, 'unreachable']);
    expect(stdout).toMatch(/ended +BROKEN OFF, as the engine could not be reached any more/);
    // Those who came, and not all 20: the others wait for their turn to begin.
    const users = new Set(records.map(({ userId }) => userId)).size;
    expect(users).toBeLessThan(20);
    expectOneRecordEach(records, 3 * users);
    expect(withStatus(records, 'ok').length).toBeLessThanOrEqual(server.requests.length);
    expect(withStatus(records, 'ok').length).toBeGreaterThan(0);
    expect(withStatus(records, 'connect').length).toBeGreaterThan(0);
    expect(stdout).toMatch(/failed +\d+/);
  });

  test('M-65 it resets every connection: an engine was there, so exit code 1', async () => {
    const { code, records } = await played(
      () => ({ kind: 'reset' }),
      ['population={users: 3, arrivals: {process: closed, concurrency: 3}}'],
    );
    expect(code).toBe(1);
    expectOneRecordEach(records, 9);
  });
});

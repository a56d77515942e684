import { createHash } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import {
  type AibrixClientFlags,
  aibrixClientFlags,
} from '../../src/dialects/aibrix-client/flags.ts';
import { aibrixClientScenario } from '../../src/dialects/aibrix-client/scenario.ts';
import { flagsOf } from '../support/flags-of.ts';
import { absent, titled } from '../support/needs.ts';
import { captured, captureFile, type Sent, sentBy } from '../support/upstream.ts';
import { keptDir, writeJson } from '../workload/scratch.ts';

const cacheDir = keptDir();

/** What these flags send, to a server that is the captures'. */
function ours(workload: readonly unknown[], line: string): Promise<Sent[]> {
  const file = join(cacheDir, 'workload.jsonl');
  writeFileSync(file, workload.map((entry) => `${JSON.stringify(entry)}\n`).join(''));
  const flags = flagsOf<AibrixClientFlags>(aibrixClientFlags, [
    ...['--workload-path', file, '--endpoint', 'http://localhost:1', '--model', 'm'],
    ...line.split(' ').filter(Boolean),
  ]);
  return sentBy(aibrixClientScenario(flags), { cacheDir });
}

/** Times, and of each request its prompt's length, its answer's, and its session. */
type Lengths = [timestamp: number, requests: [number, number, number?][]][];

function lengthsOf(name: string): Lengths {
  return JSON.parse(readFileSync(captureFile(`aibrix/${name}.lengths.json`), 'utf8'));
}

function linesOf(name: string): Record<string, unknown>[] {
  const text = readFileSync(captureFile(`aibrix/${name}.jsonl`), 'utf8').trim();
  return text.split('\n').map((line) => JSON.parse(line));
}

/** The workload constant-sessions, whose texts are its data set's, in order. */
function sessionWorkload() {
  const prompts = new Map(
    linesOf('sessions').map((one) => [one['session_id'], [...(one['prompts'] as string[])]]),
  );
  return lengthsOf('constant-sessions').map(([timestamp, requests]) => ({
    timestamp,
    requests: requests.map(([prompt_length, output_length, session_id]) => {
      const prompt = prompts.get(session_id)!.shift()!;
      return { prompt, prompt_length, output_length, session_id };
    }),
  }));
}

function sha1(text: string): string {
  return createHash('sha1').update(text).digest('hex').slice(0, 12);
}

/** The workload constant: which prompts its first requests have is known from what was sent. */
function plainWorkload() {
  const byHash = new Map(linesOf('prompts').map(({ prompt }) => [sha1(String(prompt)), prompt]));
  const sent = captured('aibrix/client-plain-stream');
  return lengthsOf('constant').map(([timestamp, [first]], index) => {
    const [prompt_length, output_length] = first!;
    const prompt = byHash.get(sent[index]?.messages[0]?.sha1 ?? '') ?? 'not sent';
    return { timestamp, requests: [{ prompt, prompt_length, output_length }] };
  });
}

/** Theirs began to send so many milliseconds after the first. */
function startsMs(name: string): number[] {
  const starts = linesOf(name).map((record) => [record['request_id'], record['start_time']]);
  return starts.map(([, sec]) => 1000 * (sec as number)).sort((a, b) => a - b);
}

const missing = absent(captureFile('aibrix/client-plain-stream.jsonl'));

describe.skipIf(missing)(titled("confab client sends what AIBrix's client sent", missing), () => {
  const SESSIONS = '--streaming --time-scale 0.5 --session-key-header --output-token-limit 24';
  const PLAIN = '--streaming --time-scale 0.3 --routing-strategy random --duration-limit 6';

  test('001-32 requests without a session: the same bodies, headers and texts, in the same order', async () => {
    const upstream = captured('aibrix/client-plain-stream');
    const sent = await ours(plainWorkload(), PLAIN);
    expect(sent).toHaveLength(49);
    expect(sent.map(({ atMs: _, ...rest }) => rest)).toEqual(
      upstream.map(({ atMs: _, ...rest }) => rest),
    );
  });

  test('001-30 they come at the times of the workload by the scale, as theirs did but for some milliseconds', async () => {
    const sent = await ours(plainWorkload(), PLAIN);
    const upstream = captured('aibrix/client-plain-stream');
    for (const [i, { atMs }] of sent.entries()) {
      // Their first request was late by the loading of a library.
      expect(Math.abs(atMs - upstream[i]!.atMs), `request ${i}`).toBeLessThan(80);
    }
    const spanMs = async (scale: string) =>
      (await ours(plainWorkload(), `--time-scale ${scale}`)).at(-1)!.atMs;
    expect(await spanMs('0.5')).toBe((await spanMs('1')) / 2);
  });

  test('001-28 001-31 sessions: the same headers, limits and questions, in the same order', async () => {
    const upstream = captured('aibrix/client-sessions-stream');
    const sent = await ours(sessionWorkload(), SESSIONS);
    const asked = (all: readonly Sent[]) =>
      all.map(({ headers, body, messages }) => {
        const questions = messages.filter(({ role }) => role === 'user');
        return { headers, body, questions };
      });
    expect(asked(sent)).toEqual(asked(upstream));
    expect(sent[0]!.body).toMatchObject({ max_tokens: 24, min_tokens: 24 });
    const starts = startsMs('client-c1-records');
    const later = sent.map(({ atMs }, i) => atMs - (starts[i]! - starts[0]!));
    // Their fault: it sent the last turn of session 4 while the one before it was being answered.
    const waits = later.splice(14, 1)[0];
    expect(waits).toBeCloseTo(146 - 113, -1);
    for (const ms of later) expect(Math.abs(ms)).toBeLessThan(10);
  });

  test('001-28 the history of every session has its answers, which theirs has in session 0 alone', async () => {
    const upstream = captured('aibrix/client-sessions-stream');
    const sent = await ours(sessionWorkload(), SESSIONS);
    const first = ({ headers }: Sent) => headers['x-aibrix-session-key'] === '0';
    expect(sent.filter(first).map(({ messages }) => messages)).toEqual(
      upstream.filter(first).map(({ messages }) => messages),
    );
    const roles = ({ messages }: Sent) => messages.map(({ role }) => role[0]).join('');
    expect(new Set(sent.map(roles))).toEqual(new Set(['u', 'uau', 'uauau']));
    // Their fault: two questions follow each other, which some chat templates refuse.
    const others = upstream.filter((one) => !first(one));
    expect(new Set(others.map(roles))).toEqual(new Set(['u', 'uu', 'uuu']));
  });
});

describe('001-32 headers', () => {
  const WORKLOAD = [
    {
      timestamp: 0,
      requests: [
        { prompt: 'a b', session_id: 'x' },
        { prompt: 'c', output_length: 0 },
      ],
    },
  ];

  test('the session’s is sent where there is a session and it was asked for, and only there', async () => {
    const withKey = await ours(WORKLOAD, '--session-key-header');
    expect(withKey.map(({ headers }) => headers)).toEqual([
      { 'routing-strategy': 'random', 'x-aibrix-session-key': 'x' },
      { 'routing-strategy': 'random' },
    ]);
    const without = await ours(WORKLOAD, '--routing-strategy prefix-cache');
    expect(without.map(({ headers }) => headers)).toEqual([
      { 'routing-strategy': 'prefix-cache' },
      { 'routing-strategy': 'prefix-cache' },
    ]);
  });

  test('no strategy is sent where it is empty', async () => {
    const flags = { ...FLAGS, routingStrategy: '' };
    expect(aibrixClientScenario(flags).target?.headers).toEqual({});
  });
});

const FLAGS: AibrixClientFlags = {
  ...{ endpoint: 'http://localhost:1' },
  ...{ workloadPath: 'w.jsonl', outputFilePath: 'o.jsonl', routingStrategy: 'random' },
  ...{ timeoutSecond: 60, maxRetries: 0, set: [] },
};

test('001-31 without a length there is no min_tokens, and the limit alone is sent', async () => {
  const workload = [{ timestamp: 0, requests: [{ prompt: 'a b' }] }];
  const [limited] = await ours(workload, '--output-token-limit 9');
  expect(limited!.body).toEqual({ model: 'm', stream: false, max_tokens: 9, temperature: 0 });
  const [free] = await ours(workload, '');
  expect(free!.body).toEqual({ model: 'm', stream: false, temperature: 0 });
});

test('a workload that is a JSON list is read, too', async () => {
  const list = writeJson(cacheDir, 'list.json', [
    { timestamp: 5, requests: [{ prompt: 'a', output_length: 2 }] },
  ]);
  const sent = await sentBy(
    aibrixClientScenario({ ...FLAGS, workloadPath: list, model: 'm' } as AibrixClientFlags),
    { cacheDir },
  );
  expect(sent.map(({ body }) => body['max_tokens'])).toEqual([2]);
});

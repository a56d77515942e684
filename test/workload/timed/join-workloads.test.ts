import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import type { WorkloadEntry } from '../../../src/workload/timed/entry.ts';
import { concatenated, merged } from '../../../src/workload/timed/join-workloads.ts';
import { readWorkload } from '../../../src/workload/timed/read-workload.ts';
import { writeWorkload } from '../../../src/workload/timed/write-workload.ts';
import { scratchDir } from '../scratch.ts';

const dir = scratchDir();

function file(name: string, ...lines: (object | string)[]): string {
  const path = join(dir, name);
  const text = lines.map((line) => (typeof line === 'string' ? line : JSON.stringify(line)));
  writeFileSync(path, text.join('\n'));
  return path;
}

const request = (prompt: string, session?: number) => ({
  prompt,
  prompt_length: 3,
  output_length: null,
  ...(session === undefined ? {} : { session_id: session }),
});
const entry = (timestamp: number, ...requests: object[]) => ({ timestamp, requests });

async function all(entries: AsyncIterable<WorkloadEntry>): Promise<WorkloadEntry[]> {
  const list: WorkloadEntry[] = [];
  for await (const one of entries) list.push(one);
  return list;
}

const SHARED = { hasOwnSessions: false };
const OWN = { hasOwnSessions: true };

describe('001-26 workloads one after the other', () => {
  test('count from the last time of the one before', async () => {
    const [a, b] = ['a', 'b'].map((name) =>
      file(name, entry(0, request(name)), entry(1000, request(name))),
    );
    const entries = await all(concatenated([a!, b!, a!], SHARED));
    expect(entries.map(({ timestamp }) => timestamp)).toEqual([0, 1000, 1000, 2000, 2000, 3000]);
  });

  test('count from its latest, also where that is not on the last line', async () => {
    const a = file('late', entry(5000), entry(1000, request('x')));
    const entries = await all(concatenated([a, file('next', entry(1, request('y')))], SHARED));
    expect(entries.map(({ timestamp }) => timestamp)).toEqual([5000, 1000, 5001]);
  });
});

describe('001-26 workloads at the same time', () => {
  const a = file('m1', entry(0, request('a', 1)), entry(5, request('a', 1)));
  const b = file('m2', { ...entry(5, request('b', 1)), events: [{ session_id: 1 }] }, entry(3));

  test('are in order of time, one entry each, with all requests and events', async () => {
    expect(await all(merged([a, b], SHARED))).toEqual([
      entry(0, request('a', 1)),
      entry(3),
      { ...entry(5, request('a', 1), request('b', 1)), events: [{ session_id: 1 }] },
    ]);
  });

  test('have sessions of their own where that is asked for', async () => {
    const entries = await all(merged([a, b], OWN));
    const sessions = entries.flatMap(({ requests }) => requests.map((one) => one.session_id));
    expect(sessions).toEqual(['0/1', '0/1', '1/1']);
    expect(entries.at(-1)!.events).toEqual([{ session_id: '1/1' }]);
  });
});

describe('reading', () => {
  test('takes what older tools wrote, and gives what is written today', async () => {
    const old = { prompt: 'a "NaN" is', 'Prompt Length': 3, 'Output Length': 4, prefix_group: 2 };
    const path = file(
      'old.jsonl',
      entry(0, old),
      '{"timestamp": 1.0, "requests": [{"prompt": "NaN \\" NaN", "prompt_length": 21.0, "output_length": NaN}]}',
      '{"timestamp": 2, "requests": []}',
    );
    expect(await all(readWorkload(path))).toEqual([
      entry(0, { prompt: 'a "NaN" is', prompt_length: 3, output_length: 4, prefix_group: 2 }),
      entry(1, { prompt: 'NaN " NaN', prompt_length: 21, output_length: null }),
      entry(2),
    ]);
  });

  test.each([
    ['{"requests": []}', 'timestamp: missing; expected whole milliseconds'],
    ['{"timestamp": 1}', 'requests: missing; expected a list'],
    ['{"timestamp": 1, "requests": [7]}', 'requests[0]: found 7; expected an object'],
    ['{"timestamp": 1, "requests": [{}]}', 'requests[0].prompt: missing; expected a text'],
    [
      '{"timestamp": 1, "requests": [{"prompt": "", "prompt_length": 1.5}]}',
      'requests[0].prompt_length: found 1.5; expected tokens',
    ],
    [
      '{"timestamp": 1, "requests": [{"prompt": "", "prompt_length": 1, "output_length": -1}]}',
      'requests[0].output_length: found -1; expected tokens or null',
    ],
  ])('names the line and field of what is wrong: %s', async (line, problem) => {
    const path = file('wrong.jsonl', entry(0), line);
    await expect(all(readWorkload(path))).rejects.toThrow(`${path}: line 2, item 1: ${problem}`);
  });
});

describe('001-24 writing', () => {
  async function* entries(count: number, fails = false): AsyncGenerator<WorkloadEntry> {
    for (let i = 0; i < count; i++) yield { timestamp: i, requests: [request(`p\n${i}`)] };
    if (fails) throw new Error('no more');
  }

  test.each(['jsonl', 'json'] as const)(
    '%s is read back as it was, and by JSON.parse',
    async (form) => {
      const path = join(dir, `out.${form}`);
      for (const count of [0, 1, 3]) {
        await writeWorkload(path, entries(count), form);
        const expected = await all(entries(count));
        const text = readFileSync(path, 'utf8');
        const parsed =
          form === 'json'
            ? JSON.parse(text)
            : text
                .split('\n')
                .filter(Boolean)
                .map((line) => JSON.parse(line));
        expect(parsed).toEqual(expected);
        if (count) expect(await all(readWorkload(path))).toEqual(expected);
      }
    },
  );

  test('a file is whole or not there', async () => {
    const folder = join(dir, 'sub');
    const { mkdirSync } = await import('node:fs');
    mkdirSync(folder);
    const path = join(folder, 'none.jsonl');
    await expect(writeWorkload(path, entries(5, true), 'jsonl')).rejects.toThrow('no more');
    expect(existsSync(path)).toBe(false);
    expect(readdirSync(folder)).toEqual([]);
  });
});

import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { readDataset } from '../../src/workload/datasets/dataset.ts';
import { confab } from '../support/confab.ts';
import { freshFolder } from '../support/folders.ts';
import { absent, sharedFile, titled } from '../support/needs.ts';
import { shareGptItem } from '../workload/scratch.ts';

/** What `confab ... ` makes of these rows, in out: the rows of JSON lines, or the list. */
async function converted(rows: readonly unknown[], ...args: string[]) {
  const cwd = freshFolder();
  writeFileSync(join(cwd, 'in.jsonl'), rows.map((row) => JSON.stringify(row)).join('\n'));
  const ended = await confab(args, { cwd });
  const written = () => readFileSync(join(cwd, 'out'), 'utf8');
  const read = () => {
    const text = written();
    return text.startsWith('[')
      ? JSON.parse(text)
      : text
          .trim()
          .split('\n')
          .map((line) => JSON.parse(line));
  };
  return { ...ended, file: join(cwd, 'out'), text: written, read };
}

const convert = (rows: readonly unknown[], ...args: string[]) =>
  converted(rows, 'convert', 'in.jsonl', 'out', ...args);

describe('001-7 ShareGPT to sessions', () => {
  const rows = [
    shareGptItem('ann', 'q0', 'a0', 'q1', 'a1', 'q2'),
    shareGptItem('bob_1', 'r1', 'b1'),
    { id: 'none', conversations: [] },
    shareGptItem('bob_0', 'r0', 'b0'),
    { id: 'odd', conversations: ['x', 'y'].map((value) => ({ from: 'human', value })) },
  ];
  const utility = (...more: string[]) =>
    converted(
      rows,
      ...'generator.dataset_generator.utility convert --path in.jsonl --output out'.split(' '),
      ...more,
    );

  test('001-7 prompts and completions are aligned; parts are joined; what is left out is named', async () => {
    const { code, stdout, read, text } = await utility('--type', 'sharegpt');
    expect(code).toBe(0);
    expect(read()).toEqual([
      { session_id: 'ann', prompts: ['q0', 'q1', 'q2'], completions: ['a0', 'a1'] },
      { session_id: 'bob', prompts: ['r0', 'r1'], completions: ['b0', 'b1'] },
    ]);
    expect(text().endsWith('}\n')).toBe(true);
    expect(stdout).toContain('out: 2 of 4 conversations');
    expect(stdout).toContain('1 left out: fewer than 1 messages (first: id none, 0)');
    expect(stdout).toContain('1 left out: roles do not alternate (first: id odd, message 1)');
  });

  test('001-7 the same by our own names, and as prompts alone', async () => {
    const own = await convert(rows, '--from', 'sharegpt', '--to', 'aibrix');
    expect(own.text()).toBe((await utility('--type', 'sharegpt')).text());
    const plain = await convert(rows, '--to', 'aibrix-plain');
    expect(plain.read()).toEqual([
      { prompt: 'q0', completion: 'a0' },
      { prompt: 'r0', completion: 'b0' },
    ]);
    expect(plain.stdout).toContain('2 written without later turns (first: id ann)');
    const some = await convert(rows, '--to', 'aibrix', '--max-items', '1');
    expect(some.read()).toHaveLength(1);
  });
});

describe('001-8 a trace of a client to a data set', () => {
  const u = (content: string) => ({ role: 'user', content });
  const a = (content: string) => ({ role: 'assistant', content });
  const record = (
    request_id: number,
    session_id: number | null,
    input: object[],
    output: string,
  ) => ({
    ...{ request_id, status: output ? 'success' : 'error', input, output, session_id },
    start_time: request_id,
  });

  test('001-8 sessions stay sessions, and a round trip gives the same', async () => {
    const rows = [
      record(0, 3, [u('q')], 'A'),
      record(1, null, [u('solo')], 'S'),
      record(2, 3, [u('q'), a('A'), u('r')], ''),
      record(3, 3, [u('q'), a('A'), u('r'), u('s')], 'B'),
    ];
    const trace = await converted(
      rows,
      ...'convert --path in.jsonl --type trace --output out'.split(' '),
    );
    const expected = [
      { session_id: 3, prompts: ['q', 'r', 's'], completions: ['A', null, 'B'] },
      { session_id: 'request-1', prompts: ['solo'], completions: ['S'] },
    ];
    expect(trace.read()).toEqual(expected);
    expect(trace.stdout).toContain(
      '1 without an answer, kept as questions: request 2 (line 3, error)',
    );
    expect((await readDataset(trace.file)).entries).toHaveLength(2);
    expect((await convert(expected, '--to', 'aibrix')).read()).toEqual(expected);
    // In OpenAI's form nothing can follow a question that has no answer.
    const chats: { id: string; messages: object[] }[] = (
      await convert(rows, '--to', 'openai')
    ).read();
    expect(chats.find(({ id }) => id === '3')!.messages).toEqual([u('q'), a('A'), u('r')]);
  });

  test('001-8 requests without sessions are prompts', async () => {
    const rows = [record(0, null, [u('q')], 'A'), record(1, null, [u('r')], '')];
    const { read } = await convert(rows, '--to', 'aibrix');
    expect(read()).toEqual([{ prompt: 'q', completion: 'A' }, { prompt: 'r' }]);
  });
});

describe('other inputs', () => {
  const system = { role: 'system', content: 's' };
  const question = { role: 'user', content: 'q' };
  const answer = { role: 'assistant', content: 'a' };

  test('OpenAI messages keep what the system says; data sets of prompts have no place for it', async () => {
    const rows = [{ id: 'x', messages: [system, question, answer] }];
    expect((await convert(rows)).read()).toEqual(rows);
    const { read, stdout } = await convert(rows, '--to', 'aibrix');
    expect(read()).toEqual([{ session_id: 'x', prompts: ['q'], completions: ['a'] }]);
    expect(stdout).toContain('1 written without a system message (first: id x)');
  });

  test('what is asked in a batch has no answer; its ids are no parts of one', async () => {
    const rows = ['r_0', 'r_1'].map((custom_id) => ({ custom_id, body: { messages: [question] } }));
    const { read } = await convert(rows, '--max-items', '2');
    expect(read()).toHaveLength(2);
    expect(read()[0].messages).toEqual([question]);
  });

  test.each([
    ['oasst', 'openai', 'found openai (OpenAI messages: messages); expected oasst (OpenAssistant'],
    ['client-trace', 'nothing', 'found nothing of the kind; expected client-trace'],
  ])('what is not %s but %s is refused', async (from, kind, problem) => {
    const row = kind === 'openai' ? { messages: [question, answer] } : { x: 1 };
    const ended = await convert([row], '--from', from);
    expect(ended.code).toBe(2);
    expect(ended.stderr).toContain(problem);
  });

  test('of a file with one conversation of another kind, that one is named', async () => {
    const rows = [
      { id: 'x', messages: [question, answer] },
      { id: 'y', data: ['q', 'a'] },
    ];
    const { stdout, read } = await convert(rows, '--from', 'openai');
    expect(read()).toHaveLength(1);
    expect(stdout).toContain('1 left out: not openai (first: id y, it is ultrachat)');
    expect((await convert(rows)).read()).toHaveLength(2);
  });

  test('a file that is not there is said to be so, whatever it is to be; so is none', async () => {
    const { stderr } = await confab(['utility', 'convert', '--path', 'nope', '--type', 'sharegpt']);
    expect(stderr).toMatch(/cannot read .*nope: ENOENT/);
    expect(await confab(['convert', '--type', 'trace'])).toMatchObject({
      code: 2,
      stderr: 'error: --path: missing; expected the file to convert\n',
    });
  });

  test('two inputs, or no output, are refused', async () => {
    const two = await converted([], 'convert', 'in.jsonl', 'out', '--path', 'other');
    expect(two).toMatchObject({ code: 2, stdout: '' });
    expect(two.stderr).toContain('found in.jsonl and --path other; expected one of them');
    expect((await converted([], 'convert', 'in.jsonl')).stderr).toContain('found no output');
    expect((await converted([], 'convert')).code).toBe(2);
  });
});

test('flags of convert sharegpt count behind it and before it', async () => {
  const rows = [1, 2, 3, 4].map((i) => shareGptItem(`i${i}`, `q${i}`, `a${i}`));
  const seeded = (...args: string[]) => converted(rows, ...args);
  const after = await seeded(
    'convert',
    'sharegpt',
    'in.jsonl',
    'out',
    '--seed',
    '5',
    '--max-items',
    '3',
  );
  const before = await seeded(
    'convert',
    '--seed',
    '5',
    '--max-items',
    '3',
    'sharegpt',
    'in.jsonl',
    'out',
  );
  const script = await seeded(
    'convert_sharegpt_to_openai.py',
    'in.jsonl',
    'out',
    '--max-items',
    '3',
    '--seed',
    '5',
  );
  expect(after.read()).toHaveLength(3);
  expect(before.text()).toBe(after.text());
  expect(script.text()).toBe(after.text());
  expect((await seeded('convert', 'sharegpt', 'in.jsonl', 'out')).text()).not.toBe(after.text());
});

const PUBLIC = [
  ['mt_bench_question.jsonl', 80, 160],
  ['arena_hard_v0.1_question.jsonl', 500, 500],
  ['derived_oasst_openai_messages.jsonl', 352, undefined],
  ['llamafactory_v1_sft_demo.jsonl', undefined, undefined],
] as const;

describe.each(PUBLIC)('%s', (name, sessions, prompts) => {
  const file = sharedFile(`data/conversations/${name}`);
  const missing = absent(file);
  test.skipIf(missing)(titled('is read by its shape', missing), async () => {
    const cwd = freshFolder();
    const ended = await confab(['convert', file, 'out', '--to', 'aibrix'], { cwd });
    expect(ended).toMatchObject({ code: 0, stderr: '' });
    const { entries } = await readDataset(join(cwd, 'out'));
    if (sessions !== undefined) expect(entries).toHaveLength(sessions);
    else expect(entries.length).toBeGreaterThan(50);
    const turns = entries.reduce((sum, entry) => sum + entry.turns.length, 0);
    if (prompts !== undefined) expect(turns).toBe(prompts);
  });
});

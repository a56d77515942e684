import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { confab, journalOf, runFolder } from '../support/confab.ts';
import { freshFolder, ROOT } from '../support/folders.ts';
import { type Logged, type Reply, startLoggingServer } from '../support/logging-server.ts';
import { absent, sharedFile, titled } from '../support/needs.ts';

/** Six conversations of 2, 4, 6, 4, 2 and 5 messages: 12 user turns. */
const LENGTHS = [2, 4, 6, 4, 2, 5];
const TURNS = 12;
const PAUSE_SEC = 0.4;

function writeConversations(cwd: string): string {
  const conversations = LENGTHS.map((length, id) => ({
    id: `chat-${id}`,
    messages: Array.from({ length }, (_, i) => ({
      role: i % 2 ? 'assistant' : 'user',
      content: i % 2 ? `recorded answer ${i}` : `question ${i} of ${id}`,
      // The third message of the third conversation is said a moment after the answer before it.
      ...(id === 2 && i === 2 && { pause_sec: PAUSE_SEC }),
    })),
  }));
  const file = join(cwd, 'chats.json');
  writeFileSync(file, JSON.stringify(conversations));
  return file;
}

interface Played {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
  readonly requests: readonly Logged[];
  readonly inFlightMax: number;
  readonly cwd: string;
}

async function played(
  flags: readonly string[],
  reply: (request: Logged) => Reply = () => ({ ttftMs: 5, tokens: 3, tokenMs: 1 }),
): Promise<Played> {
  const server = await startLoggingServer({ reply });
  const cwd = freshFolder();
  const args = ['multi-turn', '-m', 'm', '--tokenizer', 'gpt2', '-i', writeConversations(cwd)];
  const ended = await confab([...args, '-u', server.url, ...flags], { cwd });
  await server.close();
  expect(ended.stderr).not.toMatch(/has a bug/);
  return { ...ended, requests: server.requests, inFlightMax: server.inFlightMax, cwd };
}

describe('confab multi-turn', () => {
  test.each([
    [1, 1],
    [1, 6],
    [2, 5],
    [3, 6],
  ])('M-39 M-42 -p %i -k %i: every turn is sent, with so many requests in flight', async (p, k) => {
    const { code, requests, inFlightMax, stdout } = await played(['-p', `${p}`, '-k', `${k}`]);
    expect(code).toBe(0);
    expect(requests).toHaveLength(TURNS);
    expect(inFlightMax).toBe(p);
    expect(stdout).toContain('num_conversations=6');
  });

  test('M-45 M-46 the length is the recorded one, forced; the history has the answers of the engine', async () => {
    const { requests } = await played(['-n', '4', '-p', '1']);
    expect(requests).toHaveLength(4);
    const [, , second] = requests;
    expect(second!.body).toMatchObject({ temperature: 0, seed: 0, max_tokens: 3, min_tokens: 3 });
    expect(second!.body).not.toHaveProperty('ignore_eos');
    const roles = second!.body.messages.map(({ role }: { role: string }) => role);
    expect(roles).toEqual(['user', 'assistant', 'user']);
    expect(second!.body.messages[1].content).not.toContain('recorded');
  });

  test.each([
    [['--payload', 'plain'], { max_tokens: 3 }, ['min_tokens', 'temperature', 'seed']],
    [['--limit-max-tokens', '-1'], {}, ['max_tokens']],
    [['--limit-min-tokens', '3', '--limit-max-tokens', '9'], { max_tokens: 9, min_tokens: 3 }, []],
    [['--served-model-name', 'other', '--no-stream'], { model: 'other', stream: false }, []],
    [['--send-conversation-id'], { conversation_id: 'chat-0' }, []],
  ])('M-45 %j', async (flags, present, absent) => {
    const { requests, code } = await played(['-n', '1', ...flags]);
    expect(code).toBe(0);
    expect(requests[0]!.body).toMatchObject(present);
    for (const field of absent) expect(requests[0]!.body).not.toHaveProperty(field);
    if (flags[0] === '--send-conversation-id') {
      expect(requests[0]!.headers['x-session-id']).toBe('chat-0');
    }
  });

  test('M-47 --verify-output: an answer that differs is a failure, and says where', async () => {
    const { stdout, cwd, code } = await played(['--verify-output']);
    // Nothing is left that was completed.
    expect(code).toBe(1);
    const failed = journalOf(cwd).records.filter(({ status }) => status === 'protocol');
    // A question without a recorded answer has nothing to differ from.
    expect(failed.length).toBe(6);
    expect(failed[0]!.reason).toMatch(/differs from the recorded one at character 0/);
    expect(stdout).toMatch(/Failures: 6 of/);
  });

  test('M-41 --max-turns, and M-48 --warmup-step with its own runtime', async () => {
    const { stdout, requests } = await played(['--max-turns', '3', '--warmup-step', '-n', '2']);
    // Six first turns, then two of the four second ones.
    expect(requests).toHaveLength(8);
    for (const line of ['warmup_runtime_sec = ', 'total_runtime_incl_warmup_sec = ']) {
      expect(stdout).toContain(line);
    }
    expect(stdout).toMatch(/^ttft_ms +2\.0/m);
  });

  test('M-44 M-51 M-52 M-53 pauses from the data, and all of the files', async () => {
    const { cwd, stdout, code } = await played([
      ...['-p', '2', '-e', '--stats-json-output', 'stats.json', '-o', 'answers.json', '-v'],
      ...['--warmup-percentages', '0%,50%'],
    ]);
    expect(code).toBe(0);
    const paused = journalOf(cwd).records.filter(({ userId }) => userId === 2);
    expect(paused[1]!.intendedMs! - paused[0]!.endMs!).toBeCloseTo(PAUSE_SEC * 1000, 2);
    expect(paused[2]!.intendedMs! - paused[1]!.endMs!).toBeCloseTo(0, 2);
    const stats = JSON.parse(readFileSync(join(cwd, 'stats.json'), 'utf8'));
    expect(stats).toHaveLength(TURNS);
    expect(stats[0]).toMatchObject({ conversation_id: expect.stringMatching(/^chat-\d$/) });
    const answers = JSON.parse(readFileSync(join(cwd, 'answers.json'), 'utf8'));
    expect(answers).toHaveLength(6);
    expect(
      readdirSync(cwd).filter((name) => /^statistics_2_clients__.*\.xlsx$/.test(name)),
    ).toHaveLength(1);
    expect(stdout).toContain('Statistics summary (assuming 50% warmup samples):');
    expect(stdout).toContain('time_between_user_turns_sec');
    for (const name of ['stats.json', 'answers.json', '.xlsx']) expect(stdout).toContain(name);
  });

  test('M-42 with --compat a client stops when there is no conversation left to begin, and drops those it has', async () => {
    const dropped = await played(['--compat', '-p', '1', '-k', '3']);
    expect(dropped.requests).toHaveLength(8);
    const { records } = journalOf(dropped.cwd);
    expect(new Set(records.map(({ userId, turn }) => `${userId}/${turn}`)).size).toBe(
      records.length,
    );
    const alone = await played(['--compat', '-p', '1', '-k', '3', '--no-early-stop']);
    expect(alone.requests).toHaveLength(8);
    const all = await played(['--compat', '-p', '1', '-k', '1']);
    expect(all.requests).toHaveLength(TURNS);
    // Counted here, without a chat template: 4 or 5 words and a number.
    expect(journalOf(all.cwd).records.every(({ tokensFrom }) => tokensFrom === 'local')).toBe(true);
  });

  test('M-65 every second request fails, with retries: all turns have their record', async () => {
    let calls = 0;
    const { cwd, code } = await played(['-p', '3', '--max-retries', '1'], () =>
      calls++ % 2 ? { kind: 'reset' } : { ttftMs: 5 },
    );
    expect(code).toBe(0);
    const { records } = journalOf(cwd);
    expect(records).toHaveLength(TURNS);
  });

  test.each([
    [
      ['-k', '1', '-p', '2'],
      /--max-active-conversations: found 1; expected at least --num-clients, 2/,
    ],
    [['-p', '7'], /--num-clients: found 7; expected at most the conversations of .*, 6/],
    [['--limit-max-tokens', '5'], /both above 0, or neither/],
    [['--warmup-percentages', '0%,half'], /half/],
    [['--generate-only'], /--generate-only: needs --output-file/],
  ])('wrong flags %j: one clear error, and nothing is sent', async (flags, message) => {
    const { code, stderr, requests } = await played(flags);
    expect(code).toBe(2);
    expect(stderr).toMatch(message);
    expect(requests).toHaveLength(0);
  });

  test('M-60 the metrics of the engine are kept, before and after', async () => {
    const cwd = freshFolder();
    const args = ['run', join(ROOT, 'configs/demo.yaml'), '--users', '1'];
    const { code, stdout } = await confab([...args, '--set', 'conversation.rounds=1'], { cwd });
    expect(code).toBe(0);
    expect(stdout).toContain('metrics.ndjson');
    const pages = readFileSync(join(runFolder(cwd), 'metrics.ndjson'), 'utf8')
      .trim()
      .split('\n');
    expect(pages).toHaveLength(2);
    const counted = pages.map(
      (line) => /generation_tokens_total\S* (\d+)/.exec(JSON.parse(line).text)![1],
    );
    expect(counted).toEqual(['0', '60']);
  });
});

const CONFIG = sharedFile('data/conversations/vllm_generate_multi_turn.json');
const TEXT = sharedFile('data/text/pg1184.txt');
const NO_DATA = absent(CONFIG, TEXT);

test.skipIf(NO_DATA)(
  titled(
    "the shipped configuration on an A6000 profile is near upstream's README: medians within 10 %",
    NO_DATA,
  ),
  async () => {
    const cwd = freshFolder();
    const config = JSON.parse(readFileSync(CONFIG, 'utf8'));
    writeFileSync(join(cwd, 'generate.json'), JSON.stringify({ ...config, text_files: [TEXT] }));
    const args = ['multi-turn', '-m', 'm', '-i', 'generate.json', '-p', '2', '-k', '6'];
    const { code, stdout } = await confab([...args, '--simulate', '--gpu', 'a6000'], { cwd });
    expect(code).toBe(0);
    const median = (row: string) =>
      Number(new RegExp(`^${row} +(?:\\S+ +){5}(\\S+)`, 'm').exec(stdout)![1]);
    // README of benchmark_serving_multi_turn.py: its 50 % column, and requests_per_sec.
    for (const [row, expected] of [
      ['ttft_ms', 62.26],
      ['tpot_ms', 25.31],
      ['latency_ms', 2573.01],
    ] as const) {
      expect(Math.abs(median(row) / expected - 1)).toBeLessThan(0.1);
    }
    const rate = Number(/^requests_per_sec = (\S+)/m.exec(stdout)![1]);
    expect(Math.abs(rate / 0.769 - 1)).toBeLessThan(0.1);
  },
);

import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { confab } from '../support/confab.ts';
import { freshFolder } from '../support/folders.ts';
import { type LoggingServer, startLoggingServer } from '../support/logging-server.ts';

let server: LoggingServer;
beforeAll(async () => {
  server = await startLoggingServer();
});
afterAll(() => server.close());

const turn = (from: string, value: string) => ({ from, value });
/** Questions that name their item, and answers of so many tokens: "yes" and " yes" are one each in gpt2. */
const item = (id: string, answers: readonly number[]) => ({
  id,
  conversations: answers.flatMap((length, index) => [
    turn('human', `${id} asks ${index}`),
    turn('gpt', 'yes'.concat(' yes'.repeat(length - 1))),
  ]),
});

async function run(data: unknown, ...more: string[]) {
  const cwd = freshFolder();
  writeFileSync(join(cwd, 'data.json'), JSON.stringify(data));
  const before = server.requests.length;
  const ended = await confab(
    [
      ...['multi-round-qa', '--sharegpt', 'data.json', '--user-lag', '0', '--qps', '500'],
      ...['--num-rounds', '2', '--max-output-len', '6', '--base-url', server.url, ...more],
    ],
    { cwd },
  );
  const sent = server.requests.slice(before);
  return { cwd, ended, sent };
}

describe('M-19 --sharegpt', () => {
  test('M-19 three items serve ten users, and an answer is as long as the recorded one, or the cap', async () => {
    const data = [
      item('ann', [3, 50]),
      item('bob', [50, 2]),
      item('cid', [4, 5]),
      item('dot', [9]),
    ];
    const cwd = freshFolder();
    writeFileSync(join(cwd, 'data.json'), JSON.stringify(data));
    const prepared = await confab(['prepare', 'sharegpt', 'data.json', 'ready.json'], { cwd });
    expect(prepared).toMatchObject({ code: 0 });
    expect(prepared.stdout).toContain('4 of 4 conversations, 14 messages');
    const tokens = JSON.parse(readFileSync(join(cwd, 'ready.json'), 'utf8')).map(
      (one: { conversations: { num_tokens: number }[] }) =>
        one.conversations.filter((_, index) => index % 2).map((answer) => answer.num_tokens),
    );
    expect(tokens).toEqual([[3, 50], [50, 2], [4, 5], [9]]);

    const before = server.requests.length;
    const ended = await confab(
      [
        ...['run', '/dev/null', '--url', server.url, '--users', '10'],
        ...[
          'conversation={source: sharegpt, sharegpt: {file: ready.json}, rounds: 2, answer: {tokens: 6}}',
          'population.arrivals={process: constant, usersPerSec: 100}',
          'pacing.pauseSec=0',
          'target.sessionHeaders=[x-user-id]',
        ].flatMap((set) => ['--set', set]),
      ],
      { cwd },
    );
    expect(ended, ended.stderr).toMatchObject({ code: 0 });
    const sent = server.requests.slice(before);
    expect(sent).toHaveLength(20);
    const caps: Record<string, number[]> = { ann: [3, 6], bob: [6, 2], cid: [4, 5] };
    const speakers = new Map<string, string>();
    for (const { headers, body } of sent) {
      const { messages, max_tokens } = body;
      expect(messages.map((message: { role: string }) => message.role)).toEqual(
        messages.length === 1 ? ['user'] : ['user', 'assistant', 'user'],
      );
      const [name, , number] = messages.at(-1).content.split(' ');
      expect(Number(number)).toBe((messages.length - 1) / 2);
      expect(max_tokens).toBe(caps[name]![Number(number)]);
      const user = headers['x-user-id'] as string;
      expect(speakers.get(user) ?? name).toBe(name);
      speakers.set(user, name);
    }
    expect(speakers.size).toBe(10);
    const perItem = Object.keys(caps).map(
      (name) => [...speakers.values()].filter((speaker) => speaker === name).length,
    );
    expect(perItem.sort()).toEqual([3, 3, 4]);
    expect(ended.stdout).toMatch(/left out|dropped|too few/);
  });

  test('M-20 questions and answers that are too long are left out, by --max-input-len and --max-output-len', async () => {
    const long = item('eve', [2, 2]);
    long.conversations[2]!.value = `eve asks ${'yes '.repeat(40)}`;
    const { ended, sent } = await run(
      [item('ann', [3, 4]), item('bob', [3, 7]), long],
      ...['--max-input-len', '20', '--time', '0.3'],
    );
    expect(ended, ended.stderr).toMatchObject({ code: 0 });
    expect(sent.length).toBeGreaterThan(0);
    for (const { body } of sent) expect(body.messages.at(-1).content).toMatch(/^ann asks/);
    expect(new Set(sent.map(({ body }) => body.max_tokens))).toEqual(new Set([3, 4]));
  });

  test('M-20 inflated questions and answers', async () => {
    const { ended, sent } = await run(
      [item('ann', [1, 2])],
      ...['--input-inflate-rate', '0.5', '--input-inflate-mult', '3', '--ignore-eos'],
      ...['--output-inflate-rate', '0.5', '--output-inflate-mult', '2', '--time', '0.3'],
    );
    expect(ended, ended.stderr).toMatchObject({ code: 0 });
    expect(sent.length).toBeGreaterThan(0);
    for (const { body } of sent) {
      const [, , number] = body.messages.at(-1).content.split(' ');
      const repeated = body.messages.at(-1).content.split('asks').length - 1;
      // Shares are drawn message by message: each is as recorded, or longer by the whole factor.
      expect([1, 3]).toContain(repeated);
      expect([Number(number) + 1, 2 * (Number(number) + 1)]).toContain(body.max_tokens);
    }
    const isInflated = sent.some(
      ({ body }) => body.messages.at(-1).content.split('asks').length > 2,
    );
    const isLonger = sent.some(({ body }) => [2, 4].includes(body.max_tokens));
    expect(isInflated || isLonger).toBe(true);
  });

  test('M-19 nothing fits: the error says what was left out and why', async () => {
    const { ended } = await run([item('ann', [1])], '--time', '0.3');
    expect(ended.code).toBe(2);
    expect(ended.stderr).toMatch(/data\.json/);
    expect(ended.stderr).toMatch(/1 .*(few|fewer)/);
  });
});

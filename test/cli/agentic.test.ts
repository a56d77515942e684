import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { confab, csvOf, journalOf } from '../support/confab.ts';
import { freshFolder, ROOT } from '../support/folders.ts';
import { startLoggingServer } from '../support/logging-server.ts';

const SAMPLE = join(ROOT, 'corpora/sample-agents.jsonl');

test('M-63 agents go to their own models and URLs, and the CSV says which', async () => {
  const [one, two] = [await startLoggingServer(), await startLoggingServer()];
  const cwd = freshFolder();
  const args = ['agentic', '--trace-file', SAMPLE, SAMPLE, '--model', 'small', 'large', 'huge'];
  const urls = ['--base-url', one.url, two.url, two.url, '--isolate', 'salt'];
  const pace = ['--user-request-interval', '0.05', '--new-user-interval', '0.02'];
  const ended = await confab([...args, ...urls, ...pace, '--with-text'], { cwd });
  await Promise.all([one.close(), two.close()]);
  expect(ended.code, ended.stderr).toBe(0);
  expect(ended.stderr).toMatch(/^duration: /m);
  const lines = ended.stderr.replace(/^duration: .*\n/m, '').split('\n');
  expect(lines.map((line) => line.split(';')[0])).toEqual([
    ...['small', 'large', 'huge'].map(
      (model) => `notice: the server does not list the model ${model}`,
    ),
    '',
  ]);
  expect(one.requests.map(({ body }) => body.model)).toEqual(Array(6).fill('small'));
  expect(two.requests.map(({ body }) => body.model).sort()).toEqual([
    ...Array(4).fill('huge'),
    ...Array(6).fill('large'),
  ]);
  expect(one.requests[0]!.body).toMatchObject({ max_tokens: 60, temperature: 0 });
  expect(one.requests[0]!.headers['x-user-id']).toBe('1');
  const salts = new Set([...one.requests, ...two.requests].map(({ body }) => body['cache_salt']));
  expect([...salts]).toEqual([expect.stringMatching(/^run-[0-9a-f]{8}$/)]);
  const { records } = journalOf(cwd);
  expect(records.every(({ status, agent }) => status === 'ok' && agent)).toBe(true);
  expect(records).toHaveLength(16);
  const csv = readFileSync(join(cwd, 'summary.csv'), 'utf8');
  expect(csv.split('\n')[0]).toMatch(/finish_reason,round_id,agentID,model,input,output$/);
  expect(csv).toContain('""name"":""agent0-0""');
  expect(ended.stdout).toContain(`agent 1: large at ${two.url}`);
});

test('M-63 without texts the CSV has a row a request, in virtual time as well, and the same twice', async () => {
  const play = async () => {
    const cwd = freshFolder();
    const { code } = await confab(['agentic', '--trace-file', SAMPLE, '--simulate'], { cwd });
    expect(code).toBe(0);
    return csvOf(join(cwd, 'summary.csv'));
  };
  const rows = await play();
  expect(rows.map(({ round_id, agentID }) => `${round_id}/${agentID}`).sort()).toEqual([
    '0/0',
    '1/1',
    '1/2',
    '2/0',
    '2/1',
    '3/0',
    '3/1',
    '3/2',
  ]);
  expect(await play()).toEqual(rows);
});

test('--set gives the embedded engine its tiers, and nothing to the traces', async () => {
  const cwd = freshFolder();
  const tiers = [
    'engine.offload.preset=vllm',
    'engine.offload.cpu.capacityGB=4',
    'engine.blocks=40',
  ];
  const set = tiers.flatMap((field) => ['--set', field]);
  const traces = ['--trace-file', SAMPLE, SAMPLE, SAMPLE, '--new-user-interval', '0'];
  const { code, stderr } = await confab(['agentic', ...traces, '--simulate', ...set], { cwd });
  expect(code, stderr).toBe(0);
  const { header, records } = journalOf(cwd);
  const engine = { blocks: 40, offload: { preset: 'vllm' } };
  expect(header.scenario).toMatchObject({ engine });
  expect(records.some(({ externalCachedTokens }) => externalCachedTokens! > 0)).toBe(true);
});

test.each<[string[], RegExp]>([
  [
    ['--simulate', '--set', 'pacing.pauseSec=3'],
    /--set: found 'pacing\.pauseSec=3'; expected .*engine/,
  ],
  [
    ['--num-agents', '2', '--simulate'],
    /round 1: found agent 2; expected one below --num-agents, 2/,
  ],
  [['--model', 'a', 'b'], /--model: found 2; expected 1, or one for each of the 3 agents/],
  [['--model', 'a', '--base-url', 'http://a', 'http://b'], /--base-url: found 2; expected 1/],
  [[], /--model: missing/],
])('refused: %j', async (flags, message) => {
  const { code, stderr } = await confab(['agentic', '--trace-file', SAMPLE, ...flags]);
  expect(stderr).toMatch(message);
  expect(code).toBe(2);
});

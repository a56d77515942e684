// biome-ignore-all lint/suspicious/noTemplateCurlyInString: scenarios have them.

import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { shippedNames } from '../../src/commands/scenario/shipped.ts';
import { scenarioSummaries } from '../../src/commands/scenarios.ts';
import { confab, csvOf, journalOf } from '../support/confab.ts';
import { freshFolder, ROOT } from '../support/folders.ts';
import { type LoggingServer, startLoggingServer } from '../support/logging-server.ts';
import { type ProxyServer, startProxy } from '../support/proxy-server.ts';

let server: LoggingServer;
let proxy: ProxyServer;
beforeAll(async () => {
  server = await startLoggingServer();
  proxy = await startProxy('engine.test', server.url);
});
afterAll(() => {
  proxy.close();
  return server.close();
});

/** A run that is over at once. */
const SHORT = ['--users', '1', '--rounds', '1', '--think', '0', '--users-per-sec', '100'];

describe('without a scenario', () => {
  test('the default is played against the URL, and said', async () => {
    const cwd = freshFolder();
    const outputs = ['--csv', 'all.csv', '--json', 'all.json'];
    const { code, stderr } = await confab(['run', '--url', server.url, ...SHORT, ...outputs], {
      cwd,
    });
    expect(code, stderr).toBe(0);
    expect(stderr).toMatch(/^scenario: default, which comes with confab, as none was named$/m);
    expect(stderr).not.toContain('NO SERVER');
    const { header, records } = journalOf(cwd);
    expect(header.scenario).toMatchObject({ name: 'default' });
    expect(records.filter(({ status }) => status === 'ok').length).toBeGreaterThan(0);
    expect(csvOf(join(cwd, 'all.csv'))).toHaveLength(1);
    expect(JSON.parse(readFileSync(join(cwd, 'all.json'), 'utf8'))).toMatchObject({
      counts: { completed: 1 },
    });
  });

  test('OPENAI_BASE_URL is a target, said in the first line; flags win over it', async () => {
    const env = { OPENAI_BASE_URL: `${server.url}/v1` };
    const ended = await confab(['run', ...SHORT], { env });
    expect(ended.stderr).toMatch(
      /^target: http:\/\/127\.0\.0\.1:\d+\/v1, as OPENAI_BASE_URL says\nscenario: default/,
    );
    expect(ended.code, ended.stderr).toBe(0);
    const print = ['run', '--print-scenario', '--url', 'http://flag:1'];
    const { stdout, stderr } = await confab(print, { env });
    expect(stdout).toContain('url: http://flag:1');
    expect(stderr).not.toContain('OPENAI_BASE_URL');
  });

  test.each([
    ['multi-turn', '-m', 'x', '-i', 'corpora/sample-openai.jsonl', '--tokenizer', 'gpt2'],
    ['agentic', '--trace-file', 'corpora/sample-agents.jsonl', '--model', 'x'],
    [
      'multi-round-qa',
      ...'--num-users 2 --num-rounds 2 --qps 1 --shared-system-prompt 9'.split(' '),
    ].concat('--user-history-prompt 9 --answer-len 2'.split(' ')),
  ])('it is one for %s, too', async (...args) => {
    const ended = await confab(args, { env: { OPENAI_BASE_URL: 'http://127.0.0.1:1' } });
    expect(ended.stderr).toMatch(/^target: http:\/\/127\.0\.0\.1:1, as OPENAI_BASE_URL says\n/);
    expect(ended.stderr).toContain('cannot reach http://127.0.0.1:1');
    expect(ended.code).toBe(3);
  });

  test('simulate and plan need no target, and --json - prints nothing but JSON', async () => {
    const flags = ['--users', '2', '--quiet', '--json', '-'];
    const simulated = await confab(['simulate', ...flags]);
    expect(JSON.parse(simulated.stdout)).toMatchObject({ counts: { completed: 10 } });
    expect(simulated.stderr).toBe('');
    const planned = await confab(['plan', ...flags, '--duration', '1h', '--ttft-ms', '0.1s']);
    expect(JSON.parse(planned.stdout)).toMatchObject({});
    expect(planned.stderr).toBe('');
  });
});

describe('what comes with confab', () => {
  test('is listed with a line each', async () => {
    const { code, stdout } = await confab(['scenarios']);
    expect(code).toBe(0);
    const summaries = scenarioSummaries();
    for (const name of shippedNames()) {
      expect(stdout).toMatch(new RegExp(`^${name} +\\w`, 'm'));
      expect(summaries.get(name)?.length).toBeGreaterThan(20);
    }
    const lines = stdout.split('\n').filter((line) => !line.startsWith('/'));
    expect(lines.filter((line) => line.length > 80)).toEqual([]);
  });

  test('is played by name from any folder, with the files that it names; own files come first', async () => {
    const cwd = freshFolder();
    mkdirSync(join(cwd, 'demo'));
    const { code, stdout } = await confab(['simulate', 'mooncake', '--quiet'], { cwd });
    expect(code).toBe(0);
    expect(stdout).toContain('Run mooncake');
    const print = (name: string) => confab(['simulate', name, '--print-scenario'], { cwd });
    expect((await print('demo')).stdout).toMatch(/^name: demo/);
    writeFileSync(join(cwd, 'offloading'), 'name: mine');
    expect((await print('offloading')).stdout).toMatch(/^name: mine/);
  });

  test('says loudly that no server was measured', async () => {
    const { stdout, stderr } = await confab(['run', 'demo', ...SHORT]);
    expect(stderr).toMatch(/^NO SERVER WILL BE MEASURED: /);
    expect(stdout).toMatch(/^NO SERVER WAS MEASURED: /);
  });
});

describe('the environment', () => {
  const scenario = (text: string): string => {
    const cwd = freshFolder();
    writeFileSync(join(cwd, 's.yaml'), text);
    return cwd;
  };

  test('is between file and flags', async () => {
    const cwd = scenario('seed: ${SEED:-1}\npopulation: {users: 1}\nconversation: {rounds: 1}');
    const env = { CONFAB_POPULATION_USERS: '2', CONFAB_CONVERSATION_ROUNDS: '2' };
    const args = ['simulate', 's.yaml', '--print-scenario'];
    const { stdout, stderr } = await confab([...args, '--rounds', '3'], { cwd, env });
    expect(stdout).toMatch(/^seed: 1$/m);
    expect(stdout).toMatch(/^ {2}users: 2$/m);
    expect(stdout).toMatch(/^ {2}rounds: 3$/m);
    expect(stderr).toBe(
      'set by the environment: CONFAB_POPULATION_USERS, CONFAB_CONVERSATION_ROUNDS\n',
    );
  });

  test('names that are no field are refused; so is a variable that is not set', async () => {
    const env = { CONFAB_POPULATION_USER: '2' };
    const unknown = await confab(['plan', 'demo'], { env });
    expect(unknown.stderr).toContain('did you mean CONFAB_POPULATION_USERS?');
    expect(unknown.code).toBe(2);
    const cwd = scenario('name: x\ntarget:\n  url: ${NOWHERE}');
    const unset = await confab(['run', 's.yaml'], { cwd });
    expect(unset.stderr).toContain(
      's.yaml: 1 problem\n  line 3: target.url: ${NOWHERE} is not set',
    );
    expect(unset.code).toBe(2);
  });

  test('a key in a file is sent, and is seen nowhere', async () => {
    const cwd = scenario('target: {apiKeyFile: secrets/key}');
    mkdirSync(join(cwd, 'secrets'));
    writeFileSync(join(cwd, 'secrets/key'), 'sk-from-a-file-123\n');
    const before = server.requests.length;
    const args = ['run', 's.yaml', '--url', server.url, ...SHORT];
    const ended = await confab(args, { cwd, env: { OPENAI_API_KEY: 'sk-of-the-environment' } });
    expect(ended.code, ended.stderr).toBe(0);
    expect(server.requests[before]?.headers.authorization).toBe('Bearer sk-from-a-file-123');
    const journal = JSON.stringify(journalOf(cwd));
    expect(`${ended.stdout}${ended.stderr}${journal}`).not.toContain('from-a-file');
    writeFileSync(join(cwd, 'secrets/key'), 'two lines\nof text');
    const refused = await confab(args, { cwd });
    expect(refused.stderr).toMatch(/target\.apiKeyFile: found a text with spaces .*the key alone/);
    expect(refused.stderr).not.toContain('of text');
  });

  test('its proxy is gone through and named without its password, but not to this machine', async () => {
    const env = { HTTP_PROXY: proxy.url.replace('//', '//me:hunter22@') };
    const args = ['run', ...SHORT, '--url'];
    const ended = await confab([...args, 'http://engine.test'], { env });
    expect(ended.code, ended.stderr).toBe(0);
    expect(ended.stdout).toMatch(/through\s+the\s+proxy\s+http:\/\/\*\*\*@127\.0\.0\.1:\d+/);
    expect(ended.stdout + ended.stderr).not.toContain('hunter22');
    const asked = proxy.asked.length;
    expect(asked).toBeGreaterThan(1);
    expect((await confab([...args, server.url], { env })).code).toBe(0);
    expect(proxy.asked).toHaveLength(asked);
  });
});

test('scripts are verbs under their own names, and have their flags', async () => {
  const cwd = freshFolder();
  const sample = readFileSync(join(ROOT, 'corpora/sample-sharegpt.json'), 'utf8');
  writeFileSync(join(cwd, 'S.json'), sample);
  const cleanup = ['cleanup_sharegpt.py', '--model', 'gpt2', '--share_gpt_path', 'S.json'];
  for (let time = 0; time < 2; time++) {
    const { code, stdout } = await confab(cleanup, { cwd });
    expect(code).toBe(0);
    expect(stdout).toMatch(/^S\.json: 12 of 12 conversations, .* tokens\n {2}from S\.json\.raw/);
  }
  expect(readFileSync(join(cwd, 'S.json.raw'), 'utf8')).toBe(sample);
  expect(JSON.parse(readFileSync(join(cwd, 'S.json'), 'utf8'))[0]).toHaveProperty('num_round');

  const convert = ['tools/convert_sharegpt_to_openai.py', 'S.json.raw', 'o.json', '--seed=99'];
  expect(await confab([...convert, '--max-items=3'], { cwd })).toMatchObject({ code: 0 });
  expect(JSON.parse(readFileSync(join(cwd, 'o.json'), 'utf8'))).toHaveLength(3);
  for (const name of ['benchmark_serving_multi_turn', 'benchmark_serving_multi_turn.py']) {
    expect((await confab([name, '--help'])).stdout).toContain('Usage: confab multi-turn');
  }
  expect((await confab(['help', 'multi-round-qa.py'])).stdout).toContain('--user-lag');
});

import { spawnSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { scenarioJsonSchema } from '../../src/scenario/load.ts';
import { confab } from '../support/confab.ts';
import { freshFolder, ROOT } from '../support/folders.ts';

const MAIN = join(ROOT, 'dist/main.js');
const DEMO = join(ROOT, 'configs/demo.yaml');
const folder = freshFolder();
const file = (name: string, text: string): string => {
  const path = join(folder, name);
  writeFileSync(path, text);
  return path;
};
const PS = [
  ...['multi-round-qa', '--num-users', '1', '--answer-len', '5', '--num-rounds', '1', '--qps'],
  ...['1', '--shared-system-prompt', '1', '--user-history-prompt', '1', '--base-url', 'embedded'],
];
const CSV = 'prompt_tokens,generation_tokens,ttft,generation_time,launch_time,finish_time';

test.concurrent.each<[string, string[], ...RegExp[]]>([
  ['no verb', [], /Usage: confab/],
  ['an unknown verb', ['bogus'], /unknown command 'bogus'/, /--help/],
  ['a misspelt flag', ['multi-round-qa', '--num-user', '3'], /Did you mean --num-users\?/],
  ['a wrong value', ['multi-round-qa', '--qps', 'fast'], /--qps.*Found 'fast'; expected a number/],
  ['no scenario', ['run'], /no scenario and no target: expected --url http:.*confab run demo/],
  ['a name that is nearly one', ['run', 'dmo'], /no scenario 'dmo' \(did you mean demo\?\)/],
  [
    'a shipped scenario by a path that is not there',
    ['run', 'mine/demo.yaml'],
    /cannot read scenario mine\/demo\.yaml: there is no such file; 'demo' alone is/,
  ],
  [
    'a flag of another tool',
    ['run', '--num-prompts', '100'],
    /found --num-prompts, a flag of vllm bench serve .*; here: --requests N/,
  ],
  [
    'a flag of another tool whose value means something else',
    ['simulate', '--request-rate=inf'],
    /found --request-rate inf, .*; here: .*--concurrency N --think 0/,
  ],
  ['two rates', ['plan', '--qps', '1', '--concurrency', '3'], /'--qps <rate>' cannot be used with/],
  ['a script whose flags no verb has', ['mooncake-qa.py'], /expected confab run --trace FILE/],
  ['a missing scenario', ['run', 'nope.yaml'], /cannot read scenario nope\.yaml/],
  ['a malformed scenario', ['run', file('bad.yaml', 'a: [1\nb: }')], /bad\.yaml: not YAML.*line 2/],
  [
    'a scenario with four problems, told at once, with what is accepted',
    [
      ...['run', DEMO, '--set', 'enginne.gpu=a100', '--set', 'population.user=3'],
      ...['--set', 'population.arrivals.rate=3', '--set', 'stop.afterSec=soon'],
    ],
    /demo\.yaml: 4 problems/,
    /^ {2}enginne: unknown field \(did you mean engine\?\); accepted here: name, seed, target,/m,
    /^ {2}population\.user: unknown field \(did you mean population\.users\?\); accepted here: arr/m,
    /^ {2}population\.arrivals\.rate: unknown field; accepted here: process, usersPerSec/m,
    /^ {2}stop\.afterSec: found "soon"; expected a number of seconds, or a time such as 90s/m,
  ],
  [
    'a GPU that is not there',
    ['run', DEMO, '--set', 'engine.gpu=foo'],
    /engine\.gpu: found 'foo'; expected one of .*a100/,
  ],
  ['a scenario and --resume', ['run', DEMO, '--resume', folder], /expected one of them/],
  ['a folder without a run', ['report', folder], /no journal\.ndjson/],
  [
    'a CSV of something else',
    ['multi-round-qa', '--process-summary', file('other.csv', 'a,b\n1,2\n')],
    /other\.csv: line 1: found columns a, b; expected prompt_tokens/,
  ],
  [
    'a CSV with a word where a number belongs',
    ['multi-round-qa', '--process-summary', file('word.csv', `${CSV}\n1,2,x,4,5,6\n`)],
    /word\.csv: line 2, column ttft: found 'x'; expected a number/,
  ],
  [
    'an output folder that cannot be made',
    ['run', DEMO, '--output-dir', join(file('plain', ''), 'x')],
    /cannot make the run folder.*plain/,
  ],
  [
    'a CSV that could not be written at the end, before anything is sent',
    [...PS, '--output', 'no/such/folder.csv'],
    /output\.exports\.0\.file: found no\/such\/folder\.csv; expected a file in a folder that can be written/,
  ],
  ['a ShareGPT file that is not there', [...PS, '--sharegpt', 'missing.json'], /missing\.json/],
  [
    'missing flags, all named at once',
    ['multi-round-qa', '--num-users', '3'],
    /^ {2}--num-rounds: missing; expected /m,
    /^ {2}--qps: missing; expected /m,
    /^ {2}--base-url: missing; expected /m,
    /^ {2}--shared-system-prompt: missing; expected /m,
    /^ {2}--answer-len: missing; expected /m,
  ],
  [
    'flags of both arrival models',
    [...PS, '--user-lag', '1', '--max-output-len', '5'],
    /found --num-users, --answer-len, --user-lag, --max-output-len; expected --num-users with/,
  ],
  [
    'flags of neither arrival model',
    ['multi-round-qa', ...PS.slice(PS.indexOf('--num-rounds'))],
    /arrival model: missing; expected --num-users with --answer-len/,
  ],
])('exit code 2: %s', async (_name, args, ...says) => {
  const { code, stdout, stderr } = await confab(args);
  for (const pattern of says) expect(`${stdout}${stderr}`).toMatch(pattern);
  expect(stderr).not.toMatch(/has a bug|\n {4}at /);
  expect(code).toBe(2);
});

test('exit code 3: nothing listens there', async () => {
  const { code, stderr } = await confab(['run', DEMO, '--url', 'http://127.0.0.1:9']);
  expect(stderr).toContain('cannot reach http://127.0.0.1:9');
  expect(code).toBe(3);
});

test('exit code 0: help and version', async () => {
  const { version } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8'));
  expect(await confab(['--version'])).toMatchObject({ code: 0, stdout: `${version}\n` });
  const { code, stdout } = await confab(['run', '--help']);
  expect(code).toBe(0);
  expect(stdout).toContain('Usage: confab run');
});

test('the schema is JSON Schema, and the one that scenarios are checked with', async () => {
  const { code, stdout } = await confab(['schema']);
  expect(code).toBe(0);
  const schema = JSON.parse(stdout);
  expect(schema).toEqual(JSON.parse(JSON.stringify(scenarioJsonSchema())));
  expect(schema.$schema).toContain('json-schema.org');
  expect(schema).toMatchObject({ type: 'object', additionalProperties: false });
  expect(schema.required ?? []).toEqual([]);
});

test.skipIf(process.platform !== 'linux')(
  'a limit of open files below what is needed is named with both numbers, before anything is sent',
  () => {
    const limited = (files: number, ...args: string[]) =>
      spawnSync(
        'sh',
        ['-c', `ulimit -n ${files}; exec "$@"`, 'sh', process.execPath, MAIN, ...args],
        {
          encoding: 'utf8',
          cwd: freshFolder(),
        },
      );
    const closed = '--set=population.arrivals={process: closed, concurrency: 300}';
    const sets = [closed, '--set=population.users=300', '--set=conversation.text=hi'];
    const few = limited(256, 'run', '/dev/null', ...sets);
    expect(few.stderr).toMatch(
      /300 connections at the same time need 6\d\d open files, and this process may have 256/,
    );
    expect(few.status).toBe(2);
    const fewer = limited(40, 'run', '/dev/null');
    // Where Node needs them all to begin with, and where some are left.
    expect(fewer.stderr).toMatch(
      /^error: this client has too (few open files|little: [\s\S]*open files)[\s\S]* this process may have 40: raise its limit/m,
    );
    expect(fewer.status).toBe(2);
  },
);

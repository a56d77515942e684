import { readFileSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { deviation, mean, quantile } from 'd3-array';
import { beforeAll, describe, expect, test } from 'vitest';
import type { PrefixStats } from '../../src/workload/datasets/prefix-stats.ts';
import type { SessionStats } from '../../src/workload/datasets/session-stats.ts';
import { loadTokenizer, type Tokenizer } from '../../src/workload/tokenizer/tokenizer.ts';
import { confab } from '../support/confab.ts';
import { freshFolder } from '../support/folders.ts';

let gpt2: Tokenizer;
beforeAll(async () => {
  gpt2 = await loadTokenizer('gpt2');
});

interface Row {
  readonly prompt: string;
  readonly token_count: number;
  readonly prefix_group: number;
  readonly config_id: number;
}

async function made(command: string, ...args: string[]) {
  const cwd = freshFolder();
  const ended = await confab([...command.split(' '), ...args], { cwd });
  expect(ended).toMatchObject({ code: 0, stderr: '' });
  return {
    stdout: ended.stdout,
    text: (name = 'output.jsonl') => readFileSync(join(cwd, name), 'utf8'),
    rows: <T = Row>(name = 'output.jsonl'): T[] =>
      readFileSync(join(cwd, name), 'utf8')
        .trimEnd()
        .split('\n')
        .map((line) => JSON.parse(line)),
    stats: <T = PrefixStats>(name = 'output-stats.json'): T =>
      JSON.parse(readFileSync(join(cwd, name), 'utf8')),
  };
}

const sharedPrefix = (...args: string[]) => made('dataset shared-prefix', ...args);
const multiTurn = (...args: string[]) => made('dataset multi-turn', ...args);

function inCommon(a: readonly number[], b: readonly number[]): number {
  const same = a.findIndex((id, i) => id !== b[i]);
  return same < 0 ? a.length : same;
}

/** Token ids of all prompts by configuration and group. */
function groupsOf(rows: readonly Row[]): number[][][] {
  const groups = new Map<string, number[][]>();
  for (const { prompt, prefix_group, config_id } of rows) {
    const key = `${config_id}/${prefix_group}`;
    groups.set(key, [...(groups.get(key) ?? []), gpt2.encode(prompt)]);
  }
  return [...groups.values()];
}

const lowestInCommon = (ids: readonly number[][]) =>
  Math.min(...ids.map((of) => inCommon(of, ids[0]!)));

describe('001-1 prompts in groups that begin alike', () => {
  test('001-1 as many as asked, of the length asked, and each group begins with its share', async () => {
    const args = '--prompt-length 400 --shared 0.9 --samples 20 --prefixes 3 --seed 0'.split(' ');
    const { rows, stats } = await sharedPrefix(...args);
    const prompts = rows();
    expect(prompts).toHaveLength(60);
    const tokens = prompts.map(({ prompt }) => gpt2.count(prompt));
    expect(prompts.map(({ token_count }) => token_count)).toEqual(tokens);
    expect(Math.abs(mean(tokens)! / 400 - 1)).toBeLessThan(0.03);
    expect(Math.abs(deviation(tokens)! / 100 - 1)).toBeLessThan(0.1);
    const groups = groupsOf(prompts);
    expect(groups.map(({ length }) => length)).toEqual([20, 20, 20]);
    // Of every two, the shorter share; but for the end of a word, 0.9 of the shortest at least.
    for (const ids of groups) {
      const shortest = Math.min(...ids.map(({ length }) => length));
      expect(lowestInCommon(ids)).toBeGreaterThanOrEqual(0.85 * shortest);
    }
    const ofGroup = groups.map(lowestInCommon);
    expect(stats().config_stats[0]!.group_common_tokens_min).toBe(Math.min(...ofGroup));
  });

  test('001-1 without deviations: exact lengths, and groups that share all that was specified', async () => {
    const args = ['--prompt-length-std', '0', '--shared-std', '0', '--prompt-length', '400'];
    const { rows } = await sharedPrefix(...args, '--samples', '5', '--prefixes', '3');
    expect(rows().map(({ token_count }) => token_count)).toEqual(Array(15).fill(400));
    for (const ids of groupsOf(rows())) {
      expect(lowestInCommon(ids)).toBeGreaterThanOrEqual(360);
      expect(lowestInCommon(ids)).toBeLessThan(375);
    }
  });

  test.each([
    ['1', 1],
    ['0', 0],
  ])(
    '001-1 a share of %s: prompts of a group are alike, or have nothing in common',
    async (share, all) => {
      const args = ['--shared', share, '--shared-std', '0', '--samples', '4', '--prefixes', '2'];
      const { rows, stats } = await sharedPrefix(...args, '--prompt-length-std', '0');
      expect(new Set(rows().map(({ prompt }) => prompt)).size).toBe(all ? 2 : 8);
      expect(stats().overall_prefix_proportion).toBe(all);
      expect(stats().overall_sharing_ratio).toBe(all ? 0.75 : 0);
    },
  );

  test("001-1 AIBrix's own command line, with deviations that are no whole numbers", async () => {
    const cwd = freshFolder();
    const line =
      'generator.dataset_generator.synthetic_prefix_sharing_dataset --app-name programming --prompt-length 135 --prompt-length-std 17.5 --shared-proportion 0.85 --shared-proportion-std 0.13 --num-samples-per-prefix 10 --num-prefix 2 --randomize-order --output output.jsonl';
    const ended = await confab(line.split(' '), { cwd });
    expect(ended).toMatchObject({ code: 0, stderr: '' });
    expect(readFileSync(join(cwd, 'output.jsonl'), 'utf8').trim().split('\n')).toHaveLength(20);
    expect(ended.stdout).toContain('prompt tokens: asked 135 ± 17.5 (normal), made 13');
  });

  test('001-1 presets by name: the moments that Preble measured', async () => {
    const { stats } = await sharedPrefix('--preset', 'toolbench', '--samples', '30');
    const [config] = stats().config_stats;
    expect(Math.abs(config!.prompt_tokens.mean / 1835 - 1)).toBeLessThan(0.02);
    expect(Math.abs(config!.prompt_tokens.std! / 742 - 1)).toBeLessThan(0.05);
    expect(Math.abs(config!.shared_proportion.mean - 0.85)).toBeLessThan(0.01);
    expect(Math.abs(config!.shared_proportion.std! / 0.13 - 1)).toBeLessThan(0.1);
  });

  test('001-1 the same bytes for a seed, others for another', async () => {
    const args = ['--prompt-length', '50', '--samples', '5', '--prefixes', '2', '--seed'];
    const [a, b, c] = [
      await sharedPrefix(...args, '7'),
      await sharedPrefix(...args, '7'),
      await sharedPrefix(...args, '8'),
    ];
    expect(a.text()).toBe(b.text());
    expect(a.text('output-stats.json')).toBe(b.text('output-stats.json'));
    expect(a.text()).not.toBe(c.text());
  });
});

describe('001-2 several configurations', () => {
  test('001-2 by lists: each with its lengths, told by its number', async () => {
    const { rows, stats, stdout } = await sharedPrefix(
      ...'--num-configs 2 --prompt-length 60,200 --prompt-length-std 0,0 --samples 4,3'.split(' '),
      ...'--prefixes 2,1 --shared 0.5,0.25 --shared-std 0,0'.split(' '),
    );
    const tokens = rows().map(({ config_id, token_count }) => [config_id, token_count]);
    expect(tokens).toEqual([...Array(8).fill([0, 60]), ...Array(3).fill([1, 200])]);
    expect(stats().config_stats.map(({ num_requests }) => num_requests)).toEqual([8, 3]);
    expect(stdout).toContain('configuration 1, prompt tokens: asked 200 ± 0 (constant)');
    // No two groups of any configuration begin alike.
    const firsts = groupsOf(rows()).map(([ids]) => ids![0]);
    expect(new Set(firsts).size).toBe(3);
  });

  test.each([
    [['--prompt-length', '60,200', '--shared', '0.5,0.2,0.1']],
    [['--num-configs', '3', '--prompt-length', '60,200']],
    [['--preset', 'toolbench,loogle', '--samples', '1,2,3']],
  ])('001-2 lists of different lengths are refused: %j', async (args) => {
    const ended = await confab(['dataset', 'shared-prefix', ...args], { cwd: freshFolder() });
    expect(ended.code).toBe(2);
    expect(ended.stderr).toMatch(/found configurations: .*2.*3|3.*2/);
    expect(ended.stderr).toContain('expected as many in each');
  });

  test.each([
    [['--prompt-length', '0'], "Found '0'; expected a number of at least 1"],
    [['--samples', '2.5'], "Found '2.5'; expected a whole number of at least 1"],
    [['--prompt-length-std', 'x'], "Found 'x'; expected a number of at least 0"],
    [['--shared', '1.5'], '--shared-proportion: found 1.5; expected a share from 0 to 1'],
    [['--shared', '0.97', '--shared-std', '0.3'], 'expected one below 0.1706'],
    [['--preset', 'x'], "Found 'x'; expected toolbench, embodied-agent"],
    [['--text-file', '/nowhere'], '--text-file: cannot read text /nowhere'],
  ])('what cannot be is refused: %j', async (args, problem) => {
    const ended = await confab(['dataset', 'shared-prefix', ...args], { cwd: freshFolder() });
    expect(ended).toMatchObject({ code: 2, stdout: '' });
    expect(ended.stderr).toContain(problem);
  });
});

interface Entry {
  readonly timestamp: number;
  readonly requests: readonly { prompt: string; prompt_length: number; output_length: null }[];
}

const SMALL = [
  '--prompt-length',
  '30',
  '--prompt-length-std',
  '3',
  '--samples',
  '100',
  '--prefixes',
  '4',
];

describe('001-3 a workload at once', () => {
  test('001-3 Poisson arrivals, whole milliseconds, in order; statistics beside it', async () => {
    const { rows, stats } = await sharedPrefix(...SMALL, '--to-workload', '--rps', '20');
    const entries = rows<Entry>();
    const times = entries.flatMap(({ timestamp, requests }) => requests.map(() => timestamp));
    expect(times).toHaveLength(400);
    expect(times).toEqual([...times].sort((a, b) => a - b));
    expect(times.every(Number.isInteger)).toBe(true);
    expect(new Set(entries.map(({ timestamp }) => timestamp)).size).toBe(entries.length);
    const gaps = times.slice(1).map((time, i) => time - times[i]!);
    // 400 exponential gaps of 50 ms: mean and deviation within four standard errors.
    expect(Math.abs(mean(gaps)! / 50 - 1)).toBeLessThan(0.2);
    expect(Math.abs(deviation(gaps)! / 50 - 1)).toBeLessThan(0.3);
    const [request] = entries[0]!.requests;
    expect(request).toMatchObject({ output_length: null, prefix_group: 0, config_id: 0 });
    expect(request!.prompt_length).toBe(gpt2.count(request!.prompt));
    const saved = stats('app-prefix-share-workload-p27-s2-rps20-stats.json');
    expect(saved).toMatchObject({ num_requests: 400, rps: 20, randomize_order: false });
    expect(saved.overall_sharing_ratio).toBeGreaterThan(0.8);
    expect(saved.config_stats[0]).toMatchObject({ start_time: times[0], end_time: times.at(-1) });
  });

  test('001-3 several configurations are all there; without a rate it is refused', async () => {
    const lists = '--prompt-length 20,40 --samples 3,4 --prefixes 1,2'.split(' ');
    const { rows } = await sharedPrefix(...lists, '--to-workload', '--rps', '0.5');
    expect(rows<Entry>().flatMap(({ requests }) => requests)).toHaveLength(11);
    const ended = await confab(['dataset', 'shared-prefix', '--to-workload'], {
      cwd: freshFolder(),
    });
    expect(ended.code).toBe(2);
    expect(ended.stderr).toContain('--rps: found 0; expected requests per second above 0');
  });
});

test('001-4 groups are mixed at random, and nothing else changes', async () => {
  const plain = (await sharedPrefix(...SMALL)).rows();
  const mixed = (await sharedPrefix(...SMALL, '--randomize-order')).rows();
  const groups = mixed.map(({ prefix_group }) => prefix_group);
  expect(plain.map(({ prefix_group }) => prefix_group)).toEqual(groups.toSorted());
  // Of neighbours drawn at random one in four is of the same group.
  const same = groups.filter((group, i) => group === groups[i + 1]).length;
  expect(same / groups.length).toBeGreaterThan(0.15);
  expect(same / groups.length).toBeLessThan(0.35);
  const inOrder = (rows: readonly Row[]) => rows.map((row) => JSON.stringify(row)).sort();
  expect(inOrder(mixed)).toEqual(inOrder(plain));
});

interface Session {
  readonly session_id: number;
  readonly prompts: readonly string[];
}

describe('001-5 sessions of prompts', () => {
  const flags =
    '--prompt-length-mean 100 --prompt-length-std 10 --num-turns-mean 10.0 --num-turns-std 1.0 --num-sessions-mean 30 --num-sessions-std 0';

  test('001-5 lengths and turns have the moments asked for, and all begin with one text', async () => {
    const args = [...flags.split(' '), '--shared-prefix-len', '64'];
    const { rows, stats } = await made('multiturn_prefix_sharing_dataset.py', ...args);
    const sessions = rows<Session>();
    expect(sessions.map(({ session_id }) => session_id)).toEqual([...sessions.keys()]);
    expect(sessions).toHaveLength(30);
    const turns = sessions.map(({ prompts }) => prompts.length);
    expect(Math.abs(mean(turns)! - 10)).toBeLessThan(0.3);
    const counts = sessions.flatMap(({ prompts }) =>
      prompts.map((prompt, turn) => gpt2.count(prompt) - (turn ? 0 : 64)),
    );
    expect(Math.abs(mean(counts)! / 100 - 1)).toBeLessThan(0.02);
    expect(Math.abs(deviation(counts)! / 10 - 1)).toBeLessThan(0.25);
    const firsts = sessions.map(({ prompts }) => gpt2.encode(prompts[0]!));
    expect(lowestInCommon(firsts)).toBe(64);
    expect(stats<SessionStats>().shared_prefix_tokens).toBe(64);
    expect(stats<SessionStats>().prompt_length_distribution).toBe('Pareto');
  });

  test('001-5 a data set has a session, whatever is drawn', async () => {
    for (const seed of ['0', '1', '2']) {
      const args = [
        '--num-sessions-mean',
        '1.5',
        '--num-sessions-std',
        '8',
        '--turns',
        '1',
        '--turns-std',
        '0',
      ];
      const { rows } = await multiTurn(...args, '--seed', seed);
      expect(rows<Session>().length).toBeGreaterThan(0);
      expect(rows<Session>().every(({ prompts }) => prompts.length === 1)).toBe(true);
    }
  });

  test('001-5 a heavy tail is drawn from a lognormal, and that is said', async () => {
    const { stdout } = await multiTurn('--prompt-length', '80', '--prompt-length-std', '472');
    expect(stdout).toContain('prompt tokens: asked 80 ± 472 (lognormal), made');
  });
});

test('001-6 sharing ratio and percentiles are those of the texts, printed and saved', async () => {
  const shared = await sharedPrefix('--prompt-length', '80', '--samples', '6', '--prefixes', '3');
  const ids = shared.rows().map(({ prompt }) => gpt2.encode(prompt));
  const tokens = ids.map(({ length }) => length);
  const all = tokens.reduce((sum, count) => sum + count, 0);
  const repeated = ids.map((of, i) =>
    Math.max(0, ...ids.slice(0, i).map((other) => inCommon(of, other))),
  );
  const ratio = repeated.reduce((sum, count) => sum + count, 0) / all;
  const stats = shared.stats();
  expect(stats.overall_sharing_ratio).toBeCloseTo(ratio, 12);
  expect(stats).toMatchObject({ num_tokens: all, num_requests: 18 });
  const percent = `earlier prompt begins with too: ${(100 * ratio).toFixed(1)} %`;
  expect(shared.stdout).toContain(percent);
  for (const share of [10, 25, 50, 75, 90, 95, 99]) {
    const value = stats.prompt_tokens[`p${share}` as 'p50'];
    expect(value).toBeCloseTo(quantile(tokens, share / 100)!, 9);
    expect(shared.stdout).toContain(` ${share}%`);
  }

  const sessioned = await multiTurn('--turns', '4', '--turns-std', '2', '--sessions', '25');
  const turns = sessioned.rows<Session>().map(({ prompts }) => prompts.length);
  expect(sessioned.stats<SessionStats>().turns.p75).toBe(quantile(turns, 0.75));
  expect(sessioned.stdout).toMatch(/^ {2}turns {2,}\d/m);
});

describe('001-44 data sets are fetched on demand', () => {
  test('001-44 without a network: a clear error, and no file', async () => {
    const cwd = freshFolder();
    const args = [
      'dataset',
      'download',
      'sharegpt',
      '--url',
      'http://127.0.0.1:1/x',
      '--output',
      'x.json',
    ];
    const ended = await confab(args, { cwd });
    expect(ended).toMatchObject({ code: 2, stdout: '' });
    expect(ended.stderr).toContain('error: cannot fetch sharegpt from http://127.0.0.1:1/x: ');
    expect(ended.stderr).toContain('  curl -L -o x.json http://127.0.0.1:1/x');
    expect(() => readFileSync(join(cwd, 'x.json'))).toThrow();
  });

  test('001-44 from a mirror, as it is', async () => {
    const server = createServer((request, response) => {
      response.statusCode = request.url === '/x' ? 200 : 404;
      response.end('[1]');
    });
    await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
    const { port } = server.address() as AddressInfo;
    const cwd = freshFolder();
    const get = (path: string) => {
      const url = `http://127.0.0.1:${port}/${path}`;
      return confab(['dataset', 'download', 'azure-conv', '--url', url], { cwd });
    };
    const missing = await get('y');
    expect(missing.stderr).toContain('HTTP 404');
    const ended = await get('x');
    server.closeAllConnections();
    server.close();
    expect(ended.code).toBe(0);
    expect(readFileSync(join(cwd, 'AzureLLMInferenceTrace_conv.csv'), 'utf8')).toBe('[1]');
  });

  test('001-44 a file that is there stays', async () => {
    const cwd = freshFolder();
    writeFileSync(join(cwd, 'x.json'), 'mine');
    const args = [
      'dataset',
      'download',
      'sharegpt',
      '--url',
      'http://127.0.0.1:1/x',
      '--output',
      'x.json',
    ];
    const ended = await confab(args, { cwd });
    expect(ended.code).toBe(2);
    expect(ended.stderr).toContain(
      'x.json is there already; expected another --output, or --force',
    );
  });
});

test('more than can be made at once, and files on top of each other, are refused', async () => {
  const refused = async (...args: string[]) => {
    const { code, stderr } = await confab(['dataset', ...args]);
    expect(code).toBe(2);
    return stderr;
  };
  expect(await refused('multi-turn', '--turns', '1e9')).toMatch(/expected at most 200 million/);
  expect(await refused('shared-prefix', '--prompt-length', '1e9')).toMatch(/at most 200 million/);
  expect(await refused('multi-turn', '--stats', 'output.jsonl')).toMatch(/which is --output/);
});

test('one session has nothing in common with others', async () => {
  const { stdout } = await made('dataset multi-turn', '--sessions', '1');
  expect(stdout).toContain('all sessions begin with 0 tokens: asked 0');
});

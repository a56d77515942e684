import { spawnSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { confab, csvOf, type Ended } from '../support/confab.ts';
import { freshFolder } from '../support/folders.ts';
import { type LoggingServer, startLoggingServer } from '../support/logging-server.ts';
import { titled } from '../support/needs.ts';

/** The columns of production-stack's script, in its order. */
const THEIRS =
  'prompt_tokens,generation_tokens,ttft,generation_time,user_id,question_id,launch_time,finish_time';

/** The numbers of the summary by their names. */
function numbersOf(text: string): Record<string, number> {
  const start = text.lastIndexOf('= Performance summary =');
  const lines = text.slice(start).matchAll(/^ {2}([^:\n]+): (-?[\d.]+)/gm);
  return Object.fromEntries([...lines].map(([, name, value]) => [name!, Number(value)]));
}

describe('M-24 --process-summary', () => {
  // Two requests of 2 s and 3 s over 4 s, 100 + 300 tokens in, 20 + 60 out, TTFT 0.5 s and 1 s.
  const shapes: Record<string, string[]> = {
    'production-stack': [
      THEIRS,
      '100,20,0.5,1.5,1,1,1700000000.0,1700000002.0',
      '300,60,1.0,2.0,2,1,1700000001.0,1700000004.0',
    ],
    'the fork': [
      `${THEIRS},ttlt,itls`,
      '100,20,0.5,1.5,1,0,1700000000.0,1700000002.0,2.0,[]',
      '300,60,1.0,2.0,2,0,1700000001.0,1700000004.0,3.0,[]',
    ],
    'LMBenchmark without users, with an index column, in Windows lines': [
      ',prompt_tokens,generation_tokens,ttft,generation_time,launch_time,finish_time\r',
      '0,100,20,0.5,1.5,1700000000.0,1700000002.0\r',
      '1,300,60,1.0,2.0,1700000001.0,1700000004.0\r',
    ],
  };
  test.each(Object.entries(shapes))('M-24 a CSV of %s', async (_name, lines) => {
    const path = join(freshFolder(), 'theirs.csv');
    writeFileSync(path, `${lines.join('\n')}\n`);
    const { code, stdout } = await confab(['multi-round-qa', '--process-summary', path]);
    expect(code).toBe(0);
    expect(numbersOf(stdout)).toEqual({
      QPS: 0,
      'Actual QPS': 0.5,
      'Processing speed': 0.5,
      'Requests on-the-fly': 0,
      'Input tokens per second': 100,
      'Output tokens per second': 20,
      // (20 / 1.5 + 60 / 2) / 2
      'Average generation throughput (per request)': 21.6667,
      'Average TTFT': 0.75,
    });
    expect(stdout).toContain('Time range: 1700000000 - 1700000004 (4.00s)');
  });

  test('M-24 a CSV without a row', async () => {
    const path = join(freshFolder(), 'empty.csv');
    writeFileSync(path, `${THEIRS}\n`);
    const { code, stdout } = await confab(['multi-round-qa', '--process-summary', path]);
    expect(code).toBe(0);
    expect(stdout).not.toMatch(/NaN|Infinity|-\d/);
  });
});

describe('M-23, M-25 a run and its CSV', () => {
  let server: LoggingServer;
  let ended: Ended;
  const cwd = freshFolder();

  beforeAll(async () => {
    server = await startLoggingServer({ reply: () => ({ ttftMs: 30, tokens: 4, tokenMs: 10 }) });
    // A request every 0.7 s, and a summary every 0.2 s: there are windows without any.
    ended = await confab(
      [
        ...[
          'multi-round-qa',
          '--user-lag',
          '0.7',
          '--num-rounds',
          '3',
          '--qps',
          '0.5',
          '--time',
          '2',
        ],
        ...['--max-output-len', '4', '--shared-system-prompt', '1', '--user-history-prompt', '1'],
        ...['--text', 'hi', '--base-url', server.url, '--log-interval', '0.2', '--seed', '3'],
      ],
      { cwd },
    );
  });
  afterAll(() => server.close());

  test('M-23 the columns begin with theirs, in seconds', () => {
    const rows = csvOf(join(cwd, 'summary.csv'));
    expect(rows.length).toBeGreaterThan(1);
    expect(Object.keys(rows[0]!).join(',')).toMatch(new RegExp(`^${THEIRS},ttlt,`));
    const now = Date.now() / 1000;
    let launchedBefore = 0;
    for (const row of rows) {
      const value = (name: string) => Number(row[name]);
      expect(row['generation_tokens']).toBe('4');
      expect(value('ttft')).toBeGreaterThan(0.025);
      expect(value('generation_time')).toBeGreaterThan(0.02);
      expect(value('finish_time') - value('launch_time')).toBeCloseTo(
        value('ttft') + value('generation_time'),
        4,
      );
      expect(value('question_id')).toBeGreaterThan(0);
      expect(now - value('launch_time')).toBeLessThan(3600);
      expect(value('launch_time')).toBeGreaterThanOrEqual(launchedBefore);
      launchedBefore = value('launch_time');
    }
  });

  test('M-24 --process-summary of our CSV repeats what the run has printed', async () => {
    const again = await confab(['multi-round-qa', '--process-summary', join(cwd, 'summary.csv')]);
    const printed = numbersOf(ended.stdout);
    expect(printed['QPS']).toBe(0.5);
    const { QPS: _, 'Failed requests': failed, ...rest } = printed;
    expect(failed).toBe(0);
    const { QPS: __, ...read } = numbersOf(again.stdout);
    expect(Object.keys(read)).toEqual(Object.keys(rest));
    for (const [name, value] of Object.entries(rest)) expect(read[name]).toBeCloseTo(value, 2);
  });

  const hasPandas = spawnSync('python3', ['-c', 'import pandas']).status === 0;
  const why = hasPandas ? undefined : 'python3 has no pandas';
  test.skipIf(why)(titled('M-23 pandas reads it, as their script does', why), () => {
    const script = `import pandas, sys
frame = pandas.read_csv(sys.argv[1])
print(len(frame), frame["ttft"].mean(), frame["launch_time"].dtype, frame["user_id"].dtype)`;
    const { stdout, status } = spawnSync('python3', ['-c', script, join(cwd, 'summary.csv')], {
      encoding: 'utf8',
    });
    expect(status).toBe(0);
    const rows = csvOf(join(cwd, 'summary.csv'));
    const mean = rows.reduce((sum, row) => sum + Number(row['ttft']), 0) / rows.length;
    const [count, ttft, launch, user] = stdout.trim().split(' ');
    expect([count, launch, user]).toEqual([String(rows.length), 'float64', 'int64']);
    expect(Number(ttft)).toBeCloseTo(mean, 6);
  });

  test('M-25 a summary every interval, with the rate asked for and the actual one, never NaN or negative', () => {
    const blocks = ended.stderr.split('= Performance summary =').slice(1);
    expect(blocks.length).toBeGreaterThan(4);
    const idle = blocks.filter((block) => /Processing speed: 0\.0000/.test(block));
    expect(idle.length).toBeGreaterThan(0);
    for (const block of blocks) {
      expect(block).toContain('QPS: 0.5000 reqs/s (configured)');
      expect(block).toMatch(/Actual QPS: \d+\.\d{4} reqs\/s/);
      expect(block).toMatch(/Requests on-the-fly: \d+/);
      expect(block).not.toMatch(/NaN|Infinity|undefined|: -\d/);
    }
    for (const block of idle) expect(block).toContain('Average TTFT: -s');
  });
});

import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import type { WorkloadEntry, WorkloadRequest } from '../../src/workload/timed/entry.ts';
import { loadTokenizer } from '../../src/workload/tokenizer/tokenizer.ts';
import { confab } from '../support/confab.ts';
import { freshFolder } from '../support/folders.ts';
import { absent, sharedFile, titled } from '../support/needs.ts';

const AIBRIX = sharedFile('data/upstream/aibrix');
const upstream = (name: string) => join(AIBRIX, name);
const AZURE = sharedFile('data/traces/azure2023_conv.csv');
const MOONCAKE = sharedFile('data/traces/mooncake_conversation_trace.jsonl');
const NO_DATA = absent(AIBRIX, AZURE, MOONCAKE);

interface Made {
  readonly cwd: string;
  readonly text: string;
  readonly stdout: string;
  readonly stderr: string;
  readonly entries: readonly WorkloadEntry[];
  readonly requests: readonly (WorkloadRequest & { readonly atMs: number })[];
}

/** Runs the command in a folder of its own; without pictures, which take longer than all the rest. */
async function made(
  args: readonly string[],
  verb: readonly string[] = ['workload'],
): Promise<Made> {
  const cwd = freshFolder();
  const { code, stdout, stderr } = await confab([...verb, ...args, '--no-figures'], { cwd });
  expect(code, stderr).toBe(0);
  const text = readFileSync(join(cwd, 'output/workload.jsonl'), 'utf8');
  const entries = entriesOf(text);
  return { cwd, text, stdout, stderr, entries, requests: requestsOf(entries) };
}

const entriesOf = (text: string): WorkloadEntry[] =>
  text
    .split('\n')
    .filter(Boolean)
    .map((line) => JSON.parse(line));

const requestsOf = (entries: readonly WorkloadEntry[]) =>
  entries.flatMap(({ timestamp: atMs, requests }) => requests.map((one) => ({ ...one, atMs })));

/** What AIBrix's own generator made: times, and lengths of what came then. */
function theirs(name: string) {
  const entries: [number, [number, number, number?][]][] = JSON.parse(
    readFileSync(upstream(`${name}.lengths.json`), 'utf8'),
  );
  return entries.flatMap(([atMs, requests]) =>
    requests.map(([input, output, session]) => ({ atMs, input, output, session })),
  );
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

/** Two Poisson counts over the same time do not differ by more than 4 sigma. */
function expectAlike(ours: number, other: number): void {
  expect(Math.abs(ours - other)).toBeLessThan(4 * Math.sqrt(ours + other));
}

const inPart = (times: readonly { atMs: number }[], from: number, to: number) =>
  times.filter(({ atMs }) => atMs >= from && atMs < to).length;

const IN_AIBRIX = ['generator.workload_generator.workload_generator'];

describe(titled("as AIBrix's own generator", NO_DATA), () => {
  const prompts = ['--prompt-file', upstream('prompts.jsonl'), '--interval-ms', '1000'];

  test.skipIf(NO_DATA)(
    '001-11 constant: as many requests, of the same prompts, in any order',
    async () => {
      const ours = await made(
        [...prompts, '--duration-ms', '30000', '--target-qps', '2', '--trace-type', 'constant'],
        IN_AIBRIX,
      );
      const other = theirs('constant');
      expectAlike(ours.requests.length, other.length);
      expect(ours.requests.at(-1)!.atMs).toBeLessThan(30_000);
      const lengths = new Set(
        readFileSync(upstream('prompts.jsonl'), 'utf8')
          .split('\n')
          .map((line) => line && JSON.parse(line).prompt),
      );
      expect(ours.requests.every(({ prompt }) => lengths.has(prompt))).toBe(true);
      // All 60 come before any comes again, as theirs do.
      expect(new Set(ours.requests.slice(0, 60).map(({ prompt }) => prompt)).size).toBe(
        Math.min(60, ours.requests.length),
      );
      const known = new Set(other.map(({ input, output }) => `${input} ${output}`));
      expect(
        ours.requests.every((one) => known.has(`${one.prompt_length} ${one.output_length}`)),
      ).toBe(true);
    },
  );

  test.skipIf(NO_DATA).each(['slight_fluctuation', 'severe_fluctuation'])(
    '001-12 %s: the rate goes up and down as theirs does',
    async (preset) => {
      const ours = await made(
        [
          ...prompts,
          '--duration-ms',
          '120000',
          '--trace-type',
          'synthetic',
          '--traffic-pattern',
          preset,
        ],
        IN_AIBRIX,
      );
      const other = theirs(`syn-${preset}`);
      expectAlike(ours.requests.length, other.length);
      // Of the rising and of the falling half of each cycle.
      const cycleMs = preset === 'slight_fluctuation' ? 120_000 : 10_000;
      const isHigh = ({ atMs }: { atMs: number }) => atMs % cycleMs < cycleMs / 2;
      expectAlike(ours.requests.filter(isHigh).length, other.filter(isHigh).length);
    },
  );

  test.skipIf(NO_DATA)(
    'lengths that are nearest are of the prompts that theirs are of',
    async () => {
      const curve = (name: string, settings: object) => {
        const file = join(freshFolder(), name);
        writeFileSync(
          file,
          JSON.stringify({ noise: 0.1, period_len_ms: 300_000, only_rise: false, ...settings }),
        );
        return file;
      };
      const ours = await made([
        ...prompts,
        ...['--duration-ms', '120000', '--type', 'synthetic', '--lengths', 'nearest'],
        ...['--traffic-pattern-config', curve('traffic.json', { fluctuate: 2, mean: 6 })],
        ...['--prompt-len-pattern-config', curve('prompt.json', { fluctuate: 15, mean: 309 })],
        ...[
          '--completion-len-pattern-config',
          curve('completion.json', { fluctuate: 8, mean: 169 }),
        ],
      ]);
      const other = theirs('syn-config');
      expectAlike(ours.requests.length, other.length);
      const ofOurs = new Set(
        ours.requests.map((one) => `${one.prompt_length} ${one.output_length}`),
      );
      expect([...ofOurs].sort()).toEqual(
        [...new Set(other.map(({ input, output }) => `${input} ${output}`))].sort(),
      );
      expect(
        mean(ours.requests.map((one) => one.prompt_length)) / mean(other.map(({ input }) => input)),
      ).toBeCloseTo(1, 1);
    },
  );

  test.skipIf(NO_DATA)('001-23 sessions follow each other, turn by turn', async () => {
    const ours = await made([
      ...[
        '--prompt-file',
        upstream('sessions.jsonl'),
        '--duration-ms',
        '20000',
        '--target-qps',
        '1',
      ],
      ...['--trace-type', 'constant'],
    ]);
    const other = theirs('constant-sessions');
    expectAlike(ours.requests.length, other.length);
    const both = Math.min(ours.requests.length, other.length);
    // One at a time, in the order of the file: nothing is left to chance.
    expect(ours.requests.slice(0, both).map((one) => [one.session_id, one.prompt_length])).toEqual(
      other.slice(0, both).map(({ session, input }) => [session, input]),
    );
  });

  test.skipIf(NO_DATA)(
    '001-21 azure: 191 requests in the first minute, with the lengths of the trace',
    async () => {
      const own = readFileSync(AZURE, 'utf8')
        .split('\r\n')
        .slice(1, 192)
        .map((line) => line.split(',').slice(1).map(Number));
      for (const file of [prompts, []]) {
        const ours = await made([
          ...file,
          '--traffic-file',
          AZURE,
          '--duration-ms',
          '60000',
          '--trace-type',
          'azure',
        ]);
        expect(ours.requests.map((one) => [one.prompt_length, one.output_length])).toEqual(own);
        expect(new Set(ours.requests.map(({ atMs }) => atMs % 1000))).toEqual(new Set([0]));
      }
      const { requests } = await made([
        ...[
          '--traffic-file',
          AZURE,
          '--duration',
          '60s',
          '--type',
          'azure',
          '--group-interval-seconds',
          '5',
        ],
      ]);
      expect(new Set(requests.map(({ atMs }) => atMs % 5000))).toEqual(new Set([0]));
      // What theirs has in whole seconds, as far as both go: their bin of the last one is of the next minute.
      const other = theirs('azure').filter(({ atMs }) => atMs < 60_000);
      expect(other).toHaveLength(191);
      for (let at = 0; at < 60_000; at += 5000) {
        expect(inPart(requests, at, at + 5000)).toBe(inPart(other, at, at + 5000));
      }
    },
  );

  test.skipIf(NO_DATA)(
    '001-22 mooncake: the 166 requests of the first minute, as long as the trace says',
    async () => {
      const ours = await made([
        '--traffic-file',
        MOONCAKE,
        '--duration-ms',
        '60000',
        '--trace-type',
        'mooncake',
      ]);
      const rows = readFileSync(MOONCAKE, 'utf8')
        .split('\n')
        .slice(0, 166)
        .map((line) => JSON.parse(line));
      expect(
        ours.requests.map(({ atMs, prompt_length, output_length }) => [
          atMs,
          prompt_length,
          output_length,
        ]),
      ).toEqual(rows.map((row) => [row.timestamp, row.input_length, row.output_length]));
      const other = theirs('mooncake');
      expect(ours.requests.map(({ atMs, output_length }) => [atMs, output_length])).toEqual(
        other.map(({ atMs, output }) => [atMs, output]),
      );
      expect(ours.entries).toHaveLength(21);
      // Two whose first blocks are the same begin alike that far, and go on differently.
      const shared = (a: number, b: number) => {
        let length = 0;
        while (rows[a].hash_ids[length] === rows[b].hash_ids[length]) length++;
        return length * 512;
      };
      const gpt2 = await loadTokenizer('gpt2');
      const ids = [0, 1].map((i) => gpt2.encode(ours.requests[i]!.prompt));
      expect(ids.map((one) => one.length)).toEqual([rows[0].input_length, rows[1].input_length]);
      const common = ids[0]!.findIndex((id, i) => id !== ids[1]![i]);
      expect(common).toBe(shared(0, 1));
    },
  );

  test.skipIf(NO_DATA)(
    '001-17 maas, where theirs breaks down: the rates and percentiles of the files',
    async () => {
      const ours = await made([
        ...['--trace-type', 'stat', '--stat-trace-type', 'maas', '--duration-ms', '60000'],
        ...[
          '--traffic-file',
          upstream('maas-traffic.csv'),
          '--prompt-len-file',
          upstream('maas-prompt.csv'),
        ],
        ...['--completion-len-file', upstream('maas-completion.csv'), '--qps-scale', '10'],
      ]);
      expectAlike(ours.requests.length, 348);
      const sorted = ours.requests.map((one) => one.prompt_length).sort((a, b) => a - b);
      for (const [share, tokens] of [
        [0.5, 60],
        [0.7, 110],
        [0.9, 220],
        [0.99, 400],
      ] as const) {
        const found = sorted[Math.ceil(share * sorted.length) - 1]!;
        expect(Math.abs(found / tokens - 1)).toBeLessThan(0.1);
      }
    },
  );

  test.skipIf(NO_DATA)(
    '001-19 cloudide, where theirs breaks down: bytes of a request for its tokens',
    async () => {
      const ours = await made([
        ...['--trace-type', 'stat', '--stat-trace-type', 'cloudide', '--duration-ms', '360000'],
        ...[
          '--traffic-file',
          upstream('ide-traffic.csv'),
          '--prompt-len-file',
          upstream('ide-len.csv'),
        ],
        ...['--completion-len-file', upstream('ide-len.csv')],
      ]);
      expectAlike(ours.requests.length, 720);
      const ofMinute = (minute: number) =>
        ours.requests.filter(({ atMs }) => Math.floor(atMs / 60_000) === minute);
      expect(
        new Set(ofMinute(0).map((one) => `${one.prompt_length} ${one.output_length}`)),
      ).toEqual(new Set(['400 200']));
      expect(
        new Set(ofMinute(1).map((one) => `${one.prompt_length} ${one.output_length}`)),
      ).toEqual(new Set(['225 105']));
    },
  );
});

describe('lengths that are asked for', () => {
  test('001-11 constant: exactly so, as the tokenizer counts them', async () => {
    const { requests } = await made([
      ...['--type', 'constant', '--qps', '0.5', '--duration', '100s', '--prompt-len', '37'],
      ...['--completion-len', '9'],
    ]);
    expectAlike(requests.length, 50);
    const gpt2 = await loadTokenizer('gpt2');
    for (const { prompt, prompt_length, output_length } of requests) {
      expect([prompt_length, output_length, gpt2.count(prompt)]).toEqual([37, 9, 37]);
    }
    expect(new Set(requests.map(({ prompt }) => prompt.split(' ')[0])).size).toBe(requests.length);
  });

  test('of prompts of a file: the text begins as one of them, cut or gone on with', async () => {
    const file = join(freshFolder(), 'prompts.jsonl');
    const words = 'The quick brown fox jumps over the lazy dog again and again, day after day.';
    writeFileSync(file, `${JSON.stringify({ prompt: words })}\n`);
    const { requests } = await made([
      ...[
        '--type',
        'synthetic',
        '--traffic-pattern',
        'constant',
        '--qps',
        '1',
        '--duration',
        '20s',
      ],
      ...[
        '--prompt-len',
        '16',
        '--prompt-len-pattern',
        'severe_fluctuation',
        '--prompt-file',
        file,
      ],
    ]);
    const gpt2 = await loadTokenizer('gpt2');
    const lengths = new Set(requests.map(({ prompt_length }) => prompt_length));
    expect(lengths.size).toBeGreaterThan(5);
    for (const { prompt, prompt_length } of requests) {
      expect(gpt2.count(prompt)).toBe(prompt_length);
      expect(prompt.startsWith('The quick brown fox')).toBe(true);
    }
  });

  test.each(['quick_rising', 'slow_rising'])(
    '001-13 %s: prompts and answers grow, and never shrink',
    async (preset) => {
      const { requests } = await made([
        ...[
          '--type',
          'synthetic',
          '--traffic-pattern',
          'constant',
          '--qps',
          '5',
          '--duration',
          '20s',
        ],
        ...[
          '--prompt-len',
          '40',
          '--prompt-len-pattern',
          preset,
          '--completion-len-pattern',
          preset,
        ],
        ...['--completion-len', '80'],
      ]);
      for (const [name, low] of [
        ['prompt_length', 40],
        ['output_length', 80],
      ] as const) {
        const lengths = requests.map((one) => one[name]!);
        expect(lengths).toEqual(lengths.toSorted((a, b) => a - b));
        expect(lengths[0]).toBeGreaterThanOrEqual(low);
        expect(lengths.at(-1)! / low).toBeCloseTo(1.5, 1);
      }
    },
  );
});

describe('time', () => {
  test.each(['500', '1000', '2000'])(
    '001-16 an interval of %s ms keeps duration and curve',
    async (interval) => {
      const { requests } = await made([
        ...['--type', 'synthetic', '--traffic-pattern', 'severe_fluctuation', '--qps', '10'],
        ...['--duration-ms', '240000', '--interval-ms', interval, '--prompt-len', '1'],
      ]);
      expectAlike(requests.length, 2400);
      expect(requests.at(-1)!.atMs).toBeGreaterThan(235_000);
      expect(requests.at(-1)!.atMs).toBeLessThan(240_000);
      // 10 (1 +- 1 / pi) in the halves of each of twelve cycles.
      const high = requests.filter(({ atMs }) => atMs % 20_000 < 10_000).length;
      expectAlike(high, 1200 * (1 + 1 / Math.PI));
    },
  );

  test('001-20 --qps-scale divides as --rate-factor multiplies; both at once are too many', async () => {
    const constant = [
      '--type',
      'constant',
      '--qps',
      '20',
      '--duration',
      '20s',
      '--prompt-len',
      '10',
    ];
    const divided = await made([
      ...constant,
      '--qps-scale',
      '10',
      '--input-scale',
      '2',
      '--seed',
      '4',
    ]);
    const multiplied = await made([
      ...constant,
      '--rate-factor',
      '0.1',
      '--prompt-factor',
      '0.5',
      '--seed',
      '4',
    ]);
    expect(divided.text).toBe(multiplied.text);
    expectAlike(divided.requests.length, 40);
    expect(divided.requests[0]!.prompt_length).toBe(5);
    const both = await confab(['workload', ...constant, '--rate-factor', '2', '--qps-scale', '2']);
    expect(both).toMatchObject({ code: 2 });
    expect(both.stderr).toMatch(/--rate-factor.*cannot be used with.*--qps-scale/);
  });

  test('a seed writes the same file, and another one another', async () => {
    const args = ['--type', 'constant', '--duration', '5s', '--qps', '3', '--prompt-len', '8'];
    const [first, again, other] = [
      await made([...args, '--seed', 'a']),
      await made([...args, '--seed', 'a']),
      await made([...args, '--seed', 'b']),
    ];
    expect(again.text).toBe(first.text);
    expect(other.text).not.toBe(first.text);
  });
});

describe('what is wrong with an input', () => {
  test.each([
    'workload --type azure --traffic-file no.csv --output-dir made/here',
    'workload --type mooncake --traffic-file late.jsonl --output-dir made/here',
    'workload --type constant --prompt-file no.jsonl --output-dir made/here',
    'workload concat no.jsonl --output made/here/x.jsonl',
    'workload merge late.jsonl --output made/here/x.jsonl',
    'dataset multi-turn --text-file no.txt --output made/here/x.jsonl',
    'convert no.json made/here/x.json',
    'trace convert late.jsonl made/here/ --to kv-cache-tester',
    'trace anonymise late.jsonl made/here/x.jsonl',
    'trace slice late.jsonl made/here/x.jsonl --limit 1',
    'analyze late.jsonl --output made/here',
    'replay late.jsonl --simulate --output-dir made/here',
  ])('is told before anything is made: %s', async (command) => {
    const cwd = freshFolder();
    const row = '{"timestamp": 0, "input_length": 4, "output_length": 2, "hash_ids": [1]}';
    writeFileSync(join(cwd, 'late.jsonl'), `${row}\n{"timestamp": "x"}\n`);
    const { code, stderr } = await confab(command.split(' '), { cwd });
    expect(code, stderr).toBe(2);
    expect(stderr).toMatch(/^error: /m);
    expect(readdirSync(cwd)).toEqual(['late.jsonl']);
  });
});

describe('files', () => {
  const args = ['--type', 'constant', '--duration', '3s', '--qps', '2', '--prompt-len', '5'];

  test('001-24 the array has what the lines have', async () => {
    const { cwd, entries } = await made(args);
    const { code } = await confab(
      ['workload', ...args, '--no-figures', '--output-format', 'json'],
      { cwd },
    );
    expect(code).toBe(0);
    expect(JSON.parse(readFileSync(join(cwd, 'output/workload.json'), 'utf8'))).toEqual(entries);
    for (const { timestamp, requests } of entries) {
      expect(Number.isInteger(timestamp)).toBe(true);
      for (const request of requests) {
        expect(Object.keys(request)).toEqual(['prompt', 'prompt_length', 'output_length']);
        expect(request.output_length).toBeNull();
      }
    }
  });

  test('001-25 pictures are drawn beside the file, also of a single request', async () => {
    const cwd = freshFolder();
    const trace = join(cwd, 'one.csv');
    writeFileSync(
      trace,
      'TIMESTAMP,ContextTokens,GeneratedTokens\n2024-05-10 00:00:00+00:00,9,4\n',
    );
    const { code, stdout, stderr } = await confab(
      ['workload', '--type', 'azure', '--traffic-file', trace, '--output-dir', 'made/here'],
      { cwd },
    );
    expect(code, stderr).toBe(0);
    expect(stdout).toContain('made/here/workload.jsonl: 1 request in 1 entry');
    expect(readFileSync(join(cwd, 'made/here/workload.svg'), 'utf8')).toContain(
      'Requests per second',
    );
    expect(
      existsSync(join(cwd, 'made/here/workload.png')) || /warning: no figure/.test(stderr),
    ).toBe(true);
  });

  test('001-25 pictures of an earlier workload do not stay beside one that has none', async () => {
    const cwd = freshFolder();
    const args = ['workload', '--type', 'constant', '--qps', '9', '--prompt-len', '3'];
    const files = async (...more: string[]) => {
      const { code, stderr } = await confab([...args, '--duration', '1s', ...more], { cwd });
      expect(code, stderr).toBe(0);
      return readdirSync(join(cwd, 'output')).toSorted();
    };
    expect(await files()).toContain('workload.svg');
    expect(await files('--no-figures')).toEqual(['workload.jsonl']);
  });

  test('001-26 are joined by concat and merge, and by the names of AIBrix', async () => {
    const { cwd } = await made(args);
    const file = 'output/workload.jsonl';
    const joined = async (command: readonly string[]) => {
      const { code, stderr } = await confab([...command], { cwd });
      expect(code, stderr).toBe(0);
      return entriesOf(readFileSync(join(cwd, 'joined.jsonl'), 'utf8'));
    };
    const concat = await joined(['workload', 'concat', file, file, '--output', 'joined.jsonl']);
    const own = entriesOf(readFileSync(join(cwd, file), 'utf8'));
    const lastMs = own.at(-1)!.timestamp;
    expect(concat.map(({ timestamp }) => timestamp)).toEqual([
      ...own.map(({ timestamp }) => timestamp),
      ...own.map(({ timestamp }) => timestamp + lastMs),
    ]);
    const merge = await joined(['workload', 'merge', file, file, '--output', 'joined.jsonl']);
    expect(merge.map(({ requests }) => requests.length)).toEqual(
      own.map(({ requests }) => 2 * requests.length),
    );
    const asTheirs = await joined([
      ...['generator.workload_generator.utility', '--mode', 'concat'],
      ...['--input-files', file, file, '--output-file', 'joined.jsonl'],
    ]);
    expect(asTheirs).toEqual(concat);
    const onto = await confab(['workload', 'merge', file, '--output', file], { cwd });
    expect(onto).toMatchObject({
      code: 2,
      stderr: `error: --output: found ${file}, which is read too\n`,
    });
    const short = ['utility.py', '--mode', 'concat', '--input-files', file, file];
    expect(await joined([...short, '--output-file', 'joined.jsonl'])).toEqual(concat);
  });

  test('what is read is not written over', async () => {
    const cwd = freshFolder();
    const file = join(cwd, 'workload.jsonl');
    writeFileSync(file, '{"prompt":"a b c"}\n');
    const args = ['workload', '--type', 'constant', '--prompt-file', file, '--output-dir', cwd];
    expect(await confab(args, { cwd })).toMatchObject({
      code: 2,
      stderr: `error: ${file} is the input itself; expected another file\n`,
    });
    expect(readFileSync(file, 'utf8')).toBe('{"prompt":"a b c"}\n');
  });

  test('001-27 agents: the same sessions for a seed', async () => {
    const cwd = freshFolder();
    const config = join(cwd, 'agents.json');
    writeFileSync(
      config,
      JSON.stringify({
        num_sessions: 2,
        initial_prompt_tokens: 20,
        context_growth_tokens: 4,
        seed: 17,
      }),
    );
    const args = ['--trace-type', 'agent', '--agent-config', config];
    const { text, requests, stdout } = await made(args);
    expect(stdout).toContain('sessions: 2\nevents: tool 12, join 6, wait 4');
    expect(requests).toHaveLength(12);
    expect((await made(args)).text).toBe(text);
    expect((await made([...args, '--seed', '18'])).text).not.toBe(text);
  });
});

describe('what cannot be', () => {
  test.each([
    [[], '--type: missing; expected constant, synthetic, stat, azure, mooncake, trace or agent'],
    [
      ['--type', 'constant'],
      '--prompt-file: missing; expected one, or a length of prompts: --prompt-len',
    ],
    [
      ['--type', 'synthetic'],
      '--traffic-pattern: missing; synthetic needs it, or --traffic-pattern-config',
    ],
    [['--type', 'stat'], '--traffic-file: missing; stat needs a CSV of rates'],
    [['--type', 'azure'], '--traffic-file: missing; azure needs a trace'],
  ])('is refused: %j', async (args, message) => {
    expect(await confab(['workload', ...args])).toMatchObject({
      code: 2,
      stderr: `error: ${message}\n`,
    });
  });

  test('a flag that means nothing to the type is left out, and said to be', async () => {
    const { stderr } = await made([
      ...['--type', 'constant', '--prompt-len', '5', '--duration', '2s', '--agent-config', 'x'],
    ]);
    expect(stderr).toContain('--agent-config means nothing to --type constant: left out');
  });

  test(titled('prompts of a file for a trace of blocks', NO_DATA), async ({ skip }) => {
    if (NO_DATA) skip();
    const { code, stderr } = await confab([
      ...['workload', '--type', 'mooncake', '--traffic-file', MOONCAKE],
      ...['--prompt-file', upstream('prompts.jsonl')],
    ]);
    expect(code).toBe(2);
    expect(stderr).toMatch(
      /^error: --prompt-file: found .*; expected none: the blocks of a mooncake trace/,
    );
  });
});

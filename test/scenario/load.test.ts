import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { UsageError } from '../../src/base/errors.ts';
import { parseScenario, scenarioJsonSchema } from '../../src/scenario/load.ts';
import { loadScenario } from '../support/composed.ts';

const dir = mkdtempSync(join(tmpdir(), 'confab-scenario-'));

function file(name: string, text: string): string {
  const path = join(dir, name);
  writeFileSync(path, text);
  return path;
}

function problemsOf(act: () => unknown): readonly string[] {
  try {
    act();
  } catch (error) {
    if (error instanceof UsageError) return error.problems;
    throw error;
  }
  throw new Error('no problem was found');
}

test('an empty file is a scenario: everything has a default', () => {
  const scenario = loadScenario(file('empty.yaml', ''));
  expect(scenario).toEqual(parseScenario({}));
  expect(scenario.target.url).toBe('embedded');
});

test('--set replaces one field, makes what is not there, and reads YAML values', () => {
  const path = file('set.yaml', 'conversation: { rounds: 3, answer: { tokens: 7 } }');
  const scenario = loadScenario(path, [
    'conversation.rounds=5',
    'stop.afterSec=1.5',
    'target.headers={"X-A": "b=c"}',
    'sampling.stop=[a, b]',
  ]);
  expect(scenario.conversation).toMatchObject({ rounds: 5, answer: { tokens: 7 } });
  expect(scenario.stop.afterSec).toBe(1.5);
  expect(scenario.target.headers).toEqual({ 'X-A': 'b=c' });
  expect(scenario.sampling.stop).toEqual(['a', 'b']);
});

describe('problems', () => {
  test('a field that was renamed: what was found, and how it is said now', () => {
    expect(problemsOf(() => parseScenario({ output: { csv: 'all.csv', cvs: 1 } }))).toEqual([
      'output.csv: found "all.csv"; it is now output.exports: [{format: csv, file: …}]',
      expect.stringMatching(/^output\.cvs: unknown field; accepted here: dir, exports, /),
    ]);
  });

  test('a slip, and a field of another section: what may have been meant', () => {
    const slips = {
      enginne: {},
      rounds: 4,
      population: { user: 3, arrivals: { process: 'pission', usersPerSec: 1 } },
      conversation: { source: 'sharegtp' },
    };
    expect(problemsOf(() => parseScenario(slips)).join('\n')).toMatch(
      new RegExp(
        [
          /^conversation.source: found "sharegtp"; .* \(did you mean sharegpt\?\)$/,
          /^population.arrivals.process: found "pission"; .* \(did you mean poisson\?\)$/,
          /^population.user: unknown field \(did you mean population.users\?\); accepted here: arr.*$/,
          /^enginne: unknown field \(did you mean engine\?\); accepted here: name, .*$/,
          /^rounds: unknown field \(did you mean conversation.rounds or warmup.rounds\?\); .*$/,
        ]
          .map(({ source }) => source)
          .join('\\n'),
        'm',
      ),
    );
  });

  test('of settings of several kinds, those of the kind that was chosen', () => {
    const arrivals = { process: 'constant', usersPerSec: 1, concurrency: 4, usrsPerSec: 2 };
    expect(problemsOf(() => parseScenario({ population: { arrivals } }))).toEqual([
      'population.arrivals.concurrency: not with process: constant; accepted with it: process, usersPerSec, cv, sigma, seed, numpy',
      'population.arrivals.usrsPerSec: unknown field (did you mean population.arrivals.usersPerSec?); accepted here: process, usersPerSec, cv, sigma, seed, numpy',
    ]);
  });

  test.each([
    ['responses', "OpenAI's Responses API"],
    ['anthropic', "Anthropic's Messages API"],
  ])('an API that is not spoken is named: %s', (api, name) => {
    expect(problemsOf(() => parseScenario({ target: { api: api as 'chat' } }))).toEqual([
      `target.api: found "${api}"; ${name} is not supported; expected 'chat' or 'completions'`,
    ]);
  });

  test('fields that are named after keys and tokens are shown, as they hold none', () => {
    const target = { maxTokensField: 'max_length' as 'max_tokens', cookies: 'yes' as never };
    expect(problemsOf(() => parseScenario({ target }))).toEqual([
      'target.cookies: found "yes"; expected boolean, received string',
      expect.stringMatching(/^target\.maxTokensField: found "max_length"; .*max_completion_tokens/),
    ]);
  });

  test.each([
    ['{conversation} {turn}', 'expected a text without blanks, of ASCII'],
    [
      '{session}',
      'expected no other parts than {conversation}, {user}, {agent}, {turn}, {attempt}',
    ],
  ])('a template of ids that cannot be used: %s', (template, expected) => {
    const target = { requestId: { template } };
    expect(problemsOf(() => parseScenario({ target }))).toEqual([
      `target.requestId.template: found "${template}"; ${expected}`,
    ]);
  });

  test('an export of no known format: the formats are named', () => {
    const exports = [{ format: 'xlsx' as 'csv', file: 'x' }, { file: 'y' } as never];
    expect(problemsOf(() => parseScenario({ output: { exports } }))).toEqual([
      expect.stringMatching(/^output\.exports\.0\.format: found "xlsx"; .*"csv"\|"json"/),
      expect.stringMatching(/^output\.exports\.1\.format: /),
    ]);
  });

  test('are all told at once, each with its path', () => {
    const problems = problemsOf(() =>
      parseScenario({
        population: { users: 0, arrivals: { process: 'gamma', usersPerSec: 'fast' } },
        conversation: { rounds: -1 },
      }),
    );
    const text = problems.join('\n');
    for (const path of ['population.users', 'population.arrivals', 'conversation.rounds']) {
      expect(text).toContain(path);
    }
    expect(text).toContain('found "fast"');
  });

  test.each([
    [{ population: { arrivals: { process: 'gamma', usersPerSec: 1 } } }, /arrivals\.cv: .*missing/],
    [
      { population: { arrivals: { process: 'lognormal', usersPerSec: 1 } } },
      /arrivals\.sigma: .*missing/,
    ],
    [{ population: { arrivals: { process: 'allAtOnce' } } }, /population\.users: .*missing/],
    [{ conversation: { source: 'sharegpt' } }, /sharegpt\.file: .*missing/],
    [{ conversation: { history: 'recorded' } }, /history: .*'recorded' needs/],
    [{ population: { rampUp: { users: 2, joinEverySec: 1 } } }, /pacing\.mode: .*interval/],
    [
      { conversation: { rounds: { distribution: 'lognormal', mean: 3 } } },
      /conversation\.rounds: .*exactly one of cv and sigma/,
    ],
    [
      { pacing: { pauseSec: { distribution: 'uniform', min: 5, max: 1 } } },
      /pacing\.pauseSec: .*min must be <= max/,
    ],
    [{ pacing: { mode: 'trace' } }, /pacing\.mode: .*needs a source with times: trace/],
    [
      {
        pacing: { mode: 'trace' },
        conversation: { source: 'trace', trace: { file: 'x' } },
        warmup: { firstTurns: true },
      },
      /warmup\.firstTurns: .*not with pacing\.mode: trace/,
    ],
    [{ conversation: { source: 'trace' } }, /trace\.file: .*missing/],
    [
      { conversation: { source: 'file' } },
      /conversation\.file: .*missing; needed with source: file/,
    ],
    [{ conversation: { verify: true } }, /verify: .*needs a source with answers: sharegpt or file/],
    [{ name: 'a/b' }, /name: found "a\/b"/],
  ])('%j', (input, expected) => {
    expect(problemsOf(() => parseScenario(input)).join('\n')).toMatch(expected);
  });

  test.each([
    ['nowhere.yaml', undefined, /cannot read scenario .*nowhere\.yaml/],
    ['broken.yaml', 'a: [1, 2', /broken\.yaml: not YAML/],
  ])('of files: %s', (name, text, expected) => {
    const path = text === undefined ? join(dir, name) : file(name, text);
    expect(problemsOf(() => loadScenario(path)).join('\n')).toMatch(expected);
  });

  test('of several fields together say what the field holds, and not all that is around it', () => {
    const rampUp = { users: 2, joinEverySec: 1 };
    const given = problemsOf(() =>
      parseScenario({ pacing: { mode: 'think' }, population: { rampUp } }),
    );
    expect(given).toEqual([
      `pacing.mode: found "think"; must be 'interval' with population.rampUp`,
    ]);
    const left = problemsOf(() => parseScenario({ population: { rampUp } }));
    expect(left).toEqual(["pacing.mode: must be 'interval' with population.rampUp"]);
  });

  test.each([
    ['engine.apiMs=.inf', 'engine.apiMs: found Infinity; expected number'],
    ['engine.defects.expirySec=.nan', 'engine.defects.expirySec: found NaN; expected number'],
    ['engine=&a [*a]', 'engine: found <ref *1> [ [Circular *1] ]; expected object'],
  ])('of what YAML has and JSON has not: %s', (set, expected) => {
    const path = file('odd.yaml', '');
    expect(problemsOf(() => loadScenario(path, [set])).join()).toContain(expected);
  });

  test.each([
    ['a list', '[]', /found \[\]; expected a scenario/],
    [
      'a table',
      'Timestamp,Model\n5,ChatGPT\n',
      /found "Timestamp,Model 5,ChatGPT"; expected a scenario/,
    ],
    ['a number', '5', /found 5; expected a scenario/],
  ])('of a file that holds %s, whatever is set beside it', (_what, text, expected) => {
    const path = file('other.yaml', text);
    for (const overrides of [[], ['seed=1']]) {
      expect(problemsOf(() => loadScenario(path, overrides)).join()).toMatch(expected);
    }
  });

  // The parser calls itself: on some of these the process broke down, and nothing could catch it.
  test.each([
    ['objects in flow', '{"a":'.repeat(50_000) + '1' + '}'.repeat(50_000)],
    ['lists in flow', '['.repeat(50_000)],
    ['lists in one line', `${'- '.repeat(50_000)}x`],
    ['keys in one line', `${'? '.repeat(50_000)}x`],
    ['blocks', Array.from({ length: 400 }, (_, level) => `${' '.repeat(level)}a:`).join('\n')],
  ])('of %s that go too deep', (_what, text) => {
    const path = file('deep.yaml', text);
    expect(problemsOf(() => loadScenario(path)).join()).toMatch(
      /line \d+: nested more than 100 levels/,
    );
    expect(problemsOf(() => loadScenario('/dev/null', [`name=${text}`])).join()).toMatch(
      /^--set: name: line \d+: nested more than 100 levels/,
    );
  });

  test('of none that only look deep', () => {
    const text = [
      `name: "${'['.repeat(200)}"`,
      `# ${'{'.repeat(200)}`,
      `target: { headers: { a: '${'['.repeat(200)}' } }`,
      ...Array.from({ length: 300 }, () => 'x: [1, {y: 2}]').map((line, i) =>
        line.replace('x', `x${i}`),
      ),
    ].join('\n');
    expect(problemsOf(() => loadScenario(file('flat.yaml', text))).join()).toContain(
      'x0: unknown field',
    );
  });

  test('of --set', () => {
    const path = file('fine.yaml', '');
    expect(problemsOf(() => loadScenario(path, ['seed'])).join()).toMatch(/expected path=value/);
  });
});

test.each<[string, unknown, unknown]>([
  ['a number as text', '0', 0],
  ['one that is negative, with a fraction', '-1.5', -1.5],
  ['a text', 'mine', 'mine'],
  ['digits that no number is written with', '007', '007'],
  ['digits that no double holds', '9007199254740993', '9007199254740993'],
  ['no number', 'NaN', 'NaN'],
])('a seed has one form, whoever gives it: %s', (_what, given, kept) => {
  const arrivals = { process: 'poisson', usersPerSec: 1, seed: given } as const;
  const scenario = parseScenario({
    seed: given,
    engine: { seed: given },
    population: { arrivals },
  });
  expect([scenario.seed, scenario.engine.seed]).toEqual([kept, kept]);
  expect(scenario.population.arrivals).toMatchObject({ seed: kept });
});

test('the JSON Schema names every section and describes fields', () => {
  const schema = scenarioJsonSchema() as { properties: Record<string, unknown> };
  const slo = { ttftMs: 500 };
  expect(Object.keys(schema.properties)).toEqual(Object.keys(parseScenario({ slo })));
  expect(JSON.stringify(schema)).toContain('"description"');
});

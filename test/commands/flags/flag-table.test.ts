import { Command } from 'commander';
import { describe, expect, test } from 'vitest';
import { type Flag, settingsOf, withFlags } from '../../../src/commands/flags/flag-table.ts';
import { collect, header, number } from '../../../src/commands/flags/options.ts';
import { loadSchema } from '../../../src/commands/flags/schema-field.ts';

await loadSchema();

const ROWS: readonly Flag[] = [
  { flags: '-u, --users <n>', path: 'population.users' },
  { flags: '--seed <seed>', path: 'seed' },
  { flags: '--api <api>', path: 'target.api' },
  { flags: '--rate <share>', path: 'thresholds.maxErrorRate' },
  { flags: '--gb <GB>', path: 'engine.kvGB' },
  { flags: '--host-ms <ms>', path: 'engine.hostMs' },
  { flags: '--timeout <s>', path: 'timeouts.totalSec', parse: number(0), default: 120 },
  {
    flags: '--header <name: value>',
    path: 'target.headers',
    says: 'extra',
    parse: header,
    isMerged: true,
  },
  // It may be null, too.
  { flags: '--connect <s>', path: 'timeouts.connectSec', default: undefined },
  { flags: '--fault <rule>', path: 'engine.faults', parse: collect },
  { flags: '--insecure', path: 'target.insecure' },
  { flags: '--no-stream', path: 'target.stream', says: 'whole answers' },
  { flags: '--how <how>', says: 'how it is done', choices: ['so', 'thus'], default: 'so' },
  { flags: '--files <file...>', says: 'one or more' },
];

function commandOf(rows: readonly Flag[]): Command {
  return withFlags(new Command(), rows)
    .exitOverride()
    .configureOutput({ writeErr: () => {} });
}

function given(...args: string[]): Record<string, unknown> {
  return commandOf(ROWS).parse(args, { from: 'user' }).opts();
}

function set(...args: string[]): [string, unknown][] {
  return settingsOf(ROWS, given(...args)).map(({ path, value }) => [path.join('.'), value]);
}

describe('what flags set', () => {
  test('flags that are not given set nothing, but for a default of the row', () => {
    expect(set()).toEqual([['timeouts.totalSec', 120]]);
  });

  test.each<[string[], [string, unknown][]]>([
    [['-u', '3'], [['population.users', 3]]],
    [['--seed', '7'], [['seed', '7']]],
    [['--rate', '0.5'], [['thresholds.maxErrorRate', 0.5]]],
    [['--connect', '5'], [['timeouts.connectSec', 5]]],
    [['--connect', '0.5'], [['timeouts.connectSec', 0.5]]],
    [['--connect', '250ms'], [['timeouts.connectSec', 0.25]]],
    [['--insecure'], [['target.insecure', true]]],
    [['--no-stream'], [['target.stream', false]]],
    [
      ['--fault', 'stall', '--fault', 'reset@every=2'],
      [['engine.faults', ['stall', 'reset@every=2']]],
    ],
    // One by one, so that those of a scenario stay.
    [
      ['--header', 'A: 1', '--header', 'B=2'],
      [
        ['target.headers.A', '1'],
        ['target.headers.B', '2'],
      ],
    ],
  ])('%j', (args, settings) => {
    expect(set(...args)).toEqual(expect.arrayContaining(settings));
    expect(set(...args)).toHaveLength(settings.length + 1);
  });

  test('flags that are no fields of the scenario are left to the command', () => {
    expect(given('--how', 'thus', '--files', 'a', 'b')).toMatchObject({
      how: 'thus',
      files: ['a', 'b'],
    });
  });
});

test.each<[string[], RegExp]>([
  [['-u', '0'], /-u, --users <n>.*Found '0'; expected a whole number of at least 1\./],
  [['-u', '1.5'], /expected a whole number of at least 1\./],
  [['--api', 'tokens'], /--api <api>.*Found 'tokens'; expected chat, completions\./],
  [['--rate', '1.1'], /Found '1.1'; expected a share from 0 to 1\./],
  [['--gb', '0'], /Found '0'; expected a number above 0\./],
  [['--host-ms', '-1'], /Found '-1'; expected a time of at least 0: milliseconds, or with a unit/],
  [['--timeout', 'x'], /Found 'x'; expected a number above 0\./],
  [['--how', 'else'], /Found 'else'; expected so, thus\./],
])("the schema's bounds hold, unless the row has its own: %j", (args, message) => {
  expect(() => given(...args)).toThrow(message);
});

test.each<[string, string]>([
  ['--seed', 'names every random stream of the run (default: 0)'],
  ['--api', 'API that is asked (choices: "chat", "completions", default: "chat")'],
  ['--timeout', 'from sent to the end (default: 120)'],
  ['--how', 'how it is done (choices: "so", "thus", default: "so")'],
  ['--header', 'extra'],
  ['--insecure', 'do not verify the TLS certificate'],
  ['--no-stream', 'whole answers'],
])('the help of %s has the words and the default of the schema, or its own', (flag, text) => {
  const command = commandOf(ROWS);
  const option = command.options.find(({ long }) => long === flag)!;
  expect(command.createHelp().optionDescription(option)).toBe(text);
});

test('a path that the schema does not have does not compile', () => {
  // @ts-expect-error
  const rows: Flag[] = [{ flags: '--users <n>', path: 'population.usres' }];
  expect(() => commandOf(rows).helpInformation()).toThrow('no field population.usres');
  // @ts-expect-error A flag that is no field says what it does.
  expect([{ flags: '--users <n>' }] satisfies Flag[]).toHaveLength(1);
});

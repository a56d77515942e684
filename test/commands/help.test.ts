import { Command } from 'commander';
import { describe, expect, test } from 'vitest';
import { abCommand } from '../../src/commands/ab/ab.ts';
import { analyzeCommand } from '../../src/commands/analyze.ts';
import { cacheCommand } from '../../src/commands/cache/cache.ts';
import { calibrateCommand } from '../../src/commands/calibrate/calibrate.ts';
import { certifyCommand } from '../../src/commands/certify/certify.ts';
import { compareCommand } from '../../src/commands/compare.ts';
import { completionCommand } from '../../src/commands/completion/completion.ts';
import { conformCommand } from '../../src/commands/conform/conform.ts';
import { convertCommand } from '../../src/commands/convert.ts';
import { datasetCommand } from '../../src/commands/dataset/dataset.ts';
import { engineCommand } from '../../src/commands/engine.ts';
import { explainCommand } from '../../src/commands/explain.ts';
import { engineFlags } from '../../src/commands/flags/engine-flags.ts';
import { type Flag, settingsOf, withFlags } from '../../src/commands/flags/flag-table.ts';
import { FLAGS, playFlags } from '../../src/commands/flags/flags.ts';
import { loadSchema } from '../../src/commands/flags/schema-field.ts';
import { generateCommand } from '../../src/commands/generate.ts';
import { helpCommand } from '../../src/commands/help.ts';
import { oracleCommand } from '../../src/commands/oracle/oracle.ts';
import { planCommand } from '../../src/commands/plan.ts';
import { prepareCommand } from '../../src/commands/prepare.ts';
import { priorityCommand } from '../../src/commands/priority.ts';
import { replayCommand } from '../../src/commands/replay.ts';
import { reportCommand } from '../../src/commands/report/report.ts';
import { runCommand, simulateCommand } from '../../src/commands/run.ts';
import { scenariosCommand } from '../../src/commands/scenarios.ts';
import { schemaCommand } from '../../src/commands/schema.ts';
import { sessionFlags, sessionsCommand } from '../../src/commands/sessions.ts';
import { sizeCommand } from '../../src/commands/size/size.ts';
import { sweepCommand } from '../../src/commands/sweep/sweep.ts';
import { traceCommand } from '../../src/commands/trace/trace.ts';
import { twinCommand } from '../../src/commands/twin/twin.ts';
import { workloadCommand } from '../../src/commands/workload/workload.ts';
import { agenticCommand } from '../../src/dialects/agentic/command.ts';
import { agenticFlags } from '../../src/dialects/agentic/flags.ts';
import { agenticScenario } from '../../src/dialects/agentic/scenario.ts';
import { aibrixClientCommand } from '../../src/dialects/aibrix-client/command.ts';
import { aibrixClientFlags } from '../../src/dialects/aibrix-client/flags.ts';
import { aibrixClientScenario } from '../../src/dialects/aibrix-client/scenario.ts';
import { pipelineCommand } from '../../src/dialects/aibrix-pipeline/command.ts';
import { burstgptCommand } from '../../src/dialects/burstgpt/command.ts';
import { latencyCommand } from '../../src/dialects/latency/command.ts';
import { multiRoundCommand } from '../../src/dialects/multi-round-qa/command.ts';
import { multiRoundFlags } from '../../src/dialects/multi-round-qa/flags.ts';
import { multiRoundScenario } from '../../src/dialects/multi-round-qa/scenario.ts';
import { multiTurnCommand } from '../../src/dialects/multi-turn/command.ts';
import { multiTurnFlags } from '../../src/dialects/multi-turn/flags.ts';
import { multiTurnScenario } from '../../src/dialects/multi-turn/scenario.ts';
import { onlineCommand } from '../../src/dialects/online/command.ts';
import { throughputCommand } from '../../src/dialects/throughput/command.ts';
import { fieldOf } from '../../src/scenario/field.ts';
import { parseScenario } from '../../src/scenario/load.ts';
import { withOverrides } from '../../src/scenario/overrides.ts';
import type { ScenarioInput } from '../../src/scenario/schema.ts';
import { confab } from '../support/confab.ts';

await loadSchema();

const VERBS: Record<string, () => Command> = {
  run: runCommand,
  simulate: simulateCommand,
  plan: planCommand,
  replay: replayCommand,
  sessions: sessionsCommand,
  ab: abCommand,
  sweep: sweepCommand,
  size: sizeCommand,
  certify: certifyCommand,
  calibrate: calibrateCommand,
  conform: conformCommand,
  'multi-round-qa': multiRoundCommand,
  'multi-turn': multiTurnCommand,
  agentic: agenticCommand,
  client: aibrixClientCommand,
  pipeline: () => pipelineCommand(async () => 0),
  burstgpt: burstgptCommand,
  online: onlineCommand,
  latency: latencyCommand,
  throughput: throughputCommand,
  priority: priorityCommand,
  engine: engineCommand,
  prepare: prepareCommand,
  generate: generateCommand,
  dataset: datasetCommand,
  oracle: oracleCommand,
  convert: convertCommand,
  workload: workloadCommand,
  trace: traceCommand,
  cache: cacheCommand,
  report: reportCommand,
  compare: compareCommand,
  twin: twinCommand,
  explain: explainCommand,
  analyze: analyzeCommand,
  scenarios: scenariosCommand,
  schema: schemaCommand,
  completion: () => completionCommand({}),
  help: () => helpCommand({}),
};

/** As a terminal of 80 columns shows it. */
function helpOf(command: Command): string {
  let text = '';
  command
    .configureOutput({
      writeOut: (more) => {
        text += more;
      },
      getOutHelpWidth: () => 80,
      getOutHasColors: () => false,
    })
    .outputHelp();
  return text;
}

describe('--help, as it is kept', () => {
  test.each(Object.entries(VERBS))('of %s', async (name, commandOf) => {
    const program = new Command('confab').addCommand(commandOf());
    const [command] = program.commands;
    const texts = [command!, ...command!.commands].map(helpOf);
    await expect(texts.join('\n')).toMatchFileSnapshot(`../golden/help/${name}.txt`);
  });

  test('of confab: its verbs are these', async () => {
    const { stdout } = await confab(['--help'], { env: { COLUMNS: '80' } });
    const verbs = [...stdout.matchAll(/^ {2}([a-z-]+)\b(?! \[command\])/gm)].map(
      ([, verb]) => verb,
    );
    expect(verbs.filter((verb) => !verb!.startsWith('-'))).toEqual(Object.keys(VERBS));
  });
});

/** In virtual time there are no others. */
const NEVER_ISOLATED = ['simulate'];

test('what the report advises against a cache that was not empty can be had of every verb that plays', () => {
  const having = (flag: string) =>
    Object.entries(VERBS).flatMap(([name, commandOf]) => {
      const command = commandOf();
      const all = [command, ...command.commands].flatMap(({ options }) => options);
      return all.some(({ long }) => long === flag) ? [name] : [];
    });
  expect(having('--live').filter((name) => !NEVER_ISOLATED.includes(name))).toEqual(
    having('--isolate'),
  );
});

const MULTI_ROUND = [
  ...['--num-rounds', '2', '--qps', '1', '--base-url', 'http://h', '--shared-system-prompt', '1'],
  ...['--user-history-prompt', '1'],
];

/** What is played of the flags alone, with as few of them as may be. */
const ALONE: Record<string, [Flag[], string[], (flags: never) => ScenarioInput]> = {
  'a scenario file that says nothing': [distinct([...playFlags, ...sessionFlags]), [], () => ({})],
  engine: [[...engineFlags], [], (flags) => withOverrides({}, settingsOf(engineFlags, flags))],
  'multi-round-qa of production-stack': [
    [...multiRoundFlags],
    [...MULTI_ROUND, '--num-users', '1', '--answer-len', '1'],
    multiRoundScenario,
  ],
  'multi-round-qa of the fork': [
    [...multiRoundFlags],
    [...MULTI_ROUND, '--user-lag', '1', '--max-output-len', '1'],
    multiRoundScenario,
  ],
  'multi-turn': [[...multiTurnFlags], ['-i', 'chats.json', '-m', 'm'], multiTurnScenario],
  agentic: [
    [...agenticFlags],
    ['--trace-file', 'trace.jsonl'],
    (flags) => agenticScenario(flags, 1, ['http://h']),
  ],
  client: [
    [...aibrixClientFlags],
    ['--workload-path', 'workload.jsonl', '--routing-strategy', ''],
    aibrixClientScenario,
  ],
};

describe.each(Object.entries(ALONE))('%s: what is not given', (_name, [rows, args, scenarioOf]) => {
  const command = withFlags(new Command(), rows);
  const help = command.createHelp();
  const scenario = parseScenario(scenarioOf(command.parse(args, { from: 'user' }).opts() as never));
  const fields = rows.flatMap((row, index) =>
    row.path ? [{ path: row.path, option: command.options[index]! }] : [],
  );

  test.each(fields)('$path is as --help says', ({ path, option }) => {
    const text = help.optionDescription(option);
    const [, shown] = /default: ("[^"]*"|[\d.]+)\)$/.exec(text) ?? [];
    const played = at(path, scenario);
    expect(text).toMatch(/^\S.{2}/);
    if (shown !== undefined) expect(played).toEqual(JSON.parse(shown));
    else expect(played).toSatisfy(option.negate ? isOn : isOff);
  });
});

/** Each flag once. */
function distinct(rows: readonly Flag[]): Flag[] {
  return [...new Map(rows.map((row) => [row.flags, row])).values()];
}

const isOn = (value: unknown): boolean => value === true;
/** Nothing, or nothing in it; no default of a flag is of this kind. */
const isOff = (value: unknown): boolean =>
  [undefined, false].includes(value as undefined) || Object.keys(value as object).length === 0;

function at(path: string, scenario: unknown): unknown {
  return path
    .split('.')
    .reduce((value, key) => (value as Record<string, unknown> | undefined)?.[key], scenario);
}

test('the API key is looked for where --help says', () => {
  expect(FLAGS.apiKey.says).toContain(`(${fieldOf('target.apiKeyEnv').default})`);
});

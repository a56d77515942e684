import { Command, InvalidArgumentError } from 'commander';
import { UsageError } from '../base/errors.ts';
import { writeWhole } from '../base/write-whole.ts';
import { checkWritable } from '../play/writable.ts';
import { processOf } from '../population/processes.ts';
import { measure } from '../report/number.ts';
import { type EngineOptions, POLICY_NAMES } from '../scenario/engine.ts';
import type { Scenario } from '../scenario/schema.ts';
import type { Findings } from '../study/study.ts';
import { type Flag, withFlags } from './flags/flag-table.ts';
import { FLAGS, screenFlags } from './flags/flags.ts';
import { integer } from './flags/options.ts';
import { ascending } from './oracle/flags.ts';
import { type ScenarioFlags, scenarioOf } from './scenario/scenario-of.ts';
import { flowingHelp } from './terminal/help-text.ts';
import { reportColumns } from './terminal/screen.ts';
import { say } from './terminal/stderr.ts';

type Policy = EngineOptions['policy'];

interface PriorityFlags extends ScenarioFlags {
  readonly policies?: readonly Policy[];
  readonly noise?: readonly number[];
  readonly seeds: number;
  readonly figure?: string;
  readonly json?: string;
}

export const priorityFlags: readonly Flag[] = [
  {
    flags: '--policies <list>',
    says: `policies with commas between, of which the first is what the others are compared with; default: all, which are ${POLICY_NAMES.join(', ')}`,
    parse: policies,
  },
  {
    flags: '--noise <list>',
    says: 'also each policy that goes by lengths with predictions that are so far off: standard deviations, tokens',
    parse: ascending,
  },
  {
    flags: '--seeds <n>',
    says: "seeds to play: the scenario's and those after it",
    parse: integer(1, 1000),
    default: 20,
  },
  {
    flags: '--figure <file>',
    says: 'draw the distributions and the noise: FILE ends in .svg or .png',
  },
  { flags: '--json <file>', says: 'write what was found' },
  FLAGS.users,
  {
    flags: '--users-per-sec <rate>',
    path: 'population.arrivals.usersPerSec',
    says: 'requests per second',
  },
  FLAGS.gpu,
  FLAGS.seed,
  FLAGS.set,
  ...screenFlags,
];

const HELP = `
Each policy plays the same requests at the same times, seed by seed, in virtual time, on
the engine that is built in; nothing is written but what is asked for. A scenario says
how long its answers are: conversation.answer.tokens with answer.force.
`;

/** `confab priority [scenario]`: the priority study, policies side by side. */
export function priorityCommand(): Command {
  const command = new Command('priority')
    .description('The priority study in virtual time: policies side by side, over many seeds.')
    .argument('[scenario]', 'YAML or JSON file, or a name', 'overload')
    .addHelpText('after', flowingHelp(HELP))
    .action(run);
  return withFlags(command, priorityFlags);
}

async function run(file: string, flags: PriorityFlags): Promise<void> {
  const scenario = await scenarioOf({ file, rows: priorityFlags, flags, isSent: false });
  checkScenario(scenario);
  const { figure, json } = flags;
  const { checkPicture, writePicture } = await import('../figures/picture.ts');
  if (figure !== undefined) checkPicture(figure);
  for (const [name, path] of Object.entries({ figure, json })) {
    if (path !== undefined) checkWritable(`--${name}`, path);
  }
  const findings = await found(scenario, flags);
  const [{ studyText }, { studyPanels }] = await Promise.all([
    import('../study/text.ts'),
    import('../study/figure.ts'),
  ]);
  process.stdout.write(`${studyText(findings, loadText(scenario), reportColumns(flags.wide))}\n`);
  if (json !== undefined) writeWhole(json, [`${jsonOf(findings)}\n`]);
  if (figure !== undefined) await writePicture(figure, studyPanels(findings));
  for (const path of [json, figure]) if (path !== undefined) say(`wrote ${path}`);
}

async function found(scenario: Scenario, flags: PriorityFlags): Promise<Findings> {
  const [{ study }, { armsOf }, { playArm }, { openWorkload }] = await Promise.all([
    import('../study/study.ts'),
    import('../study/arms.ts'),
    import('../study/play-arm.ts'),
    import('../workload/load.ts'),
  ]);
  const { seeds, policies = POLICY_NAMES, noise = [] } = flags;
  const seed = Number(scenario.seed);
  return study({
    arms: armsOf(policies, noise),
    scenarios: Array.from({ length: seeds }, (_, index) => ({ ...scenario, seed: seed + index })),
    open: (one) => openWorkload(one),
    play: playArm,
    done: (played) => say(`${played} of ${seeds} seeds`),
  });
}

/** @throws UsageError for what cannot be compared seed by seed. */
function checkScenario({ seed, conversation }: Scenario): void {
  const problems: string[] = [];
  if (!Number.isSafeInteger(Number(seed))) {
    problems.push(`seed: found '${seed}'; expected a whole number, after which others come`);
  }
  if (!conversation.answer.force) {
    problems.push(
      'conversation.answer.force: found false; expected true: lengths that policies go by are those of the answers',
    );
  }
  if (problems.length) throw new UsageError(problems);
}

function policies(text: string): Policy[] {
  return text.split(',').map((one) => {
    const known = POLICY_NAMES.find((name) => name === one.trim());
    if (known) return known;
    throw new InvalidArgumentError(
      `Found '${one}'; expected ${POLICY_NAMES.join(', ')}, with commas between.`,
    );
  });
}

function loadText({ population, engine }: Scenario): string {
  const { arrivals, users } = population;
  const count = users === undefined ? '' : `${users} requests, `;
  return `${count}${processOf(arrivals).text({ users, measure })}; ${engine.gpu}, at most ${engine.maxSeqs} running`;
}

/** Without the values of single requests. */
function jsonOf({ arms, ...rest }: Findings): string {
  const told = arms.map(({ latenciesMs: _, waitsMs: __, ...arm }) => arm);
  return JSON.stringify(
    { format: 'confab-priority', version: 1, ...rest, arms: told },
    undefined,
    2,
  );
}

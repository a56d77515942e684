import { resolve } from 'node:path';
import type { Command } from 'commander';
import { UsageError } from '../base/errors.ts';
import { writeWhole } from '../base/write-whole.ts';
import { checkWritable } from '../play/writable.ts';
import { withoutSecrets } from '../scenario/secrets.ts';
import { latencyFlags } from './flags/assumed-latency.ts';
import type { Flag } from './flags/flag-table.ts';
import { playFlags } from './flags/flags.ts';
import { scenarioCommand } from './run.ts';
import { type ScenarioFlags, scenarioOf } from './scenario/scenario-of.ts';
import { flowingHelp } from './terminal/help-text.ts';
import { reportColumns } from './terminal/screen.ts';
import { say } from './terminal/stderr.ts';

interface PlanFlags extends ScenarioFlags {
  readonly ttftMs?: number;
  readonly tpotMs?: number;
  readonly json?: string;
  readonly csv?: string;
}

const planFlags: readonly Flag[] = [
  ...playFlags,
  ...latencyFlags,
  { flags: '--json <file>', says: "write the plan's numbers; -: to stdout, instead of the text" },
  {
    flags: '--schedule, --csv <file>',
    says: 'write every planned request as CSV; -: to stdout, instead of the text',
  },
  { flags: '--quiet', says: 'nothing on stderr but errors' },
];

const HELP = `
Plays the scenario in virtual time against an engine that answers every request
after the same time, and prints what it would ask of a real one: who comes when, the
offered rate by time, Little's law with its residual, the KV working set beside what
the scenario's engine holds, the ideal share of a prefix cache, and the tokens that
the run costs. Nothing is sent and no run folder is made.

Without --ttft-ms and --tpot-ms (and engine.fixed in the scenario) answers take no
time: that shows what the load is by itself. In a closed loop, and with think time,
the schedule follows from the latency: give what you expect of your engine.

A dialect's flags: confab multi-round-qa … --print-scenario > s.yaml; confab plan s.yaml
`;

export function planCommand(): Command {
  return scenarioCommand('plan', planFlags)
    .description('Say what a scenario would ask of an engine, without one.')
    .addHelpText('after', flowingHelp(HELP))
    .action(plan);
}

async function plan(file: string | undefined, flags: PlanFlags): Promise<void> {
  const { json, csv: schedule } = flags;
  checkOutputs(json, schedule);
  const scenario = await scenarioOf({ file, rows: planFlags, flags, isSent: false });
  const [{ playPlan }, { planOf }, { planText }, files, { stringify }] = await Promise.all([
    import('../plan/play.ts'),
    import('../plan/summary.ts'),
    import('../plan/text.ts'),
    import('../plan/files.ts'),
    import('yaml'),
  ]);
  if (flags.printScenario) {
    process.stdout.write(stringify(withoutSecrets(scenario)));
    return;
  }
  const { fixed } = scenario.engine;
  const latency = {
    ttftMs: flags.ttftMs ?? fixed?.ttftMs ?? 0,
    tpotMs: flags.tpotMs ?? fixed?.tpotMs ?? 0,
    perInputTokenMs: fixed?.perInputTokenMs ?? 0,
  };
  const tell = (line: string) => void (flags.quiet || say(line));
  const play = await playPlan(scenario, latency, { tell });
  const made = planOf(play);
  write(json, () => files.planJson(made));
  write(schedule, () => files.scheduleCsv(play));
  if (json !== '-' && schedule !== '-')
    process.stdout.write(`${planText(made, reportColumns(flags.wide))}\n`);
}

/** @throws UsageError for outputs that cannot be written, or of which one would be written over the other. */
function checkOutputs(json: string | undefined, schedule: string | undefined): void {
  if (json === '-' && schedule === '-') {
    throw new UsageError('found --json - and --schedule -; expected one of them on stdout');
  }
  if (json !== undefined && json !== '-') checkWritable('--json', json);
  if (schedule !== undefined && schedule !== '-') checkWritable('--schedule', schedule);
  if (json !== undefined && schedule !== undefined && resolve(json) === resolve(schedule)) {
    throw new UsageError(`found ${json} for both --json and --schedule; expected a file for each`);
  }
}

function write(path: string | undefined, text: () => string): void {
  if (path === undefined) return;
  if (path === '-') process.stdout.write(text());
  else writeWhole(path, [text()]);
}

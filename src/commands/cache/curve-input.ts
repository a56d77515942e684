import { existsSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { UsageError } from '../../base/errors.ts';
import type { CurveSource } from '../../curve/request.ts';
import type { Reading } from '../../workload/traces/rewrite/open-trace.ts';
import { type Flag, settingsOf } from '../flags/flag-table.ts';
import type { ScenarioFlags } from '../scenario/scenario-of.ts';
import { dataFile } from '../scenario/shipped.ts';
import { say } from '../terminal/stderr.ts';
import { readingOf } from '../trace/reading.ts';

interface InputFlags extends Reading, ScenarioFlags {
  readonly as?: Kind;
  readonly answers: 'identical' | 'changed';
  readonly ttftMs?: number;
  readonly tpotMs?: number;
}

type Kind = CurveSource['kind'];

/** Where requests come from; undefined where a scenario was asked for, and printed. */
export async function opened(
  input: string,
  flags: InputFlags,
  rows: readonly Flag[],
): Promise<CurveSource | undefined> {
  const kind = flags.as ?? kindOf(input);
  refuseOthers(kind, flags, rows);
  return await OPEN[kind](input, flags, rows);
}

/** What is said of another kind of input says nothing of this one. */
function refuseOthers(kind: Kind, flags: InputFlags, rows: readonly Flag[]): void {
  const { set, answers, ttftMs, tpotMs, printScenario } = flags;
  const reading = Object.values(readingOf(flags)).some((value) => value !== undefined);
  const isSet = set.length > 0 || settingsOf(rows, flags).length > 0 || printScenario === true;
  const isPlayed = answers === 'changed' || ttftMs !== undefined || tpotMs !== undefined;
  const problems = [
    ...(kind !== 'trace' && reading
      ? ['found --format, --block-tokens or --time-unit; expected them with a trace alone']
      : []),
    ...(kind !== 'scenario' && isSet
      ? ['found fields of a scenario; expected them with a scenario alone']
      : []),
    ...(kind === 'trace' && isPlayed
      ? ['found --answers, --ttft-ms or --tpot-ms; expected them with a scenario or a run']
      : []),
  ];
  if (problems.length) throw new UsageError(problems.map((problem) => `a ${kind}: ${problem}`));
}

type Open = (
  input: string,
  flags: InputFlags,
  rows: readonly Flag[],
) => Promise<CurveSource | undefined>;

const OPEN: Record<Kind, Open> = {
  scenario: async (input, flags, rows) => {
    // What is no scenario's file is a trace, which is played by one.
    const played = isScenarioFile(input)
      ? { file: input, flags }
      : { file: undefined, flags: { ...flags, trace: dataFile(input) } };
    const { scenarioOf } = await import('../scenario/scenario-of.ts');
    const scenario = await scenarioOf({ ...played, rows, isSent: false });
    if (flags.printScenario) {
      const [{ stringify }, { withoutSecrets }] = await Promise.all([
        import('yaml'),
        import('../../scenario/secrets.ts'),
      ]);
      process.stdout.write(stringify(withoutSecrets(scenario)));
      return undefined;
    }
    const { scenarioSource } = await import('../../curve/from-scenario.ts');
    return scenarioSource(input, scenario, optionsOf(flags));
  },
  run: async (input, flags) => {
    const [{ readRun }, { runSource }] = await Promise.all([
      import('../../record/run-folder.ts'),
      import('../../curve/from-run.ts'),
    ]);
    return runSource(input, readRun(input), optionsOf(flags));
  },
  trace: async (input, flags) => {
    const { traceSource } = await import('../../curve/from-trace.ts');
    return traceSource(dataFile(input), readingOf(flags));
  },
};

function kindOf(input: string): Kind {
  const stat = statSync(input, { throwIfNoEntry: false });
  if (stat?.isDirectory()) return existsSync(join(input, 'journal.ndjson')) ? 'run' : 'trace';
  if (/\.ya?ml$/i.test(input)) return 'scenario';
  return !stat && !input.includes('.') ? 'scenario' : 'trace';
}

function isScenarioFile(input: string): boolean {
  return kindOf(input) === 'scenario' || /\.json$/i.test(input);
}

function optionsOf({ answers, ttftMs, tpotMs, quiet }: InputFlags) {
  return {
    latency: { ...(ttftMs !== undefined && { ttftMs }), ...(tpotMs !== undefined && { tpotMs }) },
    areAnswersChanged: answers === 'changed',
    tell: (line: string) => void (quiet || say(line)),
  };
}

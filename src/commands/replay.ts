import { Command } from 'commander';
import { stringify } from 'yaml';
import type { Isolation } from '../run/isolation.ts';
import type { Change } from '../scenario/overrides.ts';
import { withValue } from '../scenario/paths.ts';
import { withoutSecrets } from '../scenario/secrets.ts';
import { type Flag, grouped, withFlags } from './flags/flag-table.ts';
import {
  FLAGS,
  outputFlags,
  resultFlags,
  screenFlags,
  targetFlags,
  watchFlags,
} from './flags/flags.ts';
import { ISOLATE } from './flags/isolate-flag.ts';
import { time } from './flags/options.ts';
import { TRACE_FLAGS } from './flags/trace-flags.ts';
import { type ScenarioFlags, scenarioOf } from './scenario/scenario-of.ts';
import { dataFile } from './scenario/shipped.ts';
import { flowingHelp } from './terminal/help-text.ts';

interface ReplayFlags extends ScenarioFlags {
  readonly simulate?: boolean;
  readonly isolate?: Isolation;
  readonly json?: string;
}

const replayFlags: readonly Flag[] = [
  ...grouped('Which requests', [
    { flags: '--limit <n>', path: 'conversation.trace.limit' },
    TRACE_FLAGS.until,
    { flags: '--kind <name>', path: 'conversation.trace.kind' },
    { flags: '--skip-failures', path: 'conversation.trace.skipFailures', default: undefined },
    FLAGS.users,
  ]),
  ...grouped('When', [
    TRACE_FLAGS.speedup,
    {
      flags: '--duration-limit <time>',
      says: 'stop after this long, whatever is in flight: that is cancelled, and all that was not sent is recorded as unsent',
      parse: time('sec', 0),
      changes: hardLimit,
    },
    TRACE_FLAGS.pacing,
    TRACE_FLAGS.maxIdle,
    { flags: '--max-sessions <n>', path: 'population.maxActive' },
    { flags: '--max-in-flight <n>', path: 'population.maxInFlight' },
  ]),
  ...grouped('What is said', [
    TRACE_FLAGS.context,
    {
      flags: '--max-tokens <n>',
      path: 'conversation.answer.ceilingTokens',
      says: 'most tokens of an answer, whatever the trace says',
    },
    {
      flags: '--no-force-answer',
      path: 'conversation.answer.force',
      says: 'let answers end earlier than in the trace',
    },
    FLAGS.tokenizer,
    FLAGS.seed,
  ]),
  ...grouped('What fails', [
    {
      flags: '--on-failure <policy>',
      path: 'failure.policy',
      default: 'skip',
    },
    { flags: '--retries <n>', path: 'failure.retries' },
    { flags: '--timeout <time>', path: 'timeouts.totalSec' },
  ]),
  ...targetFlags,
  ...grouped('Where requests go', [
    {
      flags: '--routing-strategy <name>',
      says: 'sent as the header routing-strategy, as AIBrix has it; default: none',
      changes: (name: string): Change => withHeader('routing-strategy', name),
    },
    {
      flags: '--session-header <name>',
      says: 'header that carries the name of the session, such as x-aibrix-session-key; requests without a session have none',
      changes:
        (name: string): Change =>
        (scenario) =>
          withValue(scenario, ['target', 'sessionHeaders'], [name]),
    },
    ISOLATE,
    FLAGS.simulate,
  ]),
  ...resultFlags,
  ...watchFlags,
  ...grouped('What comes of it', [...outputFlags, ...screenFlags]),
  ...grouped('The engine that is built in', [FLAGS.gpu]),
  FLAGS.set,
  { ...FLAGS.printScenario, says: 'print the scenario that this is, and send nothing' },
];

const HELP = `
The file is a workload of AIBrix (workload.jsonl), BurstGPT's CSV, or any trace that
\`confab trace inspect\` knows. Requests are sent when it says; those of a session one
after the other, each with the answers that came. Every request of the file has a
record: of its answer, of its error, cancelled, or unsent.

The same with all settings: confab run --trace FILE.
`;

/** Requests as they were recorded, by their times. */
export function replayCommand(): Command {
  const command = new Command('replay')
    .argument('<workload>', 'recorded requests: JSON lines, or CSV', dataFile)
    .description('Send recorded requests when they say, one record each.');
  return withFlags(command, replayFlags)
    .addHelpText('after', flowingHelp(HELP))
    .action(async (workload: string, flags: ReplayFlags) => {
      const { simulate: isSimulated = false, isolate, apiKey, quiet, json, wide } = flags;
      const traced = { ...flags, trace: workload, set: [ALL_RECORDED, ...flags.set] };
      const asked = { file: undefined, rows: replayFlags, flags: traced, isSent: !isSimulated };
      const scenario = await scenarioOf(asked);
      if (flags.printScenario) {
        process.stdout.write(stringify(withoutSecrets(scenario)));
        return;
      }
      const { playAndPresent } = await import('./play.ts');
      const shown = { isQuiet: quiet, isJson: json === '-', isWide: wide };
      await playAndPresent({ scenario, apiKey, isSimulated, isolate, ...shown });
    });
}

const ALL_RECORDED = 'stop.recordNotArrived=true';

/** Whatever is in flight then is cancelled at once. */
function hardLimit(limitSec: number): Change {
  return (scenario) =>
    withValue(withValue(scenario, ['stop', 'afterSec'], limitSec), ['stop', 'drainTimeoutSec'], 0);
}

function withHeader(name: string, value: string): Change {
  return (scenario) => withValue(scenario, ['target', 'headers', name], value);
}

import { Command } from 'commander';
import { stringify } from 'yaml';
import { UsageError } from '../base/errors.ts';
import type { Isolation } from '../run/resume.ts';
import { loadScenario } from '../scenario/load.ts';
import type { Partition } from '../scenario/population.ts';
import { collect, header, integer, number, oneOf, partition, share } from './options.ts';

/** Flags that say where requests go. */
export interface TargetFlags {
  readonly url?: string;
  readonly model?: string;
  readonly apiKey?: string;
  readonly header?: Record<string, string>;
  readonly ca?: string;
  readonly insecure?: boolean;
}

/** Flags that set fields of the scenario, `--set` among them. */
export interface OverrideFlags extends TargetFlags {
  readonly set: readonly string[];
  readonly seed?: string;
  readonly users?: number;
  readonly time?: number;
  readonly initUserId?: number;
  readonly drainTimeout?: number;
  readonly logInterval?: number;
  readonly maxErrorRate?: number;
  readonly outputDir?: string;
  readonly partition?: Partition;
}

interface RunFlags extends OverrideFlags {
  readonly resume?: string;
  readonly isolate: Isolation;
  readonly printScenario?: boolean;
}

/** Flags that are short for a `--set` of the path beside them. */
const SHORT_FOR = {
  url: 'target.url',
  model: 'target.model',
  ca: 'target.ca',
  insecure: 'target.insecure',
  seed: 'seed',
  users: 'population.users',
  time: 'stop.afterSec',
  initUserId: 'population.firstUserId',
  drainTimeout: 'stop.drainTimeoutSec',
  logInterval: 'output.logIntervalSec',
  maxErrorRate: 'thresholds.maxErrorRate',
  outputDir: 'output.dir',
  partition: 'population.partition',
} as const;

export function runCommand(): Command {
  return targetFlags(scenarioCommand('run'))
    .description('Play a scenario file against an endpoint or the embedded engine.')
    .option('--resume <dir>', 'continue the interrupted run in this run folder')
    .option(
      '--isolate <how>',
      'with --resume, keep conversations played again from hitting their own earlier play: none, salt (cache_salt), marker (a line before the prompt)',
      oneOf('none', 'salt', 'marker'),
      'none',
    )
    .action(async (file: string | undefined, flags: RunFlags) => {
      if (flags.resume === undefined) return start(file, flags, false);
      if (file !== undefined) {
        throw new UsageError(
          `found --resume and the scenario ${file}; expected one of them: a resumed run has its scenario in its folder`,
        );
      }
      await resume(flags.resume, flags);
    });
}

export function simulateCommand(): Command {
  return scenarioCommand('simulate')
    .description('Play a scenario file in virtual time, against the engine in this process.')
    .action((file: string | undefined, flags: RunFlags) => start(file, flags, true));
}

async function start(
  file: string | undefined,
  flags: RunFlags,
  isSimulated: boolean,
): Promise<void> {
  if (file === undefined) {
    throw new UsageError('no scenario: expected a file, as in `confab run configs/demo.yaml`');
  }
  const scenario = loadScenario(file, overrides(flags));
  if (flags.printScenario) {
    process.stdout.write(stringify(scenario));
    return;
  }
  // What it takes to play is loaded for scenarios that can be played.
  const { playAndPresent } = await import('./play.ts');
  await playAndPresent({ scenario, apiKey: flags.apiKey, isSimulated });
}

/** Continues the run in this folder. The flags may change where it goes. */
async function resume(dir: string, flags: RunFlags): Promise<void> {
  const [{ continuationOf }, { playAndPresent, presentFolder }] = await Promise.all([
    import('../play/resume.ts'),
    import('./play.ts'),
  ]);
  const { scenario, before, isComplete, warnings } = continuationOf(dir, overrides(flags));
  for (const warning of warnings) process.stderr.write(`warning: ${warning}\n`);
  process.stderr.write(
    `resuming ${dir}: ${before.played.size} conversations are finished, ${before.requests} requests were sent\n`,
  );
  if (isComplete) {
    process.stderr.write('nothing is left to play; raise population.users or stop.* with --set\n');
    await presentFolder(dir, scenario);
    return;
  }
  const { apiKey, isolate } = flags;
  await playAndPresent({ scenario, apiKey, resumed: { dir, before, isolate } });
}

/** Flags that any verb has which plays a scenario file. */
export function scenarioCommand(name: string): Command {
  return new Command(name)
    .argument('[scenario]', 'YAML or JSON file; see configs/ and `confab schema`')
    .option('--set <path=value>', 'set a field of the scenario; may be repeated', collect, [])
    .option('--seed <seed>', 'names every random stream of the run')
    .option('--users <n>', 'conversations to play', integer(1))
    .option('--time <seconds>', 'stop after this long', number(0))
    .option('--init-user-id <n>', 'id of the first user', integer(0))
    .option(
      '--drain-timeout <seconds>',
      'how long requests in flight may take at the end',
      number(),
    )
    .option('--log-interval <seconds>', 'time between two interval summaries', number(0))
    .option('--max-error-rate <share>', 'exit code 1 above this share of failed requests', share)
    .option('--output-dir <dir>', 'parent of the run folder')
    .option(
      '--partition <i/n>',
      'play the i-th (from 0) of n equal shares of the conversations, at the times of the whole; `confab report` merges their run folders',
      partition,
    )
    .option('--print-scenario', 'print the scenario with all defaults filled in, and send nothing');
}

export function targetFlags(command: Command): Command {
  return command
    .option('--url <url>', "base URL of the endpoint, or 'embedded'")
    .option('--model <name>', 'request model; default: the first that the endpoint names')
    .option('--api-key <key>', 'API key; default: the environment variable of target.apiKeyEnv')
    .option('--header <name: value>', 'extra header; may be repeated', header)
    .option('--ca <file>', 'PEM file of a certificate authority to trust')
    .option('--insecure', 'do not verify the TLS certificate');
}

/** What --set and the flags that are short for it say; the short ones last, so that they win. */
export function overrides(flags: OverrideFlags): string[] {
  const short = Object.entries(SHORT_FOR).flatMap(([flag, path]) => {
    const value = flags[flag as keyof typeof SHORT_FOR];
    return value === undefined ? [] : [`${path}=${JSON.stringify(value)}`];
  });
  // One by one, so that those of the scenario stay.
  const headers = Object.entries(flags.header ?? {}).map(
    ([name, value]) => `target.headers.${name}=${JSON.stringify(value)}`,
  );
  return [...flags.set, ...short, ...headers];
}

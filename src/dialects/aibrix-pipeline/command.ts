import { existsSync } from 'node:fs';
import { Command } from 'commander';
import { EXIT, UsageError } from '../../base/errors.ts';
import { makeFolder } from '../../base/make-folder.ts';
import { type Flag, withFlags } from '../../commands/flags/flag-table.ts';
import { FLAGS } from '../../commands/flags/flags.ts';
import { collect } from '../../commands/flags/options.ts';
import { flowingHelp } from '../../commands/terminal/help-text.ts';
import { say } from '../../commands/terminal/stderr.ts';
import { keysOf, readConfig } from './config.ts';
import { STAGES, STEPS, type Stage, type Step } from './stages.ts';

interface PipelineFlags {
  readonly config?: string;
  readonly stage: Stage | 'all';
  readonly set: readonly string[];
  readonly override: readonly string[];
  readonly download?: boolean;
  readonly dryRun?: boolean;
}

const pipelineFlags: readonly Flag[] = [
  { flags: '--config <file>', says: 'the same as the argument' },
  {
    flags: '--stage <stage>',
    says: 'what is done',
    choices: [...STAGES, 'all'],
    default: 'all',
  },
  {
    flags: '--set <a.b=value>',
    says: 'set a key of the configuration; may be repeated',
    parse: collect,
    default: [],
  },
  {
    flags: '--override <a.b=value>',
    says: "the same; 'help' lists the keys",
    parse: collect,
    default: [],
  },
  {
    flags: '--download',
    says: 'fetch a public data set or trace that is not there, as `confab dataset download` does',
  },
  { flags: '--dry-run', says: 'print the command line of each stage, and do nothing' },
  FLAGS.logFormat,
];

const HELP = `
The configuration is that of AIBrix's benchmark.py. Each stage is a command of confab:

  dataset    confab dataset multi-turn, dataset shared-prefix or convert, by prompt_type
  workload   confab workload, by workload_type: constant, synthetic, stat, azure,
             mooncake, or agent (workload_configs.agent.config_file)
  client     confab client
  analysis   confab analyze

\${NAME} is a variable of the environment, or else a key of the configuration, also
\${a.b}, wherever it stands. Paths are as seen from the current folder.
`;

/** Runs a command line of confab, and returns its exit code. */
export type RunVerb = (argv: readonly string[]) => Promise<number>;

/** `confab pipeline CONFIG.yaml`: the stages of AIBrix's benchmark.py, from one configuration. */
export function pipelineCommand(runVerb: RunVerb): Command {
  const command = new Command('pipeline')
    .description("Data set, workload, client and analysis from one file, as AIBrix's benchmark.py.")
    .argument('[config]', 'YAML file');
  return withFlags(command, pipelineFlags)
    .addHelpText('after', flowingHelp(HELP))
    .action((file: string | undefined, flags: PipelineFlags) => run(file, flags, runVerb));
}

async function run(
  given: string | undefined,
  { config: named, stage, download, dryRun, ...flags }: PipelineFlags,
  runVerb: RunVerb,
): Promise<void> {
  const file = given ?? named;
  if (file === undefined) throw new UsageError('CONFIG: missing; expected a YAML file');
  const isList = flags.override.includes('help');
  const overrides = [...flags.set, ...flags.override.filter((one) => one !== 'help')];
  const config = readConfig(file, overrides, process.env);
  if (isList) {
    const lines = keysOf(config).map(([key, value]) => `${key}=${shown(key, value)}\n`);
    process.stdout.write(lines.join(''));
    return;
  }
  const stages = stage === 'all' ? STAGES : [stage];
  // A key that a later stage lacks is told before the first begins.
  const steps = stages.map((one) => ({ stage: one, step: STEPS[one](config) as Step }));
  if (dryRun) {
    for (const { step } of steps) process.stdout.write(`${commandLine(step.argv)}\n`);
    return;
  }
  process.exitCode = await all(steps, { runVerb, mayFetch: download ?? false });
}

interface Doing {
  readonly runVerb: RunVerb;
  readonly mayFetch: boolean;
}

/** One after the other, until one fails; what a client did is looked at also where it went wrong. */
async function all(
  steps: readonly { readonly stage: Stage; readonly step: Step }[],
  doing: Doing,
): Promise<number> {
  let failed: number = EXIT.ok;
  for (const { stage, step } of steps) {
    say(`stage ${stage}: ${commandLine(step.argv)}`);
    const code = await done(step, doing);
    if (code === EXIT.ok) continue;
    say(`stage ${stage} ended with exit code ${code}`);
    failed ||= code;
    if (stage !== 'client' || code === EXIT.usage) return failed;
  }
  return failed;
}

async function done({ argv, folders, publicFile }: Step, { runVerb, mayFetch }: Doing) {
  for (const folder of folders) makeFolder(folder);
  if (publicFile && !existsSync(publicFile.path)) {
    const fetching = ['dataset', 'download', publicFile.name ?? '', '--output', publicFile.path];
    if (!mayFetch) {
      throw new UsageError(
        `${publicFile.path}: found no such file; expected it there, or --download, which does ${commandLine(fetching)}`,
      );
    }
    say(commandLine(fetching));
    const code = await runVerb(fetching);
    if (code !== EXIT.ok) return code;
  }
  return runVerb(argv);
}

const SECRET = '--api-key';

/** As a shell takes it, without its secret. */
function commandLine(argv: readonly string[]): string {
  const words = argv.map((word, index) => (argv[index - 1] === SECRET ? '…' : quoted(word)));
  return ['confab', ...words].join(' ');
}

function quoted(word: string): string {
  return /^[\w./:=,@%+-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`;
}

function shown(key: string, value: unknown): string {
  return key === 'api_key' && value !== null ? '…' : JSON.stringify(value);
}

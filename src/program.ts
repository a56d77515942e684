import { Command } from 'commander';
import { closeAtEnd } from './base/at-end.ts';
import { beginProgram } from './base/command-line.ts';
import { EXIT } from './base/errors.ts';
import { processLimits } from './base/process-limits.ts';
import { version } from './base/version.ts';
import { foreignFlagText } from './commands/flags/foreign-flags.ts';
import { loadSchema } from './commands/flags/schema-field.ts';
import { columnsOf } from './commands/terminal/screen.ts';
import { logAs, say } from './commands/terminal/stderr.ts';
import { exitCodeOf, shown } from './commands/terminal/told-error.ts';
import { withVerb } from './dialects/scripts.ts';

/** Verbs, and where they live. Only the one that is called is loaded: starting up costs what it needs. */
const VERBS: Record<string, { summary: string; load: () => Promise<Command> }> = {
  run: {
    summary: 'play a scenario file against an endpoint or the embedded engine',
    load: async () => (await import('./commands/run.ts')).runCommand(),
  },
  simulate: {
    summary: 'play a scenario file in virtual time, without an engine',
    load: async () => (await import('./commands/run.ts')).simulateCommand(),
  },
  plan: {
    summary: 'say what a scenario would ask of an engine, without one',
    load: async () => (await import('./commands/plan.ts')).planCommand(),
  },
  replay: {
    summary: 'send recorded requests when they say, one record each',
    load: async () => (await import('./commands/replay.ts')).replayCommand(),
  },
  sessions: {
    summary: 'groups that go round sessions, and how many an engine holds',
    load: async () => (await import('./commands/sessions.ts')).sessionsCommand(),
  },
  ab: {
    summary: 'whether one engine, setting or version is better than another, with controls',
    load: async () => (await import('./commands/ab/ab.ts')).abCommand(),
  },
  sweep: {
    summary: 'a scenario at many settings, or the largest load within limits',
    load: async () => (await import('./commands/sweep/sweep.ts')).sweepCommand(),
  },
  size: {
    summary: 'the fewest GB of KV memory that keep limits, their price, where more no longer pays',
    load: async () => (await import('./commands/size/size.ts')).sizeCommand(),
  },
  certify: {
    summary: "this client's own error, by streams and chunks a second; whether a scenario fits",
    load: async () => (await import('./commands/certify/certify.ts')).certifyCommand(),
  },
  calibrate: {
    summary: 'make a profile of a real engine, by probes of it or from runs against it',
    load: async () => (await import('./commands/calibrate/calibrate.ts')).calibrateCommand(),
  },
  conform: {
    summary: 'certify what a server says of its prefix cache, by probes with known answers',
    load: async () => (await import('./commands/conform/conform.ts')).conformCommand(),
  },
  'multi-round-qa': {
    summary: 'the command line of multi-round-qa.py',
    load: async () => (await import('./dialects/multi-round-qa/command.ts')).multiRoundCommand(),
  },
  'multi-turn': {
    summary: "the command line of vLLM's benchmark_serving_multi_turn.py",
    load: async () => (await import('./dialects/multi-turn/command.ts')).multiTurnCommand(),
  },
  agentic: {
    summary: 'rounds of agents over several models, from traces',
    load: async () => (await import('./dialects/agentic/command.ts')).agenticCommand(),
  },
  client: {
    summary: "the command line of AIBrix's client: workloads with times and sessions",
    load: async () => (await import('./dialects/aibrix-client/command.ts')).aibrixClientCommand(),
  },
  pipeline: {
    summary: "data set, workload, client and analysis from one file, as AIBrix's benchmark.py",
    load: async () =>
      (await import('./dialects/aibrix-pipeline/command.ts')).pipelineCommand(program),
  },
  burstgpt: {
    summary: "the command line of BurstGPT's example: a trace, or Gamma arrivals",
    load: async () => (await import('./dialects/burstgpt/command.ts')).burstgptCommand(),
  },
  online: {
    summary: "requests of known lengths at a rate, each with its priority, as the priority study's",
    load: async () => (await import('./dialects/online/command.ts')).onlineCommand(),
  },
  latency: {
    summary: 'how long one batch of requests takes, again and again',
    load: async () => (await import('./dialects/latency/command.ts')).latencyCommand(),
  },
  throughput: {
    summary: 'requests of known lengths, all at once',
    load: async () => (await import('./dialects/throughput/command.ts')).throughputCommand(),
  },
  priority: {
    summary: 'the priority study: policies side by side, in virtual time',
    load: async () => (await import('./commands/priority.ts')).priorityCommand(),
  },
  engine: {
    summary: 'serve the embedded engine over HTTP',
    load: async () => (await import('./commands/engine.ts')).engineCommand(),
  },
  prepare: {
    summary: 'prepare data sets',
    load: async () => (await import('./commands/prepare.ts')).prepareCommand(),
  },
  generate: {
    summary: "make conversations from a configuration of vLLM's multi-turn benchmark",
    load: async () => (await import('./commands/generate.ts')).generateCommand(),
  },
  dataset: {
    summary: 'make data sets of prompts with given lengths and shared parts',
    load: async () => (await import('./commands/dataset/dataset.ts')).datasetCommand(),
  },
  oracle: {
    summary: 'make data sets of queries and how long their answers are, known or predicted',
    load: async () => (await import('./commands/oracle/oracle.ts')).oracleCommand(),
  },
  convert: {
    summary: 'convert conversations, prompts or the records of a client',
    load: async () => (await import('./commands/convert.ts')).convertCommand(),
  },
  workload: {
    summary: 'make a file of timed requests of patterns, statistics or traces',
    load: async () => (await import('./commands/workload/workload.ts')).workloadCommand(),
  },
  trace: {
    summary: 'look at recorded requests, of any format',
    load: async () => (await import('./commands/trace/trace.ts')).traceCommand(),
  },
  cache: {
    summary: 'what a prefix cache could find, what it did find, and how large it is',
    load: async () => (await import('./commands/cache/cache.ts')).cacheCommand(),
  },
  report: {
    summary: 'make the report of finished runs again',
    load: async () => (await import('./commands/report/report.ts')).reportCommand(),
  },
  compare: {
    summary: 'runs side by side: differences, intervals, and a verdict in words',
    load: async () => (await import('./commands/compare.ts')).compareCommand(),
  },
  twin: {
    summary: 'a run beside its twin in virtual time, on the engine that a profile describes',
    load: async () => (await import('./commands/twin/twin.ts')).twinCommand(),
  },
  explain: {
    summary: 'what requests waited for: by cause, by request, and what if',
    load: async () => (await import('./commands/explain.ts')).explainCommand(),
  },
  analyze: {
    summary:
      "sums, percentiles and goodput of AIBrix client's records, vLLM's results, or run folders",
    load: async () => (await import('./commands/analyze.ts')).analyzeCommand(),
  },
  scenarios: {
    summary: 'list the scenarios that come with confab, to be played by name',
    load: async () => (await import('./commands/scenarios.ts')).scenariosCommand(),
  },
  schema: {
    summary: 'print the JSON Schema of scenario files, or of summary.json',
    load: async () => (await import('./commands/schema.ts')).schemaCommand(),
  },
  completion: {
    summary: 'what makes bash, zsh or fish complete all this',
    load: async () =>
      (await import('./commands/completion/completion.ts')).completionCommand(VERBS),
  },
  help: {
    summary: 'the help of a verb, or a topic such as metrics; alone: what there is',
    load: async () => (await import('./commands/help.ts')).helpCommand(VERBS),
  },
};

/**
 * Does what the arguments say, and returns the code to exit with; errors are told on stderr. A process may
 * call it several times, one after the other.
 */
export async function program(argv: readonly string[]): Promise<number> {
  process.exitCode = undefined;
  beginProgram(argv);
  logAs(argv);
  // Read now: when there is no file left to open, nor is this one.
  const limits = processLimits();
  try {
    return await dispatch(withVerb(argv));
  } catch (error) {
    return exitCodeOf(error, limits);
  } finally {
    await closeAtEnd();
  }
}

async function dispatch(argv: readonly string[]): Promise<number> {
  if (isBugReport(argv)) {
    const { environmentText } = await import('./commands/scenario/environment.ts');
    process.stdout.write(await environmentText());
    return EXIT.ok;
  }
  const root = new Command('confab')
    .description('A multi-turn conversation simulator for LLM serving engines.')
    .version(version(), '-V, --version', 'the version; with --verbose all that a bug report needs')
    .helpCommand(false);
  const called = VERBS[argv[0] ?? ''];
  if (asksSchema(argv)) await loadSchema();
  for (const [name, verb] of Object.entries(VERBS)) {
    const command =
      verb === called ? await verb.load() : new Command(name).description(verb.summary);
    root.addCommand(exiting(command, argv));
  }
  exiting(root, argv);
  if (argv.length === 0) {
    root.outputHelp();
    return EXIT.usage;
  }
  await root.parseAsync(argv as string[], { from: 'user' });
  return Number(process.exitCode ?? EXIT.ok);
}

/** Flags, and the help of other verbs, are worded by the schema of scenarios; where none is asked for, it stays away. */
function asksSchema(argv: readonly string[]): boolean {
  const isOfOthers = argv[0] === 'help' || argv[0] === 'completion';
  return isOfOthers || argv.some((argument) => argument.startsWith('-'));
}

/** `--version --verbose`: commander would have answered by the first of them. */
function isBugReport(argv: readonly string[]): boolean {
  const others = argv.filter((argument) => argument !== '--verbose');
  return argv.length === 2 && (others[0] === '--version' || others[0] === '-V');
}

/** Makes commander throw instead of leaving the process, for this command and those below it. */
function exiting(command: Command, argv: readonly string[]): Command {
  command
    .exitOverride()
    .showHelpAfterError('(see --help)')
    .configureOutput({
      writeErr: (text) => say(shown(text).trimEnd()),
      outputError: (text, write) => write(knowing(unquoted(text), argv)),
      getOutHelpWidth: () => columnsOf(process.stdout),
    });
  for (const child of command.commands) exiting(child, argv);
  return command;
}

/** Verbs that play a scenario. */
const PLAYING: readonly unknown[] = ['run', 'simulate', 'plan', 'sweep', 'size'];

/** A flag of another tool is answered with what is the same here. */
function knowing(text: string, argv: readonly string[]): string {
  const [, flag, inline] = /^error: unknown option '(--[\w-]+)(?:=(.*))?'/.exec(text) ?? [];
  if (flag === undefined || !PLAYING.includes(argv[0])) return text;
  const foreign = foreignFlagText(flag, inline ?? argv[argv.indexOf(flag) + 1]);
  return foreign === undefined ? text : `error: ${foreign}\n`;
}

/** Commander repeats the argument that it complains of; of a header that is, or holds, a secret. */
function unquoted(text: string): string {
  return text.replace(/(option '--header [^']*' argument) '.*' (is invalid)/s, '$1 $2');
}

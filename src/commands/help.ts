import { Command } from 'commander';
import { UsageError } from '../base/errors.ts';
import { didYouMean, nearest } from '../base/suggest.ts';
import { readDocument, sectionOf } from '../help/markdown.ts';
import { terminalText } from '../help/terminal.ts';
import { metricsHelp } from '../report/metric-help.ts';

/** Something to read about that is no verb; or about a verb, where its flags do not say enough. */
export interface Topic {
  readonly name: string;
  readonly summary: string;
  /** Set for a terminal of 80 columns. */
  text(): string;
}

/** A verb's help needs its flags, which are loaded with it. */
type Verbs = Readonly<Record<string, { load(): Promise<Command> }>>;

export const TOPICS: readonly Topic[] = [
  {
    name: 'scenario',
    summary: 'the file that holds everything a run needs, field by field',
    text: () => documentText('src/scenario/README.md'),
  },
  {
    name: 'target',
    summary: 'reaching an engine: URLs, keys, certificates, silent engines',
    text: () => documentText('src/transport/README.md'),
  },
  {
    name: 'metrics',
    summary: 'every number of the report, and how it is counted',
    text: () => `${metricsHelp()}\n`,
  },
  {
    name: 'files',
    summary: 'what a run leaves in its folder, field by field',
    text: () => documentText('src/record/README.md'),
  },
  {
    name: 'exports',
    summary: 'files for other tools: vLLM, AIPerf, GuideLLM, CI, Prometheus',
    text: () => documentText('src/export/README.md'),
  },
  {
    name: 'pandas',
    summary: 'every planned request in pandas and DuckDB',
    text: () => documentText('src/export/README.md', ['pandas and DuckDB']),
  },
  {
    name: 'exit-codes',
    summary: 'what a script can conclude from how confab ended',
    text: () => documentText('README.md', ['Exit codes']),
  },
  {
    name: 'configs',
    summary: 'the scenarios that come with the project, and what each shows',
    text: () => documentText('configs/README.md'),
  },
  {
    name: 'corpora',
    summary: 'texts, sample conversations and vocabularies, and your own',
    text: () => documentText('corpora/README.md'),
  },
  {
    name: 'traces',
    summary: 'replaying recorded requests at the times when they came',
    text: () => documentText('src/workload/traces/README.md'),
  },
  {
    name: 'dialects',
    summary: 'which command takes the place of which script',
    text: () => documentText('src/dialects/README.md'),
  },
  ...['multi-round-qa', 'multi-turn', 'agentic'].map((name) => ({
    name,
    summary: 'what is different from the script of that name',
    text: () => documentText(`src/dialects/${name}/README.md`),
  })),
  {
    name: 'plan',
    summary: 'what a scenario will ask of an engine, before it is run',
    text: () => documentText('src/plan/README.md'),
  },
  {
    name: 'sessions',
    summary: 'finding how many sessions an engine holds',
    text: () => documentText('src/sessions/README.md'),
  },
  {
    name: 'resume',
    summary: 'interrupting a run, and going on with it',
    text: () => documentText('src/run/README.md', ['Interrupted?']),
  },
  {
    name: 'partitions',
    summary: 'one run played by several processes or machines',
    text: () => documentText('src/run/README.md', ['Several processes, several machines']),
  },
  {
    name: 'launch',
    summary: 'containers, Kubernetes, Slurm; what is written, and where',
    text: () => documentText('configs/launch/README.md'),
  },
  {
    name: 'engine',
    summary: 'the engine that is built in: what it models, what it tells',
    text: () =>
      documentText('src/engine/README.md', [
        'Starting it',
        'What it models',
        'What differs from vLLM',
        'What it tells',
      ]),
  },
  {
    name: 'trust',
    summary: 'how far the built-in engine can be trusted, and why',
    text: () => documentText('src/engine/README.md', ['How far to trust it']),
  },
  {
    name: 'gpus',
    summary: 'a GPU or a model that is not shipped',
    text: () => documentText('src/engine/README.md', ['Your GPU, your model']),
  },
  {
    name: 'offloading',
    summary: 'KV cache in host memory, on disk and remote: does it pay?',
    text: () => documentText('src/engine/README.md', ['Does offloading pay?']),
  },
  {
    name: 'policies',
    summary: 'scheduling by priority and in turns',
    text: () => documentText('src/engine/README.md', ['Who goes first?']),
  },
  {
    name: 'defects',
    summary: 'making the engine lose what its cache holds, for a reason',
    text: () => documentText('src/engine/README.md', ['What goes wrong in real ones']),
  },
  {
    name: 'theory',
    summary: 'closed forms: load, ideal, working set, capacity of a cache',
    text: () => documentText('src/cache/README.md'),
  },
];

/** `confab help [name]`: a verb's help, a topic, or first the one and then the other; alone, what there is. */
export function helpCommand(verbs: Verbs): Command {
  return new Command('help')
    .description('the help of a verb, or a topic; alone: what there is')
    .argument('[name]', 'a verb or a topic')
    .action(async (name: string | undefined, _flags: unknown, command: Command) => {
      if (name === undefined) {
        command.parent!.outputHelp();
        process.stdout.write(`\n${topicList()}`);
        return;
      }
      const verb = Object.hasOwn(verbs, name) ? verbs[name] : undefined;
      const topic = TOPICS.find((one) => one.name === name);
      if (!verb && !topic) throw unknown(name, Object.keys(verbs));
      // The name that its usage line shows; it has no parent here.
      if (verb) (await verb.load()).name(`confab ${name}`).outputHelp();
      if (topic) process.stdout.write(`${verb ? '\n' : ''}${topic.text()}`);
    });
}

function topicList(): string {
  const width = Math.max(...TOPICS.map(({ name }) => name.length));
  const lines = TOPICS.map(({ name, summary }) => `  ${name.padEnd(width)}  ${summary}`);
  return `Topics, for \`confab help <topic>\`:\n${lines.join('\n')}\n`;
}

function unknown(name: string, verbs: readonly string[]): UsageError {
  const topics = TOPICS.map((topic) => topic.name);
  const others = topics.filter((topic) => !verbs.includes(topic));
  const meant = didYouMean(nearest(name, [...verbs, ...topics]));
  return new UsageError(
    `help: found '${name}'${meant}; expected a verb (${verbs.join(', ')}) or a topic (${others.join(', ')})`,
  );
}

/** A document of the project, or its sections of these headings. */
function documentText(path: string, headings?: readonly string[]): string {
  const document = readDocument(path);
  if (!headings) return terminalText(document);
  return terminalText(
    headings.map((heading) => `## ${heading}\n\n${sectionOf(document, heading)}`).join('\n'),
  );
}

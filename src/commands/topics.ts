import { readDocument, sectionOf } from '../help/markdown.ts';
import { terminalText } from '../help/terminal.ts';
import { metricsHelp } from '../report/metric-help.ts';

/** Something to read about that is no verb; or about a verb, where its flags do not say enough. */
export interface Topic {
  readonly name: string;
  readonly summary: string;
  /** Set for a terminal of so many columns. */
  text(columns?: number): string;
}

export const TOPICS: readonly Topic[] = [
  {
    name: 'scenario',
    summary: 'the file that holds everything a run needs, field by field',
    text: (columns) => documentText(columns, 'src/scenario/README.md'),
  },
  {
    name: 'target',
    summary: 'reaching an engine: URLs, keys, certificates, silent engines',
    text: (columns) => documentText(columns, 'src/transport/README.md'),
  },
  {
    name: 'metrics',
    summary: 'every number of the report, and how it is counted',
    text: (columns) => `${metricsHelp(columns)}\n`,
  },
  {
    name: 'files',
    summary: 'what a run leaves in its folder, field by field',
    text: (columns) => documentText(columns, 'src/record/README.md'),
  },
  {
    name: 'exports',
    summary: 'files for other tools: vLLM, AIPerf, GuideLLM, CI, Prometheus',
    text: (columns) => documentText(columns, 'src/export/README.md'),
  },
  {
    name: 'pages',
    summary: 'the report as one HTML page, and figures for papers',
    text: (columns) => documentText(columns, 'src/report/html/README.md'),
  },
  {
    name: 'comparing',
    summary: 'is B better than A? What is refused, and what a verdict means',
    text: (columns) => documentText(columns, 'src/compare/README.md'),
  },
  {
    name: 'ledger',
    summary: 'why less was found in the cache than could be, by token',
    text: (columns) => documentText(columns, 'src/ledger/README.md'),
  },
  {
    name: 'explaining',
    summary: 'where the time went: parts, causes, tiers, what if',
    text: (columns) => documentText(columns, 'src/attribution/README.md'),
  },
  {
    name: 'twin',
    summary: 'a run beside its twin in virtual time, its band, and what if',
    text: (columns) => documentText(columns, 'src/twin/README.md'),
  },
  {
    name: 'server-metrics',
    summary: "the server's own counters, and whether the records agree",
    text: (columns) => documentText(columns, 'src/server/README.md'),
  },
  {
    name: 'capacity',
    summary: 'how large a prefix cache is by its hits, and what survives',
    text: (columns) => documentText(columns, 'src/capacity/README.md'),
  },
  {
    name: 'pandas',
    summary: 'every planned request in pandas and DuckDB',
    text: (columns) => documentText(columns, 'src/export/README.md', ['pandas and DuckDB']),
  },
  {
    name: 'exit-codes',
    summary: 'what a script can conclude from how confab ended',
    text: (columns) => documentText(columns, 'README.md', ['Exit codes']),
  },
  {
    name: 'configs',
    summary: 'the scenarios that come with the project, and what each shows',
    text: (columns) => documentText(columns, 'configs/README.md'),
  },
  {
    name: 'corpora',
    summary: 'texts, sample conversations and vocabularies, and your own',
    text: (columns) => documentText(columns, 'corpora/README.md'),
  },
  {
    name: 'traces',
    summary: 'replaying recorded requests at the times when they came',
    text: (columns) => documentText(columns, 'src/workload/traces/README.md'),
  },
  {
    name: 'workload',
    summary: 'files of timed requests, of patterns, statistics and traces',
    text: (columns) => documentText(columns, 'src/workload/timed/README.md'),
  },
  {
    name: 'dialects',
    summary: 'which command takes the place of which script',
    text: (columns) => documentText(columns, 'src/dialects/README.md'),
  },
  ...['multi-round-qa', 'multi-turn', 'agentic'].map((name) => ({
    name,
    summary: 'what is different from the script of that name',
    text: (columns?: number) => documentText(columns, `src/dialects/${name}/README.md`),
  })),
  {
    name: 'datasets',
    summary: 'making, converting and fetching data sets of prompts',
    text: (columns) => documentText(columns, 'src/workload/datasets/README.md'),
  },
  {
    name: 'client',
    summary: "what is different from AIBrix's client, and its records",
    text: (columns) => documentText(columns, 'src/dialects/aibrix-client/README.md'),
  },
  {
    name: 'analyze',
    summary: "what is different from AIBrix's analysis",
    text: (columns) => documentText(columns, 'src/dialects/aibrix-client/README.md', ['Analysis']),
  },
  {
    name: 'priority',
    summary: 'the priority study: shortest first, its price, and its scripts',
    text: (columns) => documentText(columns, 'src/study/README.md'),
  },
  {
    name: 'plan',
    summary: 'what a scenario will ask of an engine, before it is run',
    text: (columns) => documentText(columns, 'src/plan/README.md'),
  },
  {
    name: 'inspect',
    summary: 'what a trace is, and what a prefix cache could find in it',
    text: (columns) => documentText(columns, 'src/inspect/README.md'),
  },
  {
    name: 'curve',
    summary: 'what prefix caches of every size find of the same requests',
    text: (columns) => documentText(columns, 'src/curve/README.md'),
  },
  {
    name: 'ab',
    summary: 'whether one engine, setting or version is better than another',
    text: (columns) => documentText(columns, 'src/ab/README.md'),
  },
  {
    name: 'live',
    summary: 'a run while it goes on, in a browser',
    text: (columns) => documentText(columns, 'src/live/README.md'),
  },
  {
    name: 'certify',
    summary: "this client's own error, alone and beside a run",
    text: (columns) => documentText(columns, 'src/certify/README.md'),
  },
  {
    name: 'calibrating',
    summary: 'a profile of a real engine, by probes of it or from runs',
    text: (columns) => documentText(columns, 'src/calibrate/README.md'),
  },
  {
    name: 'conformance',
    summary: 'what a server says of its prefix cache, certified by probes',
    text: (columns) => documentText(columns, 'src/conform/README.md'),
  },
  {
    name: 'sweep',
    summary: 'many settings in one table, and the largest load within limits',
    text: (columns) => documentText(columns, 'src/sweep/README.md'),
  },
  {
    name: 'sizing',
    summary: 'how much KV memory keeps the limits, and what it costs',
    text: (columns) => documentText(columns, 'src/sizing/README.md'),
  },
  {
    name: 'sessions',
    summary: 'finding how many sessions an engine holds',
    text: (columns) => documentText(columns, 'src/sessions/README.md'),
  },
  {
    name: 'resume',
    summary: 'interrupting a run, and going on with it',
    text: (columns) => documentText(columns, 'src/run/README.md', ['Interrupted?']),
  },
  {
    name: 'partitions',
    summary: 'one run played by several processes or machines',
    text: (columns) =>
      documentText(columns, 'src/run/README.md', ['Several processes, several machines']),
  },
  {
    name: 'workers',
    summary: 'one run on every core of a machine',
    text: (columns) => documentText(columns, 'src/workers/README.md'),
  },
  {
    name: 'scale',
    summary: 'many machines: ranks, a common start, a million users',
    text: (columns) => documentText(columns, 'src/ranks/README.md'),
  },
  {
    name: 'launch',
    summary: 'containers, Kubernetes, Slurm; what is written, and where',
    text: (columns) => documentText(columns, 'configs/launch/README.md'),
  },
  {
    name: 'engine',
    summary: 'the engine that is built in: what it models, what it tells',
    text: (columns) =>
      documentText(columns, 'src/engine/README.md', [
        'Starting it',
        'What it models',
        'What differs from vLLM',
        'What it tells',
      ]),
  },
  {
    name: 'trust',
    summary: 'how far the built-in engine can be trusted, and why',
    text: (columns) => documentText(columns, 'src/engine/README.md', ['How far to trust it']),
  },
  {
    name: 'gpus',
    summary: 'a GPU or a model that is not shipped',
    text: (columns) => documentText(columns, 'src/engine/README.md', ['Your GPU, your model']),
  },
  {
    name: 'offloading',
    summary: 'KV cache in host memory, on disk and remote: does it pay?',
    text: (columns) => documentText(columns, 'src/engine/README.md', ['Does offloading pay?']),
  },
  {
    name: 'policies',
    summary: 'scheduling by priority and in turns',
    text: (columns) => documentText(columns, 'src/engine/README.md', ['Who goes first?']),
  },
  {
    name: 'defects',
    summary: 'making the engine lose what its cache holds, for a reason',
    text: (columns) =>
      documentText(columns, 'src/engine/README.md', ['What goes wrong in real ones']),
  },
  {
    name: 'theory',
    summary: 'closed forms: load, ideal, working set, capacity of a cache',
    text: (columns) => documentText(columns, 'src/cache/README.md'),
  },
];

/** A document of the project, or its sections of these headings. */
function documentText(
  columns: number | undefined,
  path: string,
  headings?: readonly string[],
): string {
  const document = readDocument(path);
  if (!headings) return terminalText(document, columns);
  return terminalText(
    headings.map((heading) => `## ${heading}\n\n${sectionOf(document, heading)}`).join('\n'),
    columns,
  );
}

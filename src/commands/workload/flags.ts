import { PRESETS, type PresetName } from '../../workload/timed/curve.ts';
import { type Flag, grouped } from '../flags/flag-table.ts';
import { screenFlags } from '../flags/flags.ts';
import { integer, number, time } from '../flags/options.ts';
import { dataFile } from '../scenario/shipped.ts';

/** What commander makes of the flags below; those without a default may be missing. */
export interface WorkloadFlags {
  readonly type?: WorkloadType;
  readonly duration: number;
  readonly interval: number;
  readonly seed?: string;
  readonly qps?: number;
  readonly promptLen?: number;
  readonly completionLen?: number;
  readonly trafficPattern?: PresetName;
  readonly promptLenPattern?: PresetName;
  readonly completionLenPattern?: PresetName;
  readonly trafficPatternConfig?: string;
  readonly promptLenPatternConfig?: string;
  readonly completionLenPatternConfig?: string;
  readonly statTraceType: 'maas' | 'cloudide';
  readonly trafficFile?: string;
  readonly promptLenFile?: string;
  readonly completionLenFile?: string;
  readonly groupIntervalSeconds: number;
  readonly agentConfig?: string;
  readonly rateFactor?: number;
  readonly promptFactor?: number;
  readonly completionFactor?: number;
  readonly qpsScale?: number;
  readonly inputScale?: number;
  readonly outputScale?: number;
  readonly promptFile?: string;
  readonly lengths: 'exact' | 'nearest';
  readonly maxConcurrentSessions: number;
  readonly tokenizer: string;
  readonly outputDir: string;
  readonly outputFormat: 'jsonl' | 'json';
  readonly figures: boolean;
  readonly wide?: boolean;
}

export const WORKLOAD_TYPES = [
  'constant',
  'synthetic',
  'stat',
  'azure',
  'mooncake',
  'trace',
  'agent',
] as const;

export type WorkloadType = (typeof WORKLOAD_TYPES)[number];

const presets = Object.keys(PRESETS);

const timeFlags: readonly Flag[] = [
  {
    flags: '--trace-type, --type <kind>',
    says: 'where times and lengths come from, as below',
    choices: WORKLOAD_TYPES,
  },
  {
    flags: '--duration-ms, --duration <time>',
    says: 'how long it lasts: milliseconds, or with a unit; of a trace, its own time',
    parse: time('ms', 0),
    default: 60_000,
  },
  {
    flags: '--interval-ms, --interval <time>',
    says: 'how often a pattern takes a new value; the curve stays the same',
    parse: time('ms', 0),
    default: 1000,
  },
  {
    flags: '--seed <seed>',
    says: 'the same seed writes the same file; default: 0, or what --agent-config says',
  },
];

const curveFlags: readonly Flag[] = grouped('constant and synthetic', [
  {
    flags: '--target-qps, --qps <rate>',
    says: 'requests per second: constant (1), or the mean of a preset (6)',
    parse: number(0),
  },
  {
    flags: '--target-prompt-len, --prompt-len <tokens>',
    says: 'tokens of a prompt: constant, or the mean of a preset (1024)',
    parse: integer(1),
  },
  {
    flags: '--target-completion-len, --completion-len <tokens>',
    says: 'tokens of an answer, likewise',
    parse: integer(1),
  },
  {
    flags: '--traffic-pattern <preset>',
    says: 'how the rate goes up and down',
    choices: presets,
  },
  { flags: '--prompt-len-pattern <preset>', says: 'how prompts do', choices: presets },
  { flags: '--completion-len-pattern <preset>', says: 'how answers do', choices: presets },
  {
    flags: '--traffic-pattern-config <file>',
    parse: dataFile,
    says: 'the same from JSON: mean, fluctuate, noise, period_len_ms and only_rise; or A, B, sigma, period, omega',
  },
  { flags: '--prompt-len-pattern-config <file>', says: 'of prompts', parse: dataFile },
  { flags: '--completion-len-pattern-config <file>', says: 'of answers', parse: dataFile },
]);

const fileFlags: readonly Flag[] = grouped('stat and traces', [
  {
    flags: '--traffic-file <file>',
    parse: dataFile,
    says: 'CSV of rates over time, or the trace',
  },
  {
    flags: '--prompt-len-file <file>',
    says: 'stat: CSV of lengths of prompts over time',
    parse: dataFile,
  },
  { flags: '--completion-len-file <file>', says: 'stat: of answers', parse: dataFile },
  {
    flags: '--stat-trace-type <form>',
    says: 'stat: percentiles of tokens (maas), or bytes received and sent (cloudide)',
    choices: ['maas', 'cloudide'],
    default: 'maas',
  },
  {
    flags: '--group-interval-seconds <seconds>',
    says: "azure: requests of so many seconds come at once; 0: at the trace's own times",
    parse: number(),
    default: 1,
  },
  {
    flags: '--agent-config <file>',
    says: 'agent: JSON of sessions, turns, tools and lengths',
    parse: dataFile,
  },
]);

const factorFlags: readonly Flag[] = grouped('More or less of it', [
  factor('rate', 'qpsScale', 'multiplies the rate; a trace passes so many times as fast'),
  factor('prompt', 'inputScale', 'multiplies the lengths of prompts'),
  factor('completion', 'outputScale', 'multiplies the lengths of answers'),
  scale('qps', 'rateFactor', 'divides the rate, as AIBrix has it'),
  scale('input', 'promptFactor', 'divides the lengths of prompts'),
  scale('output', 'completionFactor', 'divides the lengths of answers'),
]);

const promptFlags: readonly Flag[] = grouped('What is said', [
  {
    flags: '--prompt-file <file>',
    parse: dataFile,
    says: 'prompts, or sessions of prompts, JSON lines; default: words of Moby Dick',
  },
  {
    flags: '--lengths <rule>',
    says: 'where a length is asked for: prompts are cut or go on to exactly that length; or the nearest are taken as they are',
    choices: ['exact', 'nearest'],
    default: 'exact',
  },
  {
    flags: '--max-concurrent-sessions <n>',
    says: 'sessions of the file that are under way at a time',
    parse: integer(1),
    default: 1,
  },
  {
    flags: '--tokenizer <spec>',
    says: "'gpt2', a folder, a tokenizer.json or a Hugging Face model name",
    default: 'gpt2',
  },
]);

const resultFlags: readonly Flag[] = grouped('What comes of it', [
  { flags: '--output-dir <dir>', says: 'for workload.jsonl and its figures', default: 'output' },
  {
    flags: '--output-format <form>',
    says: 'a line an entry, or one array',
    choices: ['jsonl', 'json'],
    default: 'jsonl',
  },
  { flags: '--no-figures', says: 'the file alone' },
  ...screenFlags,
]);

/** All flags of AIBrix's generator under its names, and what it has not. */
export const workloadFlags: readonly Flag[] = [
  ...timeFlags,
  ...curveFlags,
  ...fileFlags,
  ...factorFlags,
  ...promptFlags,
  ...resultFlags,
];

function factor(what: string, other: string, says: string): Flag {
  return { flags: `--${what}-factor <factor>`, says, parse: number(0), conflicts: [other] };
}

function scale(what: string, other: string, says: string): Flag {
  return { flags: `--${what}-scale <factor>`, says, parse: number(0), conflicts: [other] };
}

import { UsageError } from '../base/errors.ts';

/** The verb; what is typed in its place; or the verb by what is behind it. */
type Row = readonly string[] | string | ((rest: readonly string[]) => readonly string[]);

/** Scripts that are typed as they were: the verb that has their flags, or what is typed in their place. */
const SCRIPTS: Readonly<Record<string, Row>> = {
  'multi-round-qa': ['multi-round-qa'],
  benchmark_serving_multi_turn: ['multi-turn'],
  convert_sharegpt_to_openai: ['convert', 'sharegpt'],
  cleanup_sharegpt: ['prepare', 'cleanup-sharegpt'],
  'agentic-qa': ['agentic'],
  benchmark: ['pipeline'],
  profile_vllm_server: ['burstgpt'],
  'burstgpt.cli': ['burstgpt'],
  pre_shareGPT: ['prepare', 'prompt-pool'],
  synthetic_prefix_sharing_dataset: ['dataset', 'shared-prefix'],
  multiturn_prefix_sharing_dataset: ['dataset', 'multi-turn'],
  'generator.dataset_generator.utility': [],
  workload_generator: ['workload'],
  'generator.workload_generator.utility': ['workload', 'utility'],
  // Of the folder that it was called in nothing is typed: what has a mode joins workloads.
  utility: (rest) => (rest.some((one) => /^--mode\b/.test(one)) ? ['workload', 'utility'] : []),
  download_queries: ['oracle', 'queries'],
  create_dataset: ['oracle', 'create'],
  add_noise: ['oracle', 'noise'],
  online_benchmarking: ['online'],
  benchmark_latency: ['latency'],
  benchmark_throughput: ['throughput'],
  'client.client': ['client'],
  'client.analyze': ['analyze'],

  data_preprocessing: 'confab prepare sharegpt INPUT OUTPUT --proportion SHARE',
  'real-multi-round-qa': 'confab sessions SCENARIO --groups C --sessions S',
  'mooncake-qa': 'confab run --trace FILE --url URL',
  'sharegpt-qa': 'confab run prompts --set conversation.file=FILE',
  benchmark_serving:
    'confab run --url URL --qps RATE; its flags are named where they are called otherwise',
};

/**
 * The arguments with the verb in place of a script's name, as it is or behind a path: `multi-round-qa.py`; or
 * behind its packages, as `python -m` has them. Where two scripts have one name, their rows have packages too.
 * @throws UsageError for a script whose flags no verb has, with what is typed instead.
 */
export function withVerb(argv: readonly string[]): readonly string[] {
  const [first = '', ...rest] = argv;
  if (first === 'help') return ['help', ...(verbOf(rest[0])?.slice(0, 1) ?? rest)];
  return withHyphens(verbOf(first, rest) ?? [first], rest, argv);
}

/** Verbs of scripts whose flags are spelled with underscores, which are as good as hyphens there. */
const UNDERSCORED: readonly unknown[] = ['burstgpt', 'prompt-pool'];

function withHyphens(
  verb: readonly string[],
  rest: readonly string[],
  argv: readonly string[],
): readonly string[] {
  const all = argv.length ? [...verb, ...rest] : argv;
  if (!all.slice(0, 2).some((name) => UNDERSCORED.includes(name))) return all;
  return all.map((argument) => argument.replace(/^--[^=]+/, (flag) => flag.replaceAll('_', '-')));
}

function verbOf(given = '', rest: readonly string[] = []): readonly string[] | undefined {
  const parts = given.replace(/\.py$/, '').split(/[./]/);
  const names = parts.map((_, i) => parts.slice(i).join('.'));
  const name = names.find((one) => Object.hasOwn(SCRIPTS, one));
  const row = name === undefined ? undefined : SCRIPTS[name];
  if (typeof row === 'function') return row(rest);
  if (typeof row !== 'string') return row;
  throw new UsageError(`${given}: its flags are not known here; expected ${row}`);
}

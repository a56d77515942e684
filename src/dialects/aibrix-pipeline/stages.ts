import { join } from 'node:path';
import { UsageError } from '../../base/errors.ts';
import { found } from '../../base/json.ts';
import { type Config, valueAt } from './config.ts';

export const STAGES = ['dataset', 'workload', 'client', 'analysis'] as const;
export type Stage = (typeof STAGES)[number];

/** What a stage does: a command line of confab, and what has to be there for it. */
export interface Step {
  readonly argv: readonly string[];
  /** Has to be there for it; the others make theirs. */
  readonly folder?: string;
  /** A public file that it reads, where it may be missing: how `confab dataset download` calls it, and where it is. */
  readonly publicFile?: { readonly name: string | undefined; readonly path: string };
}

/** The command line of each stage. @throws UsageError for a key that is missing, or has no such value. */
export const STEPS = {
  dataset(config) {
    const type = text(config, 'prompt_type');
    const file = text(config, 'dataset_file');
    const { argv, publicFile } = choice(DATASETS, type, 'prompt_type')(config);
    return { argv: [...argv, '--output', file], ...(publicFile && { publicFile }) };
  },

  workload(config) {
    const type = text(config, 'workload_type');
    const dir = text(config, 'workload_dir');
    const { argv, publicFile, hasNoPrompts } = choice(WORKLOADS, type, 'workload_type')(config);
    return {
      argv: [
        ...['workload', '--trace-type', type, '--output-dir', dir],
        ...flags(config, '', {
          ...(!hasNoPrompts && { 'prompt-file': 'dataset_file' }),
          'interval-ms': 'interval_ms',
          'duration-ms': 'duration_ms',
          tokenizer: 'tokenizer',
          seed: 'seed',
        }),
        ...argv,
      ],
      ...(publicFile && { publicFile }),
    };
  },

  client(config) {
    const key = valueAt(config, 'api_key');
    // Of a key that the environment does not have only its name is there.
    const hasKey = typeof key === 'string' && key !== '' && !UNSET.test(key);
    return {
      argv: [
        ...['client', '--workload-path', text(config, 'workload_file')],
        ...['--output-file-path', recordsOf(config)],
        ...(hasKey ? ['--api-key', key] : []),
        ...(valueAt(config, 'streaming_enabled') === true ? ['--streaming'] : []),
        ...(valueAt(config, 'client_session_key_header') === true ? ['--session-key-header'] : []),
        ...flags(config, '', {
          endpoint: 'endpoint',
          model: 'target_model',
          'routing-strategy': 'routing_strategy',
          'output-token-limit': 'output_token_limit',
          'time-scale': 'time_scale',
          'timeout-second': 'timeout_second',
          'max-retries': 'max_retries',
          'duration-limit': 'client_duration_limit',
          'max-concurrent-sessions': 'client_max_concurrent_sessions',
        }),
      ],
      folder: text(config, 'client_output'),
    };
  },

  analysis(config) {
    const output = text(config, 'trace_output');
    const goals = valueAt(config, 'goodput_target') ?? [];
    const targets = (Array.isArray(goals) ? goals : [goals]).flatMap((one) =>
      String(one).split(/[\s,]+/),
    );
    return {
      argv: [
        ...['analyze', '--trace', recordsOf(config), '--output', output],
        ...targets.filter(Boolean).flatMap((target) => ['--goodput-target', target]),
      ],
    };
  },
} satisfies Record<Stage, (config: Config) => Step>;

interface Kind {
  readonly argv: readonly string[];
  readonly publicFile?: Step['publicFile'];
  /** Its prompts are its own. */
  readonly hasNoPrompts?: boolean;
}

type Kinds = Readonly<Record<string, (config: Config) => Kind>>;

const DATASETS: Kinds = {
  synthetic_multiturn: (config) => ({
    argv: [
      ...['dataset', 'multi-turn'],
      ...flags(config, '', { tokenizer: 'tokenizer', seed: 'seed' }),
      ...flags(config, 'dataset_configs.synthetic_multiturn.', {
        'shared-prefix-len': 'shared_prefix_length',
        'prompt-length-mean': 'prompt_length',
        'prompt-length-std': 'prompt_std',
        'num-turns-mean': 'num_turns',
        'num-turns-std': 'num_turns_std',
        'num-sessions-mean': 'num_sessions',
        'num-sessions-std': 'num_sessions_std',
      }),
    ],
  }),
  synthetic_shared: (config) => ({
    argv: [
      ...['dataset', 'shared-prefix', '--randomize-order', '--app-name', 'synthetic_shared'],
      ...flags(config, '', { tokenizer: 'tokenizer', seed: 'seed' }),
      ...flags(config, 'dataset_configs.synthetic_shared.', {
        'prompt-length': 'prompt_length',
        'prompt-length-std': 'prompt_std',
        'shared-proportion': 'shared_prop',
        'shared-proportion-std': 'shared_prop_std',
        'num-samples-per-prefix': 'num_samples',
        'num-prefix': 'num_prefix',
        'num-configs': 'num_dataset_configs',
      }),
    ],
  }),
  sharegpt(config) {
    const path = text(config, 'dataset_configs.sharegpt.target_dataset');
    return {
      argv: ['convert', '--path', path, '--type', 'sharegpt'],
      publicFile: { name: 'sharegpt', path },
    };
  },
  client_trace: (config) => ({
    argv: [
      ...['convert', '--path', text(config, 'dataset_configs.client_trace.trace')],
      ...['--type', 'trace'],
    ],
  }),
};

const SESSIONS = { 'max-concurrent-sessions': 'max_concurrent_sessions' };

const WORKLOADS: Kinds = {
  constant: (config) => ({
    argv: flags(config, 'workload_configs.constant.', {
      'target-qps': 'target_qps',
      'target-prompt-len': 'target_prompt_len',
      'target-completion-len': 'target_completion_len',
      ...SESSIONS,
    }),
  }),
  synthetic(config) {
    const at = 'workload_configs.synthetic.';
    const isPreset = valueAt(config, `${at}use_preset_pattern`) !== false;
    const patterns = isPreset
      ? flags(config, `${at}preset_patterns.`, {
          'traffic-pattern': 'traffic_pattern',
          'prompt-len-pattern': 'prompt_len_pattern',
          'completion-len-pattern': 'completion_len_pattern',
        })
      : flags(config, `${at}pattern_files.`, {
          'traffic-pattern-config': 'traffic_file',
          'prompt-len-pattern-config': 'prompt_len_file',
          'completion-len-pattern-config': 'completion_len_file',
        });
    // Where the script looks for it, and where its configuration has it.
    const nested = flags(config, `${at}pattern_files.`, SESSIONS);
    const sessions = flags(config, at, SESSIONS);
    return { argv: [...patterns, ...(sessions.length ? sessions : nested)] };
  },
  stat: (config) => ({
    argv: flags(config, 'workload_configs.stat.', {
      'stat-trace-type': 'stat_trace_type',
      'traffic-file': 'traffic_file',
      'prompt-len-file': 'prompt_len_file',
      'completion-len-file': 'completion_len_file',
      'qps-scale': 'qps_scale',
      'input-scale': 'input_scale',
      'output-scale': 'output_scale',
      ...SESSIONS,
    }),
  }),
  azure: (config) => recorded(config, 'azure', 'conv', { ...GROUPS, ...SESSIONS }),
  // Its prompts are made of its blocks.
  mooncake: (config) => ({
    ...recorded(config, 'mooncake', 'conversation', {}),
    hasNoPrompts: true,
  }),
  agent: (config) => ({
    argv: ['--agent-config', text(config, 'workload_configs.agent.config_file')],
    hasNoPrompts: true,
  }),
};

const GROUPS = { 'group-interval-seconds': 'group_interval_seconds' };

/** A trace's file, which is public: `trace_type` says which one it is, where it is not there. */
function recorded(config: Config, kind: string, usual: string, more: Keys): Kind {
  const at = `workload_configs.${kind}.`;
  const path = text(config, `${at}trace_path`);
  const type = valueAt(config, `${at}trace_type`) ?? usual;
  return {
    argv: ['--traffic-file', path, ...flags(config, at, more)],
    publicFile: { name: `${kind}-${type}`, path },
  };
}

type Keys = Readonly<Record<string, string>>;

/** Flags of what the configuration has; what is null there is left out. */
function flags(config: Config, at: string, keys: Keys): string[] {
  return Object.entries(keys).flatMap(([flag, key]) => {
    const value = valueAt(config, at + key);
    if (value === undefined || value === null) return [];
    return [`--${flag}`, plain(value, at + key)];
  });
}

function recordsOf(config: Config): string {
  return join(text(config, 'client_output'), 'output.jsonl');
}

function text(config: Config, key: string): string {
  const value = valueAt(config, key);
  if (value === undefined || value === null) {
    throw new UsageError(`${key}: missing; expected it in the configuration, or by --set ${key}=…`);
  }
  return plain(value, key);
}

const UNSET = /\$\{[\w.-]+\}/;

function plain(value: unknown, key: string): string {
  // Lists of a data set's configurations.
  if (Array.isArray(value)) return value.map((one) => plain(one, key)).join(',');
  if (typeof value === 'object') {
    throw new UsageError(`${key}: ${found(value)}; expected a text or a number`);
  }
  const said = String(value);
  if (!UNSET.test(said)) return said;
  throw new UsageError(
    `${key}: found ${said}, which is neither in the environment nor a key of the configuration; expected a value, as by --set ${key}=…`,
  );
}

function choice(kinds: Kinds, name: string, key: string) {
  const kind = Object.hasOwn(kinds, name) ? kinds[name] : undefined;
  if (kind) return kind;
  throw new UsageError(`${key}: found '${name}'; expected one of ${Object.keys(kinds).join(', ')}`);
}

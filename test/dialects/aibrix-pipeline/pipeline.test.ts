import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Command } from 'commander';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { loadSchema } from '../../../src/commands/flags/schema-field.ts';
import { pipelineCommand } from '../../../src/dialects/aibrix-pipeline/command.ts';
import { keysOf, readConfig, valueAt } from '../../../src/dialects/aibrix-pipeline/config.ts';
import { STAGES, STEPS } from '../../../src/dialects/aibrix-pipeline/stages.ts';
import { freshFolder } from '../../support/folders.ts';

await loadSchema();

const CONFIG = `
tokenizer: gpt2
base: ./out
dataset_dir: "\${base}/dataset"
prompt_type: synthetic_multiturn
dataset_configs:
  synthetic_multiturn: {shared_prefix_length: 5, prompt_length: 80, prompt_std: 40, num_turns: 3,
    num_turns_std: 2, num_sessions: 20, num_sessions_std: 1}
  synthetic_shared: {prompt_length: "40,50", prompt_std: "1,2", shared_prop: "0.9,0.5",
    shared_prop_std: "0.1,0.1", num_samples: [3, 4], num_prefix: "1,1", num_dataset_configs: 2}
  sharegpt: {target_dataset: "\${dataset_dir}/raw/\${prompt_type}.json"}
  client_trace: {trace: "\${client_trace_path}"}
dataset_file: \${dataset_dir}/\${prompt_type}.jsonl
workload_type: constant
interval_ms: 500
duration_ms: 10000
workload_dir: "./out/\${workload_type}"
workload_configs:
  constant: {target_qps: 1, target_prompt_len: null, max_concurrent_sessions: 2}
  synthetic:
    use_preset_pattern: true
    preset_patterns: {traffic_pattern: slow_rising, prompt_len_pattern: severe_fluctuation}
    pattern_files: {traffic_file: t.json, prompt_len_file: p.json, completion_len_file: c.json}
    max_concurrent_sessions: 7
  stat: {traffic_file: "\${stat_traffic}", stat_trace_type: maas, qps_scale: 1.5}
  azure: {trace_path: "\${base}/azure.csv"}
  mooncake: {trace_path: "\${base}/mooncake.jsonl", trace_type: toolagent}
  agent: {config_file: agent.json}
workload_file: "\${workload_dir}/workload.jsonl"
client_output: "\${base}/client"
endpoint: http://localhost:8888
api_key: \${API_KEY}
target_model: m
streaming_enabled: true
output_token_limit: 128
client_duration_limit: null
trace_output: "\${base}/analysis"
goodput_target: "tpot:0.5"
`;

/** As it stands in a configuration. */
const of = (name: string) => `$\{${name}}`;

let cwd: string;
let before: string;
beforeEach(() => {
  before = process.cwd();
  cwd = freshFolder();
  writeFileSync(join(cwd, 'cfg.yaml'), CONFIG);
  process.chdir(cwd);
});
afterEach(() => {
  process.chdir(before);
  process.exitCode = undefined;
  vi.restoreAllMocks();
});

const read = (overrides: readonly string[] = [], env = {}) =>
  readConfig('cfg.yaml', overrides, env);

function argvOf(stage: keyof typeof STEPS, overrides: readonly string[] = [], env = {}): string {
  return STEPS[stage](read(overrides, env)).argv.join(' ');
}

describe('001-43 what stands for something is put in', () => {
  test('001-43 at any depth, through other keys, and after overrides', () => {
    const config = read(['base=/tmp/x', 'prompt_type=sharegpt']);
    expect(valueAt(config, 'dataset_file')).toBe('/tmp/x/dataset/sharegpt.jsonl');
    expect(valueAt(config, 'dataset_configs.sharegpt.target_dataset')).toBe(
      '/tmp/x/dataset/raw/sharegpt.json',
    );
    const dotted = read([`tokenizer=${of('workload_configs.stat.qps_scale')} ${of('nothing')}`]);
    expect(valueAt(dotted, 'tokenizer')).toBe(`1.5 ${of('nothing')}`);
  });

  test('001-43 the environment comes first, and what it lacks is told by who needs it', () => {
    expect(argvOf('client', [], { API_KEY: 'k' })).toContain('--api-key k');
    expect(argvOf('client')).not.toContain('api-key');
    expect(argvOf('workload', ['workload_type=stat'], { stat_traffic: 'f.csv' })).toContain(
      '--traffic-file f.csv',
    );
    expect(() => argvOf('workload', ['workload_type=stat'])).toThrow(
      `workload_configs.stat.traffic_file: found ${of('stat_traffic')}, which is neither in the environment nor a key`,
    );
  });

  test('001-43 keys that stand for each other are refused', () => {
    expect(() => read([`base=${of('dataset_dir')}`])).toThrow(
      /base -> dataset_dir -> base|dataset_dir -> base -> dataset_dir/,
    );
  });
});

describe('001-42 each stage is a command', () => {
  test.each([
    [
      'synthetic_multiturn',
      'dataset multi-turn --tokenizer gpt2 --shared-prefix-len 5 --prompt-length-mean 80 --prompt-length-std 40 --num-turns-mean 3 --num-turns-std 2 --num-sessions-mean 20 --num-sessions-std 1 --output ./out/dataset/synthetic_multiturn.jsonl',
    ],
    [
      'synthetic_shared',
      'dataset shared-prefix --randomize-order --app-name synthetic_shared --tokenizer gpt2 --prompt-length 40,50 --prompt-length-std 1,2 --shared-proportion 0.9,0.5 --shared-proportion-std 0.1,0.1 --num-samples-per-prefix 3,4 --num-prefix 1,1 --num-configs 2 --output ./out/dataset/synthetic_shared.jsonl',
    ],
    [
      'sharegpt',
      'convert --path ./out/dataset/raw/sharegpt.json --type sharegpt --output ./out/dataset/sharegpt.jsonl',
    ],
    [
      'client_trace',
      'convert --path t.jsonl --type trace --output ./out/dataset/client_trace.jsonl',
    ],
  ])('001-42 of prompt_type %s', (type, line) => {
    expect(argvOf('dataset', [`prompt_type=${type}`], { client_trace_path: 't.jsonl' })).toBe(line);
  });

  const PROMPTS = '--prompt-file ./out/dataset/synthetic_multiturn.jsonl ';
  const COMMON = '--interval-ms 500 --duration-ms 10000 --tokenizer gpt2';

  test.each([
    ['constant', `${PROMPTS}${COMMON} --target-qps 1 --max-concurrent-sessions 2`],
    [
      'synthetic',
      `${PROMPTS}${COMMON} --traffic-pattern slow_rising --prompt-len-pattern severe_fluctuation --max-concurrent-sessions 7`,
    ],
    ['stat', `${PROMPTS}${COMMON} --stat-trace-type maas --traffic-file s.csv --qps-scale 1.5`],
    ['azure', `${PROMPTS}${COMMON} --traffic-file ./out/azure.csv`],
    ['mooncake', `${COMMON} --traffic-file ./out/mooncake.jsonl`],
    ['agent', `${COMMON} --agent-config agent.json`],
  ])('001-42 of workload_type %s', (type, rest) => {
    expect(argvOf('workload', [`workload_type=${type}`], { stat_traffic: 's.csv' })).toBe(
      `workload --trace-type ${type} --output-dir ./out/${type} ${rest}`,
    );
  });

  test('001-42 patterns may be files', () => {
    const set = ['workload_type=synthetic', 'workload_configs.synthetic.use_preset_pattern=false'];
    expect(argvOf('workload', set)).toContain(
      '--traffic-pattern-config t.json --prompt-len-pattern-config p.json --completion-len-pattern-config c.json --max-concurrent-sessions 7',
    );
  });

  test('001-42 the client plays the workload, and the analysis reads what it wrote', () => {
    expect(argvOf('client')).toBe(
      'client --workload-path ./out/constant/workload.jsonl --output-file-path out/client/output.jsonl --streaming --endpoint http://localhost:8888 --model m --output-token-limit 128',
    );
    expect(argvOf('analysis', ['goodput_target=[tpot:0.5, "ttft:1"]'])).toBe(
      'analyze --trace out/client/output.jsonl --output ./out/analysis --goodput-target tpot:0.5 --goodput-target ttft:1',
    );
  });

  test('001-42 other types, and keys that are missing, are refused by their names', () => {
    expect(() => argvOf('workload', ['workload_type=x'])).toThrow(
      "workload_type: found 'x'; expected one of constant, synthetic, stat, azure, mooncake, agent",
    );
    expect(() => argvOf('dataset', ['dataset_file=null'])).toThrow('dataset_file: missing');
  });
});

/** Runs the command with verbs that end as `codes` say, and returns what was called. */
async function called(
  args: readonly string[],
  codes: Readonly<Record<string, number>> = {},
  doing: (verb: string) => void = () => {},
) {
  const lines: string[] = [];
  vi.spyOn(process.stderr, 'write').mockImplementation(() => true);
  const runVerb = async (argv: readonly string[]) => {
    lines.push(argv.slice(0, argv[0] === 'dataset' ? 2 : 1).join(' '));
    doing(argv[0]!);
    return codes[argv[0]!] ?? 0;
  };
  const program = new Command('confab').addCommand(pipelineCommand(runVerb));
  await program.parseAsync(['pipeline', 'cfg.yaml', ...args], { from: 'user' });
  return { lines, code: process.exitCode };
}

describe('001-42 the stages', () => {
  test('001-42 come one after the other, or one alone', async () => {
    expect((await called([])).lines).toEqual([
      'dataset multi-turn',
      'workload',
      'client',
      'analyze',
    ]);
    for (const stage of STAGES) {
      expect((await called(['--stage', stage])).lines).toHaveLength(1);
    }
  });

  test('001-42 the folder of the client is there for it, and stays if it wrote something', async () => {
    const folder = join('out', 'client');
    const seen: [verb: string, isThere: boolean][] = [];
    const look = (verb: string) => void seen.push([verb, existsSync(folder)]);
    await called(['--stage', 'client'], { client: 2 }, look);
    expect(existsSync('out')).toBe(false);
    await called([], {}, (verb) => {
      look(verb);
      if (verb === 'client') writeFileSync(join(folder, 'output.jsonl'), '');
    });
    expect(seen).toEqual([
      ['client', true],
      ['dataset', false],
      ['workload', false],
      ['client', true],
      ['analyze', true],
    ]);
  });

  test('001-42 a key that is set and that nobody reads is told', async () => {
    const told = async (...sets: string[]) => {
      await called(['--stage', 'workload', ...sets.flatMap((set) => ['--set', set])]);
      const lines = vi.mocked(process.stderr.write).mock.calls.map(([text]) => String(text));
      return lines.filter((line) => line.includes('no use'));
    };
    const constant = 'workload_configs.constant';
    expect(await told(`${constant}.target_prompt_len=5`, 'seed=3')).toEqual([]);
    expect(await told('place=x', `workload_dir=\${place}/y`)).toEqual([]);
    expect(await told(`${constant}.target_qqs=5`, 'goodput_targets=ttft:1')).toEqual([
      `${constant}.target_qqs: found no use for it in workload: left out\n`,
      'goodput_targets: found no use for it in workload: left out\n',
    ]);
  });

  test('001-42 end with the first that fails; what a client did is analysed all the same', async () => {
    expect(await called([], { workload: 2 })).toEqual({
      lines: ['dataset multi-turn', 'workload'],
      code: 2,
    });
    const { lines, code } = await called([], { client: 1 });
    expect([lines.at(-1), code]).toEqual(['analyze', 1]);
  });

  test('001-42 do nothing where a later one lacks a key', async () => {
    await expect(called(['--set', 'trace_output=null'])).rejects.toThrow('trace_output: missing');
    expect(existsSync('out')).toBe(false);
  });

  test('001-44 a public file that is missing is fetched on demand only', async () => {
    const sharegpt = ['--stage', 'dataset', '--set', 'prompt_type=sharegpt'];
    await expect(called(sharegpt)).rejects.toThrow(
      './out/dataset/raw/sharegpt.json: found no such file; expected it there, or --download, which does confab dataset download sharegpt --output ./out/dataset/raw/sharegpt.json',
    );
    expect((await called([...sharegpt, '--download'])).lines).toEqual([
      'dataset download',
      'convert',
    ]);
    const mooncake = ['--stage', 'workload', '--set', 'workload_type=mooncake'];
    await expect(called(mooncake)).rejects.toThrow('dataset download mooncake-toolagent');
  });

  test('001-42 keys are listed, and command lines printed, without the key of the API', async () => {
    const printed: string[] = [];
    vi.spyOn(process.stdout, 'write').mockImplementation((text) => {
      printed.push(String(text));
      return true;
    });
    vi.stubEnv('API_KEY', 'sekret');
    await called(['--override', 'help']);
    expect(printed.join('')).toContain('dataset_configs.synthetic_multiturn.num_turns=3\n');
    const { lines } = await called(['--dry-run', '--override', 'target_model=a b']);
    vi.unstubAllEnvs();
    expect(lines).toEqual([]);
    expect(printed.join('')).toContain("--model 'a b'");
    expect(printed.join('')).not.toContain('sekret');
    expect(keysOf(read()).length).toBeGreaterThan(30);
  });
});

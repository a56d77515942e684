import type { Command } from 'commander';
import { collect, integer, number } from './options.ts';

/** Flags of `confab engine` that are fields of the scenario's `engine`, or of a part of it. */
export interface EngineFlags {
  readonly kvGb?: number;
  readonly offload?: string;
  readonly cpuGb?: number;
  readonly diskGb?: number;
  readonly remoteGb?: number;
  readonly replicas?: number;
  readonly routing?: string;
  readonly fault?: readonly string[];
  readonly set?: readonly string[];
  /** All others have the field's own name. */
  readonly [engineField: string]: unknown;
}

export function engineFields(command: Command): Command {
  return command
    .option('--gpu <profile>', 'cost profile, listed below, or a .json file; default: a100')
    .option('--model-config <file>', "config.json, for its KV bytes; default: the profile's model")
    .option('--blocks <n>', 'KV blocks, one of them unused; default: what fits', integer(2))
    .option('--kv-gb <GB>', 'instead of blocks: memory of the KV cache, 1e9 bytes', number(0))
    .option('--block-tokens <n>', 'tokens of a KV block; default: 16', integer(1))
    .option('--no-prefix-caching', 'compute every prompt from its start')
    .option('--offload <preset>', 'tiers below the GPU as in vllm, lmcache or hicache')
    .option('--cpu-gb <GB>', 'host memory for KV, with --offload', number(0))
    .option('--disk-gb <GB>', 'disk for KV, with --offload', number(0))
    .option('--remote-gb <GB>', 'remote memory for KV, with --offload', number(0))
    .option('--policy <name>', 'fcfs, priority, round_robin, priority_round_robin; default: fcfs')
    .option('--priority-order <order>', 'lowestFirst (vLLM) or highestFirst (SGLang)')
    .option(
      '--steps-before-preemption <n>',
      'round robin: tokens of a turn; default: 30',
      integer(1),
    )
    .option('--max-batched-tokens <n>', 'token budget of a step; default: 2048', integer(1))
    .option('--max-seqs <n>', 'most running requests; default: 256', integer(1))
    .option('--max-model-tokens <n>', 'longest prompt plus answer; default: 131072', integer(1))
    .option('--api-ms <ms>', 'HTTP, tokenizing and IPC, once a request; default: 14', number())
    .option('--host-ms <ms>', "host time a step; default: the profile's", number())
    .option('--replicas <n>', 'engines behind this address; default: 1', integer(1))
    .option('--routing <how>', 'random, roundRobin, session; default: random')
    .option('--answer-tokens <n>', 'mean answer length without limits; default: 100', integer(1))
    .option('--answer-cv <cv>', 'its coefficient of variation; default: 0.5', number())
    .option('--reasoning-tokens <n>', 'mean reasoning before an answer; default: 0', integer(0))
    .option('--no-report-cached', 'leave prompt_tokens_details out of the usage')
    .option('--no-report-request-metrics', 'leave the times of each request out')
    .option('--seed <seed>', 'of answers and faults; default: 0')
    .option('--fault <rule>', 'inject a fault, as below; may be repeated', collect)
    .option(
      '--set <field=value>',
      "any field of a scenario's engine section, as in defects.retokenised=0.2; may be repeated",
      collect,
    );
}

/** The engine section of a scenario, as far as the flags say. */
export function engineSection(flags: EngineFlags): Record<string, unknown> {
  const {
    kvGb,
    offload,
    cpuGb,
    diskGb,
    remoteGb,
    replicas,
    routing,
    fault,
    set: _,
    ...same
  } = flags;
  return {
    ...same,
    kvGB: kvGb,
    faults: fault,
    offload: { preset: offload, cpu: tier(cpuGb), disk: tier(diskGb), remote: tier(remoteGb) },
    replicas: { count: replicas, routing },
  };
}

function tier(capacityGB: number | undefined): object | undefined {
  return capacityGB === undefined ? undefined : { capacityGB };
}

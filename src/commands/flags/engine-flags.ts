import type { Flag } from './flag-table.ts';
import { FLAGS } from './flags.ts';
import { collect } from './options.ts';

/** The embedded engine, as `confab engine` has it. */
export const engineFlags: readonly Flag[] = [
  { flags: '--model <name>', path: 'engine.model' },
  { flags: '--tokenizer <spec>', path: 'engine.tokenizer' },
  { ...FLAGS.gpu, says: 'cost profile, listed below, or a .json file' },
  { flags: '--model-config <file>', path: 'engine.modelConfig' },
  { flags: '--blocks <n>', path: 'engine.blocks' },
  { flags: '--kv-gb <GB>', path: 'engine.kvGB' },
  { flags: '--block-tokens <n>', path: 'engine.blockTokens' },
  {
    flags: '--no-prefix-caching',
    path: 'engine.prefixCaching',
    says: 'compute every prompt from its start',
  },
  { flags: '--offload <preset>', path: 'engine.offload.preset' },
  tier('cpu', 'host memory'),
  tier('disk', 'disk'),
  tier('remote', 'remote memory'),
  { flags: '--policy <name>', path: 'engine.policy' },
  { flags: '--priority-order <order>', path: 'engine.priorityOrder' },
  { flags: '--steps-before-preemption <n>', path: 'engine.stepsBeforePreemption' },
  { flags: '--max-batched-tokens <n>', path: 'engine.maxBatchedTokens' },
  { flags: '--max-seqs <n>', path: 'engine.maxSeqs' },
  { flags: '--max-model-tokens <n>', path: 'engine.maxModelTokens' },
  { flags: '--api-ms <ms>', path: 'engine.apiMs' },
  { flags: '--host-ms <ms>', path: 'engine.hostMs' },
  { flags: '--replicas <n>', path: 'engine.replicas.count' },
  { flags: '--routing <how>', path: 'engine.replicas.routing' },
  { flags: '--answer-tokens <n>', path: 'engine.answerTokens' },
  { flags: '--answer-cv <cv>', path: 'engine.answerCv' },
  { flags: '--reasoning-tokens <n>', path: 'engine.reasoningTokens' },
  {
    flags: '--no-report-cached',
    path: 'engine.reportCached',
    says: 'leave prompt_tokens_details out of the usage',
  },
  {
    flags: '--report-tiers',
    path: 'engine.reportTiers',
    says: 'say which cached tokens came from below the GPU; no released vLLM does',
  },
  {
    flags: '--dev-mode',
    path: 'engine.devMode',
    says: "serve /reset_prefix_cache, as VLLM_SERVER_DEV_MODE=1, and SGLang's /flush_cache",
  },
  {
    flags: '--no-report-request-metrics',
    path: 'engine.reportRequestMetrics',
    says: 'leave the times of each request out',
  },
  { flags: '--seed <seed>', path: 'engine.seed' },
  {
    flags: '--fault <rule>',
    path: 'engine.faults',
    says: 'inject a fault, as below; may be repeated',
    parse: collect,
  },
];

function tier(name: 'cpu' | 'disk' | 'remote', medium: string): Flag {
  return {
    flags: `--${name}-gb <GB>`,
    path: `engine.offload.${name}.capacityGB`,
    says: `${medium} for KV, with --offload; 1 GB is 1e9 bytes`,
  };
}

import type { Flag } from './flag-table.ts';
import { collect, header, partition } from './options.ts';

/** Flags that several commands have, each the same in all of them. */
export const FLAGS = {
  // Where requests go
  url: { flags: '--url <url>', path: 'target.url' },
  model: { flags: '--model <name>', path: 'target.model' },
  apiKey: {
    flags: '--api-key <key>',
    says: 'API key; default: the environment variable of target.apiKeyEnv (OPENAI_API_KEY)',
  },
  header: {
    flags: '--header <name: value>',
    path: 'target.headers',
    says: 'extra header; may be repeated',
    parse: header,
  },
  ca: { flags: '--ca <file>', path: 'target.ca' },
  insecure: { flags: '--insecure', path: 'target.insecure' },
  apiKeyHeader: { flags: '--api-key-header <name>', path: 'target.apiKeyHeader' },
  requestId: {
    flags: '--request-id <template>',
    path: 'target.requestId.template',
    says: 'name every request in the header x-request-id, as by {conversation}-{turn}; default: the server does',
    // The template's own default is that of a target that has one.
    default: undefined,
  },
  cookies: {
    flags: '--cookies',
    path: 'target.cookies',
    says: 'send the cookies that an answer sets with the later requests of its conversation',
  },
  noStreamUsage: {
    flags: '--no-stream-usage',
    path: 'target.streamUsage',
    says: 'leave stream_options out, and count the tokens that the server does not tell',
  },
  maxTokensField: { flags: '--max-tokens-field <name>', path: 'target.maxTokensField' },
  noStream: {
    flags: '--no-stream',
    path: 'target.stream',
    says: 'ask for whole answers; TTFT is then the latency',
  },
  // What is played
  set: {
    flags: '--set <path=value>',
    says: 'set a field of the scenario; may be repeated',
    parse: collect,
    default: [],
  },
  seed: { flags: '--seed <seed>', path: 'seed' },
  users: { flags: '--users <n>', path: 'population.users' },
  time: { flags: '--time <seconds>', path: 'stop.afterSec' },
  initUserId: { flags: '--init-user-id <n>', path: 'population.firstUserId' },
  drainTimeout: { flags: '--drain-timeout <seconds>', path: 'stop.drainTimeoutSec' },
  partition: {
    flags: '--partition <i/n>',
    path: 'population.partition',
    says: 'play the i-th (from 0) of n equal shares of the conversations, at the times of the whole; `confab report` merges their run folders',
    parse: partition,
  },
  simulate: {
    flags: '--simulate',
    says: 'play in virtual time, against the engine in this process',
  },
  gpu: { flags: '--gpu <profile>', path: 'engine.gpu' },
  tokenizer: { flags: '--tokenizer <spec>', path: 'conversation.tokenizer' },
  // What comes of it
  logInterval: { flags: '--log-interval <seconds>', path: 'output.logIntervalSec' },
  maxErrorRate: { flags: '--max-error-rate <share>', path: 'thresholds.maxErrorRate' },
  outputDir: { flags: '--output-dir <dir>', path: 'output.dir' },
  verbose: { flags: '--verbose', says: 'print every request as it ends' },
  printScenario: {
    flags: '--print-scenario',
    says: 'print the scenario that the flags mean, and send nothing',
  },
} satisfies Record<string, Flag>;

/** Where the requests of a scenario file go. */
export const targetFlags: readonly Flag[] = [
  FLAGS.url,
  FLAGS.model,
  FLAGS.apiKey,
  FLAGS.apiKeyHeader,
  FLAGS.header,
  FLAGS.requestId,
  FLAGS.cookies,
  FLAGS.noStreamUsage,
  FLAGS.maxTokensField,
  FLAGS.ca,
  FLAGS.insecure,
];

/** What comes of a run. */
export const outputFlags: readonly Flag[] = [
  FLAGS.logInterval,
  FLAGS.maxErrorRate,
  FLAGS.outputDir,
];

/** Of any verb that plays a scenario file. */
export const playFlags: readonly Flag[] = [
  FLAGS.set,
  FLAGS.seed,
  FLAGS.users,
  FLAGS.time,
  FLAGS.initUserId,
  FLAGS.drainTimeout,
  ...outputFlags,
  FLAGS.partition,
  {
    ...FLAGS.printScenario,
    says: 'print the scenario with all defaults filled in, and send nothing',
  },
];

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

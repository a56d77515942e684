import { type Flag, grouped } from './flag-table.ts';
import { addedExport, concurrency, requestsPerSec, usersPerSec } from './load-changes.ts';
import {
  collect,
  countOrRange,
  header,
  integer,
  number,
  partition,
  port,
  timeOrRange,
  workers,
} from './options.ts';
import { traceFlags } from './trace-flags.ts';

/** Flags that several commands have, each the same in all of them. */
export const FLAGS = {
  // Where requests go
  url: { flags: '--base-url, --url <url>', path: 'target.url' },
  model: { flags: '--model <name>', path: 'target.model' },
  apiKey: {
    flags: '--api-key <key>',
    says: 'API key; default: the environment variable of target.apiKeyEnv (OPENAI_API_KEY)',
  },
  apiKeyFile: { flags: '--api-key-file <file>', path: 'target.apiKeyFile' },
  header: {
    flags: '--header <name: value>',
    path: 'target.headers',
    says: 'extra header; may be repeated',
    parse: header,
    isMerged: true,
  },
  ca: { flags: '--ca <file>', path: 'target.ca' },
  insecure: { flags: '--insecure', path: 'target.insecure' },
  metricsUrl: {
    flags: '--metrics-url <url>',
    path: 'target.metricsUrls',
    says: "keep this page of metrics besides the target's own: another replica's, LMCache's; may be repeated",
    parse: collect,
  },
  metricsEvery: {
    flags: '--metrics-every <time>',
    path: 'output.metricsEverySec',
    says: 'read the pages of metrics so often; before and after the run in any case',
  },
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
  users: { flags: '--num-conversations, --users <n>', path: 'population.users' },
  time: { flags: '--time, --duration <time>', path: 'stop.afterSec' },
  initUserId: { flags: '--init-user-id <n>', path: 'population.firstUserId' },
  drainTimeout: { flags: '--drain-timeout <time>', path: 'stop.drainTimeoutSec' },
  partition: {
    flags: '--partition <i/n>',
    path: 'population.partition',
    says: 'play the i-th (from 0) of n equal shares of the conversations, at the times of the whole; auto: as srun or mpirun says; `confab report` merges their run folders',
    parse: partition,
  },
  workers: {
    flags: '--workers <n>',
    path: 'population.workers',
    says: 'play by n processes of this machine, each a core; auto: as many as can time it rightly; default: auto',
    parse: workers,
  },
  simulate: {
    flags: '--simulate',
    says: 'play in virtual time, against the engine in this process',
  },
  gpu: { flags: '--gpu <profile>', path: 'engine.gpu' },
  tokenizer: { flags: '--tokenizer <spec>', path: 'conversation.tokenizer' },
  // What comes of it
  logInterval: { flags: '--log-interval <time>', path: 'output.logIntervalSec' },
  maxErrorRate: { flags: '--max-error-rate <share>', path: 'thresholds.maxErrorRate' },
  certify: {
    flags: '--certify',
    path: 'output.certify',
    says: "find out this client's own error: by probes before the run, and one a second beside it",
  },
  live: {
    flags: '--live [port]',
    path: 'output.live',
    says: 'show the run while it goes on as a page on 127.0.0.1; default port: any that is free',
    parse: port,
    preset: '0',
  },
  outputDir: { flags: '--output-dir <dir>', path: 'output.dir' },
  verbose: { flags: '--verbose', says: 'print every request as it ends' },
  printScenario: {
    flags: '--print-scenario',
    says: 'print the scenario that the flags mean, and send nothing',
  },
  wide: {
    flags: '--wide',
    says: 'print all columns of all tables, however wide; default: those that fit the terminal (COLUMNS; 80 if there is none)',
  },
  logFormat: {
    flags: '--log-format <format>',
    says: 'how stderr is written: text, or one JSON object a line',
    choices: ['text', 'json'],
    default: 'text',
  },
} satisfies Record<string, Flag>;

/** What is printed, and how. */
export const screenFlags: readonly Flag[] = [FLAGS.wide, FLAGS.logFormat];

/** How a run is watched while it goes on: of every verb that plays. */
export const watchFlags: readonly Flag[] = grouped('What comes of it', [FLAGS.certify, FLAGS.live]);

/** Where the requests of a scenario file go. */
export const targetFlags: readonly Flag[] = grouped('Where requests go', [
  FLAGS.url,
  FLAGS.model,
  FLAGS.apiKey,
  FLAGS.apiKeyFile,
  FLAGS.apiKeyHeader,
  FLAGS.header,
  FLAGS.requestId,
  FLAGS.cookies,
  FLAGS.noStream,
  FLAGS.noStreamUsage,
  FLAGS.maxTokensField,
  FLAGS.ca,
  FLAGS.insecure,
  FLAGS.metricsUrl,
  FLAGS.metricsEvery,
]);

const RATES = ['qps', 'usersPerSec', 'concurrency'];

/** How much of it: what is otherwise in the scenario's population, pacing and stop. */
const loadFlags: readonly Flag[] = grouped('How much', [
  {
    flags: '--qps <rate>',
    says: 'requests per second over all users, an open loop: conversations come at this rate divided by their rounds',
    parse: number(0),
    changes: requestsPerSec,
    conflicts: RATES,
  },
  {
    flags: '--users-per-sec <rate>',
    says: 'the same by new conversations per second',
    parse: number(0),
    changes: usersPerSec,
    conflicts: RATES,
  },
  {
    flags: '--concurrency <n>',
    says: 'conversations at all times, each followed by another: a closed loop',
    parse: integer(1),
    changes: concurrency,
    conflicts: RATES,
  },
  FLAGS.users,
  { flags: '--requests <n>', path: 'stop.afterRequests' },
  FLAGS.time,
  {
    flags: '--think <time>',
    path: 'pacing.pauseSec',
    says: 'pause between the turns of a conversation (pacing.pauseSec); also A-B, of which any',
    parse: timeOrRange,
  },
]);

/** What is said: lengths in tokens. */
const contentFlags: readonly Flag[] = grouped('What is said', [
  {
    flags: '--rounds <n>',
    path: 'conversation.rounds',
    says: 'turns per conversation; also A-B, of which any',
    parse: countOrRange,
  },
  { flags: '--system-prompt <tokens>', path: 'conversation.systemPrompt.tokens' },
  { flags: '--user-history <tokens>', path: 'conversation.userHistory.tokens' },
  {
    flags: '--question <tokens>',
    path: 'conversation.question.tokens',
    says: 'length of every user message; also A-B',
    parse: countOrRange,
  },
  {
    flags: '--answer <tokens>',
    path: 'conversation.answer.tokens',
    says: 'longest answer (max_tokens); also A-B',
    parse: countOrRange,
  },
  {
    flags: '--force-answer',
    path: 'conversation.answer.force',
    says: 'ask for exactly that many tokens, with ignore_eos and min_tokens',
  },
  FLAGS.tokenizer,
  FLAGS.seed,
]);

/** What comes of a run. */
export const outputFlags: readonly Flag[] = [
  FLAGS.logInterval,
  FLAGS.maxErrorRate,
  FLAGS.outputDir,
];

/** What is written of a run that was played, beside its folder. */
export const resultFlags: readonly Flag[] = grouped('What comes of it', [
  {
    flags: '--csv <file>',
    says: 'write a row for every completed request',
    changes: (file: string) => addedExport('csv', file),
  },
  {
    flags: '--json <file>',
    says: "write the report's numbers; -: to stdout, instead of the text",
    changes: (file: string) => (file === '-' ? unchanged : addedExport('json', file)),
  },
  { flags: '--quiet', says: 'no progress on stderr: warnings, errors and the report alone' },
]);

const unchanged = (scenario: unknown): unknown => scenario;

/** What is played, however it is played. */
export const workloadFlags: readonly Flag[] = [...loadFlags, ...traceFlags, ...contentFlags];

/** Of any verb that plays a scenario file, or says something of it. */
export const playFlags: readonly Flag[] = [
  ...workloadFlags,
  ...targetFlags,
  ...grouped('What comes of it', [...outputFlags, ...screenFlags]),
  ...grouped('The engine that is built in', [FLAGS.gpu]),
  FLAGS.set,
  FLAGS.initUserId,
  FLAGS.drainTimeout,
  FLAGS.partition,
  {
    ...FLAGS.printScenario,
    says: 'print the scenario with all defaults filled in, and send nothing',
  },
];

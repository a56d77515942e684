/** What other load generators call it, and what the same is here, on `run`, `simulate` and `plan`. */
interface Foreign {
  readonly flags: readonly string[];
  /** Whose flag it is. */
  readonly of: string;
  readonly here: string;
  /** For values that mean something else. */
  readonly where?: readonly (readonly [value: RegExp, here: string])[];
}

const VLLM = 'vllm bench serve';
const SGLANG = "SGLang's bench_serving";
const AIPERF = 'AIPerf and GenAI-Perf';
const GUIDELLM = 'GuideLLM';
const BENCH = `${VLLM} and ${SGLANG}`;
const AIBRIX = "AIBrix's client";
const MULTI_ROUND = 'multi-round-qa.py';

const AT_ONCE =
  'requests as fast as they are answered: --concurrency N --think 0; or all conversations at once: --set population.arrivals.process=allAtOnce --users N';

/** One row a meaning. A flag that confab has under the same name is none. */
export const FOREIGN_FLAGS: readonly Foreign[] = [
  {
    flags: ['--num-prompts', '--num-requests', '--request-count', '--max-requests', '--num-prompt'],
    of: `${BENCH}, ${AIPERF}, ${GUIDELLM}`,
    here: '--requests N (requests), or --users N (conversations of --rounds turns each)',
  },
  {
    flags: ['--request-rate', '--rps', '--rate'],
    of: `${BENCH}, ${AIPERF}, ${GUIDELLM}`,
    here: '--qps N (requests per second), or --users-per-sec N (conversations per second)',
    where: [[/^inf(inity)?$/i, AT_ONCE]],
  },
  {
    flags: ['--max-concurrency', '--concurrent', '--streams', '--num-clients', '--num-workers'],
    of: `${BENCH} and others`,
    here: '--concurrency N (conversations at all times), with --think 0 so many requests; or, as a cap on an open loop, --set population.maxInFlight=N',
  },
  {
    flags: [
      '--concurrency-style',
      '--rate-type',
      '--profile',
      '--request-rate-mode',
      '--arrival-pattern',
    ],
    of: `${GUIDELLM}, ${AIPERF}`,
    here: '--qps N or --users-per-sec N for an open loop, --concurrency N for a closed one; how it arrives is population.arrivals.process',
    where: [
      [/^poisson$/i, '--qps N --set population.arrivals.process=poisson'],
      [/^constant$/i, '--qps N --set population.arrivals.process=constant'],
      [
        /^gamma$/i,
        '--qps N --set population.arrivals.process=gamma --set population.arrivals.cv=2',
      ],
      [/^(concurrent|concurrency)$/i, '--concurrency N'],
      [/^(throughput|inf)$/i, AT_ONCE],
      [/^synchronous$/i, '--concurrency 1 --think 0'],
      [
        /^sweep$/i,
        'nothing: a run has one rate; `confab sessions --search` looks for the most an engine holds',
      ],
    ],
  },
  {
    flags: ['--burstiness', '--arrival-smoothness'],
    of: `${VLLM}, AIPerf`,
    here: '--set population.arrivals.process=gamma --set population.arrivals.cv=C, where C = 1 / sqrt(burstiness)',
  },
  {
    flags: ['--backend', '--backend-type', '--endpoint-type', '--service-kind'],
    of: `${BENCH}, ${AIPERF}, ${GUIDELLM}`,
    here: 'nothing: any OpenAI-compatible server; --set target.api=completions for one that has no chat',
    where: [
      [/completions$|^(openai|vllm)$/i, '--set target.api=completions, or chat, the default'],
    ],
  },
  {
    flags: ['--endpoint', '--host', '--port', '--target', '--server'],
    of: `${BENCH}, ${AIPERF}, ${GUIDELLM}`,
    here: '--url http://HOST:PORT, with /v1 or not; --set target.api=chat or completions chooses the path',
  },
  {
    flags: [
      '--dataset-name',
      '--dataset',
      '--custom-dataset-type',
      '--public-dataset',
      '--data',
      '--multi-turn',
    ],
    of: `${BENCH}, ${AIPERF}, ${GUIDELLM}`,
    here: 'the scenario: --set conversation.source=synthetic, sharegpt, file, prompts or trace; `confab scenarios` lists some',
    where: [
      [
        /^random$|^synthetic/i,
        '--question N --answer N --rounds 1 (synthetic text is the default)',
      ],
      [/^sharegpt$/i, 'confab run sharegpt --set conversation.sharegpt.file=FILE'],
      [/^mooncake|trace/i, '--trace FILE'],
    ],
  },
  {
    flags: ['--dataset-path', '--input-file'],
    of: `${BENCH}, ${AIPERF}`,
    here: '--set conversation.file=FILE --set conversation.source=file or prompts; sharegpt has conversation.sharegpt.file, and a trace --trace FILE',
  },
  {
    flags: [
      ...['--random-input-len', '--random-input', '--synthetic-input-tokens-mean', '--isl'],
      ...['--input-len', '--prompt-tokens', '--per-turn-input-len'],
    ],
    of: `${BENCH}, ${AIPERF}`,
    here: '--question N (tokens of every user message), beside --system-prompt N and --user-history N',
  },
  {
    flags: [
      ...[
        '--random-output-len',
        '--random-output',
        '--output-tokens-mean',
        '--osl',
        '--output-len',
      ],
      ...[
        '--sharegpt-output-len',
        '--answer-len',
        '--max-tokens',
        '--output-tokens',
        '--max-output-len',
      ],
    ],
    of: `${BENCH}, ${AIPERF}, ${MULTI_ROUND}`,
    here: '--answer N (tokens), with --force-answer for exactly so many',
  },
  {
    flags: ['--random-range-ratio', '--synthetic-input-tokens-stddev', '--output-tokens-stddev'],
    of: `${BENCH}, ${AIPERF}`,
    here: '--question A-B and --answer A-B, or a distribution: --set "conversation.question.tokens={distribution: normal, mean: 500, std: 50}"',
  },
  {
    flags: [
      ...['--random-prefix-len', '--prefix-prompt-length', '--shared-system-prompt-length'],
      ...['--shared-system-prompt', '--gsp-system-prompt-len', '--system-prompt-tokens'],
    ],
    of: `${BENCH}, ${AIPERF}, ${MULTI_ROUND}`,
    here: '--system-prompt N (tokens that all users share)',
  },
  {
    flags: ['--user-context-prompt-length', '--user-history-prompt', '--gsp-question-len'],
    of: `AIPerf, ${MULTI_ROUND}`,
    here: "--user-history N (tokens of each user's own, before the first turn)",
  },
  {
    flags: [
      '--num-rounds',
      '--conversation-turn-mean',
      '--session-turns-mean',
      '--multi-turn-num-turns',
      '--turns',
      '--num-turns',
    ],
    of: `${MULTI_ROUND}, ${AIPERF}, ${VLLM}`,
    here: '--rounds N, or A-B',
  },
  {
    flags: ['--conversation-num', '--num-sessions', '--num-users', '--num-dataset-entries'],
    of: `${AIPERF}, ${MULTI_ROUND}`,
    here: '--users N (conversations in all), or --concurrency N (at all times)',
  },
  {
    flags: [
      ...['--user-lag', '--conversation-turn-delay-mean', '--session-turn-delay-mean'],
      ...['--multi-turn-delay-ms', '--think-time', '--delay'],
    ],
    of: `${MULTI_ROUND}'s fork, ${AIPERF}, ${VLLM}`,
    here: '--think TIME, as 500ms or 2s',
  },
  {
    flags: [
      '--benchmark-duration',
      '--max-seconds',
      '--max-duration',
      '--run-time',
      '--measurement-interval',
      '--test-duration',
    ],
    of: `${AIPERF}, ${GUIDELLM}, locust`,
    here: '--duration TIME, as 60s or 5m',
  },
  {
    flags: ['--num-warmups', '--warmup-request-count', '--warmup-requests', '--warmup'],
    of: `${VLLM}, ${AIPERF}, ${GUIDELLM}`,
    here: '--set warmup.requests=N, or --set warmup.users=N for whole conversations',
  },
  {
    flags: ['--ramp-up-strategy', '--ramp-up-start-rps', '--ramp-up-end-rps', '--spawn-rate'],
    of: `${VLLM}, locust`,
    here: '--users-per-sec N: conversations come at one rate; population.rampUp begins in mid-run',
  },
  {
    flags: ['--ignore-eos', '--ignore_eos'],
    of: `${VLLM} and ${MULTI_ROUND}'s fork`,
    here: '--force-answer (exactly --answer tokens), or --set sampling.ignoreEos=true',
  },
  {
    flags: ['--disable-ignore-eos'],
    of: SGLANG,
    here: 'nothing: answers may end where they like, without --force-answer',
  },
  {
    flags: ['--temperature', '--top-p'],
    of: VLLM,
    here: '--set sampling.temperature=0 or sampling.topP=1',
  },
  {
    flags: ['--extra-body', '--extra-inputs', '--extra-request-body'],
    of: `${BENCH}, ${AIPERF}`,
    here: '--set target.body.FIELD=VALUE',
  },
  {
    flags: ['--streaming'],
    of: AIPERF,
    here: 'nothing: answers are streamed; --no-stream asks for whole ones',
  },
  { flags: ['--disable-stream', '--no-streaming'], of: SGLANG, here: '--no-stream' },
  { flags: ['--random-seed'], of: AIPERF, here: '--seed N' },
  { flags: ['--processor'], of: GUIDELLM, here: '--tokenizer SPEC' },
  {
    flags: [
      ...['--workload-path', '--routing-strategy', '--session-key-header', '--time-scale'],
      ...['--output-token-limit', '--timeout-second', '--output-file-path'],
    ],
    of: AIBRIX,
    here: "confab client, which has that tool's flags; or --trace FILE",
  },
  {
    flags: ['--goodput-target'],
    of: AIBRIX,
    here: 'confab analyze, with the folder of a run',
  },
  {
    flags: ['--goodput', '--slo'],
    of: `${VLLM}, ${AIPERF}`,
    here: '--set thresholds.ttftMs.p95=500 and the like: beyond them the exit code is 1',
  },
  {
    flags: [
      ...['--save-result', '--save-detailed', '--result-dir', '--result-filename', '--output-path'],
      ...['--artifact-dir', '--profile-export-file', '--output-file', '--output', '--export'],
    ],
    of: `${BENCH}, ${AIPERF}, ${GUIDELLM}`,
    here: '--json FILE or --csv FILE; every run leaves a folder in --output-dir all the same',
  },
  {
    flags: ['--percentile-metrics', '--metric-percentiles'],
    of: VLLM,
    here: 'nothing: all metrics and percentiles are in the report and in summary.json',
  },
  { flags: ['--disable-tqdm', '--no-progress', '--disable-progress'], of: BENCH, here: '--quiet' },
  {
    flags: ['--request-timeout-seconds', '--request-timeout', '--timeout'],
    of: `${AIPERF}, ${GUIDELLM}`,
    here: '--set timeouts.totalSec=TIME; firstTokenSec, betweenTokensSec and connectSec beside it',
  },
  {
    flags: ['--served-model-name', '--model-names', '--tokenizer-name'],
    of: VLLM,
    here: '--model NAME (in requests), --tokenizer SPEC (for counting)',
  },
  {
    flags: ['--skip-ssl-verify', '--no-verify', '--insecure-skip-verify'],
    of: 'others',
    here: '--insecure',
  },
  {
    flags: ['--fixed-schedule', '--trace-file'],
    of: AIPERF,
    here: '--trace FILE',
  },
  {
    flags: ['--trust-remote-code', '--log-requests', '--disable-log-requests'],
    of: VLLM,
    here: 'nothing: it can be left out',
  },
];

/** What to say of an unknown flag, given with this value: undefined if nobody is known to have it. */
export function foreignFlagText(flag: string, value: string | undefined): string | undefined {
  const name = flag.replaceAll('_', '-');
  const row = FOREIGN_FLAGS.find(({ flags }) => flags.includes(name) || flags.includes(flag));
  if (!row) return undefined;
  const special = value === undefined ? undefined : row.where?.find(([is]) => is.test(value));
  const what = special ? `${flag} ${value}` : flag;
  return `found ${what}, a flag of ${row.of}; here: ${special?.[1] ?? row.here}`;
}

import type { DelaySeries } from '../base/delay-series.ts';
import { isCount, isObject } from '../base/json.ts';
import type {
  Certification,
  CommonStart,
  EarlierRun,
  ErrorSpread,
  GeneratorHealth,
  Host,
  LateWindow,
  ProbeErrors,
  RecordStatus,
  RunFooter,
  RunHeader,
  TurnRecord,
} from './record.ts';

/** What a field of a journal's line may hold: one number that is none would make others NaN in the report. */
export interface Field {
  readonly isRequired: boolean;
  /**
   * The engine said so. Older versions wrote down whatever that was, so a value that cannot be is left out
   * of its record, which is sound but for that.
   */
  readonly isTold: boolean;
  readonly expected: string;
  accepts(value: unknown): boolean;
}

/** A row for every field, required where its type has no undefined. */
export type Fields<T> = {
  readonly [K in keyof T]-?: Field & {
    readonly isRequired: undefined extends T[K] ? boolean : true;
  };
};

type Kind = Pick<Field, 'expected' | 'accepts'>;

const required = (kind: Kind) => ({ ...kind, isRequired: true, isTold: false }) as const;
const optional = (kind: Kind) => ({ ...kind, isRequired: false, isTold: false }) as const;
const told = (kind: Kind) => ({ ...kind, isRequired: false, isTold: true }) as const;

/** Thirty years: no run's time lies beyond, and nothing can be seen in a report on so long a time. */
const TIME_MS_MAX = 1e12;
/** The last time that a Date can be of. */
const EPOCH_MS_MAX = 8.64e15;

const count: Kind = { expected: 'a whole number >= 0', accepts: isCount };
const text: Kind = { expected: 'a text', accepts: (value) => typeof value === 'string' };
const ms = upTo(TIME_MS_MAX, 'milliseconds >= 0');

function upTo(max: number, expected: string): Kind {
  return { expected, accepts: (value) => isNumberTo(max, value) };
}

function isNumberTo(max: number, value: unknown): boolean {
  return typeof value === 'number' && value >= 0 && value <= max;
}

function listOf(expected: string, isOne: (value: unknown) => boolean): Kind {
  return { expected, accepts: (value) => Array.isArray(value) && value.every(isOne) };
}

/** By index: most of a journal are such lists. */
function msListOf(expected: string): Kind {
  const areMs = (values: readonly unknown[]): boolean => {
    for (let at = 0; at < values.length; at++) {
      if (!isNumberTo(TIME_MS_MAX, values[at])) return false;
    }
    return true;
  };
  return { expected, accepts: (value) => Array.isArray(value) && areMs(value) };
}

function oneOf<Name extends string>(names: Readonly<Record<Name, true>>): Kind {
  return {
    expected: Object.keys(names).join(' or '),
    accepts: (value) => typeof value === 'string' && Object.hasOwn(names, value),
  };
}

function objectOf<T>(fields: Fields<T>): Kind {
  return {
    expected: `an object of ${Object.keys(fields).join(', ')}`,
    accepts: (value) =>
      isObject(value) &&
      Object.entries<Field>(fields).every(([name, field]) => isFilled(field, value[name])),
  };
}

/** The value may be there, or may be missing. */
export function isFilled(field: Field, value: unknown): boolean {
  return value === undefined ? !field.isRequired : field.accepts(value);
}

const HOST_FIELDS = {
  name: required(text),
  os: required(text),
  cpu: required(text),
  cores: required(count),
  memoryBytes: required(count),
} satisfies Fields<Host>;

const EARLIER_FIELDS = {
  dir: required(text),
  agoMs: required(upTo(EPOCH_MS_MAX, 'milliseconds')),
  prompts: required(count),
  ofPrompts: required(count),
  isShared: required({ expected: 'true or false', accepts: (value) => typeof value === 'boolean' }),
} satisfies Fields<EarlierRun>;

const anyMs: Kind = { expected: 'milliseconds', accepts: (value) => Number.isFinite(value) };

const SKEW_FIELDS = {
  leastMs: required(anyMs),
  mostMs: required(anyMs),
} satisfies Fields<NonNullable<CommonStart['skewMs']>>;

const START_FIELDS = {
  epochMs: required(upTo(EPOCH_MS_MAX, 'Unix time in milliseconds')),
  skewMs: optional(objectOf(SKEW_FIELDS)),
  aheadMs: optional(anyMs),
  lateMs: required(upTo(EPOCH_MS_MAX, 'milliseconds')),
} satisfies Fields<CommonStart>;

export const HEADER_FIELDS = {
  format: required(oneOf<RunHeader['format']>({ 'confab-journal': true })),
  version: required({ expected: '1', accepts: (value) => value === 1 }),
  confab: required(text),
  node: optional(text),
  commandLine: optional(text),
  host: optional(objectOf(HOST_FIELDS)),
  clock: required(oneOf<RunHeader['clock']>({ system: true, virtual: true })),
  originEpochMs: required(upTo(EPOCH_MS_MAX, 'Unix time in milliseconds')),
  scenario: required({ expected: 'a scenario', accepts: isObject }),
  workloadDigest: required(text),
  notes: required(listOf('a list of texts', text.accepts)),
  part: required(count),
  isolation: optional(oneOf<NonNullable<RunHeader['isolation']>>({ salt: true, marker: true })),
  isolationMark: optional(text),
  earlierRun: optional(objectOf(EARLIER_FIELDS)),
  start: optional(objectOf(START_FIELDS)),
} satisfies Fields<RunHeader>;

const AGENT_FIELDS = { id: required(count), place: required(count) } satisfies Fields<
  NonNullable<TurnRecord['agent']>
>;

const STATUSES = {
  ok: true,
  http: true,
  timeout: true,
  connect: true,
  protocol: true,
  client: true,
  cancelled: true,
  unsent: true,
} as const;

export const RECORD_FIELDS = {
  userId: required(count),
  turn: required(count),
  agent: optional(objectOf(AGENT_FIELDS)),
  parentUserId: optional(count),
  tenant: optional(text),
  turns: required(count),
  phase: required(oneOf<TurnRecord['phase']>({ warmup: true, measure: true })),
  status: required(oneOf<RecordStatus>(STATUSES)),
  reason: optional(text),
  httpStatus: told(count),
  attempts: required(count),
  reconnects: required(count),
  firstAttemptMs: optional(ms),
  retryAfterMs: told(ms),
  intendedMs: optional(ms),
  readyMs: optional(ms),
  sentMs: optional(ms),
  connectMs: optional(ms),
  firstTokenMs: optional(ms),
  firstOutputMs: optional(ms),
  lastTokenMs: optional(ms),
  endMs: optional(ms),
  inputTokens: told(count),
  outputTokens: told(count),
  cachedTokens: told(count),
  createdCacheTokens: told(count),
  externalCachedTokens: told(count),
  storageCachedTokens: told(count),
  engineQueueMs: told(ms),
  enginePrefillMs: told(ms),
  engineGenerationMs: told(ms),
  engineMeanItlMs: told(ms),
  engineTokensPerSec: told(upTo(TIME_MS_MAX, 'a number >= 0')),
  engineSpeculation: told({
    expected: 'an object of numbers',
    accepts: (value) => isObject(value) && Object.values(value).every(Number.isFinite),
  }),
  reasoningTokens: told(count),
  tokensFrom: optional(oneOf<NonNullable<TurnRecord['tokensFrom']>>({ usage: true, local: true })),
  maxTokens: optional(count),
  isCumulative: optional({ expected: 'true', accepts: (value) => value === true }),
  sharedTokens: optional(count),
  sharedWith: optional(count),
  tenantTokens: optional(count),
  replayOf: optional(count),
  messagesSent: optional(count),
  messageTokens: optional(count),
  finishReason: told(text),
  responseId: told(text),
  systemFingerprint: told(text),
  responseHeaders: told({
    expected: 'an object of texts',
    accepts: (value) => isObject(value) && Object.values(value).every(text.accepts),
  }),
  remarks: optional(listOf('a list of texts', text.accepts)),
  chunks: required(count),
  reads: optional(count),
  firstChunkTokens: optional(count),
  chunkGapsMs: optional(msListOf('a list of milliseconds >= 0')),
} satisfies Fields<TurnRecord>;

const HEALTH_FIELDS = {
  eventLoopDelayP50Ms: required(ms),
  eventLoopDelayP99Ms: required(ms),
  eventLoopDelayMaxMs: required(ms),
  eventLoopUtilization: required(upTo(1, 'a share from 0 to 1')),
  cpuShare: required(upTo(TIME_MS_MAX, 'a number >= 0')),
} satisfies Fields<GeneratorHealth>;

/** Errors have a sign. */
const error: Kind = { expected: 'milliseconds', accepts: Number.isFinite };

const SPREAD_FIELDS = {
  p50: required(error),
  p90: required(error),
  p99: required(error),
  max: required(error),
} satisfies Fields<ErrorSpread>;

const PROBE_FIELDS = {
  streams: required(count),
  probes: required(count),
  failed: required(count),
  ttftMs: required(objectOf(SPREAD_FIELDS)),
  gapMs: optional(objectOf(SPREAD_FIELDS)),
  sendLatenessMs: required(objectOf(SPREAD_FIELDS)),
} satisfies Fields<ProbeErrors>;

const CERTIFICATION_FIELDS = {
  before: optional(objectOf(PROBE_FIELDS)),
  during: optional(objectOf(PROBE_FIELDS)),
} satisfies Fields<Certification>;

const certification: Kind = {
  expected: `an object of ${Object.keys(CERTIFICATION_FIELDS).join(' or ')}`,
  accepts: (value) =>
    objectOf(CERTIFICATION_FIELDS).accepts(value) &&
    Object.keys(CERTIFICATION_FIELDS).some((name) => name in (value as object)),
};

const LATE_FIELDS = {
  fromMs: required(ms),
  toMs: required(ms),
  cause: required(oneOf<LateWindow['cause']>({ 'event loop': true, probe: true })),
} satisfies Fields<LateWindow>;

const DELAY_FIELDS = {
  fromMs: required(ms),
  everyMs: required(ms),
  maxMs: required(msListOf('a list of milliseconds')),
} satisfies Fields<DelaySeries>;

export const FOOTER_FIELDS = {
  stoppedBy: required(
    oneOf<RunFooter['stoppedBy']>({
      users: true,
      exhausted: true,
      duration: true,
      requests: true,
      interrupt: true,
      unreachable: true,
      lost: true,
      unwritable: true,
    }),
  ),
  measureStartMs: required(ms),
  measureEndMs: required(ms),
  drainStartMs: required(ms),
  arrivalsEndMs: optional(ms),
  health: optional(objectOf(HEALTH_FIELDS)),
  certification: optional(certification),
  loopDelays: optional(objectOf(DELAY_FIELDS)),
  lateWindows: optional(listOf('a list of stretches of time', objectOf(LATE_FIELDS).accepts)),
} satisfies Fields<RunFooter>;

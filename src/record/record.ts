import type { DelaySeries } from '../base/delay-series.ts';
import type { Agent } from '../workload/conversation.ts';

/** How a planned request ended. */
export type RecordStatus =
  | 'ok'
  | 'http'
  | 'timeout'
  | 'connect'
  | 'protocol'
  | 'client'
  | 'cancelled'
  | 'unsent';

/** Why turns of a conversation that arrived were never sent. */
export const UNSENT = {
  stopped: 'the run stopped',
  notAdmitted: 'waited for maxActive until the run stopped',
  abandoned: 'an earlier turn of the conversation failed',
  warmupFailed: 'its first turn failed in the warm-up',
  notArrived: 'had not come when the run stopped',
  notBegun: 'the turn that was to begin it was not answered',
  lost: 'the process that was to send it was lost',
} as const;

/**
 * What happened to one planned request. Every turn of every conversation that arrived ends in exactly
 * one of these. Times are milliseconds on the run's clock. An absent field is unknown, never zero.
 */
export interface TurnRecord {
  readonly userId: number;
  /** 0-based turn within the conversation. */
  readonly turn: number;
  /** Who asked, where several agents of the user ask in the same turn. */
  readonly agent?: Agent;
  /** Of a sub-agent: the user whose answer began its conversation. */
  readonly parentUserId?: number;
  /** Which of the beginnings of its data its conversation has, where there are several: `Conversation.tenant`. */
  readonly tenant?: string;
  /** Turns that this conversation has. */
  readonly turns: number;
  readonly phase: 'warmup' | 'measure';
  readonly status: RecordStatus;
  /** Why it did not end ok: one line. For `unsent`: what kept it from being sent. */
  readonly reason?: string;
  readonly httpStatus?: number;
  /** Times the request was sent because of the retry policy: 0 unsent, 1 without retries. */
  readonly attempts: number;
  /** Times it was sent again because a reused connection died before the first response byte. */
  readonly reconnects: number;
  /** Duration of the first attempt, where there was more than one. */
  readonly firstAttemptMs?: number;
  /** The longest that the server asked to be left alone for (Retry-After), over all attempts. */
  readonly retryAfterMs?: number;
  /** When the turn was due. Latency can be counted from here, so a late generator cannot flatter the engine. */
  readonly intendedMs?: number;
  /** Since when nothing but the generator kept it from being sent: due, previous answer ended, caps free. */
  readonly readyMs?: number;
  /** When the last attempt's bytes were handed to a connected socket. */
  readonly sentMs?: number;
  /** Time spent opening a connection for it, before `sentMs`. */
  readonly connectMs?: number;
  /** First non-empty content, reasoning or tool-call delta. */
  readonly firstTokenMs?: number;
  /** First delta that is not reasoning. */
  readonly firstOutputMs?: number;
  /** Last delta. */
  readonly lastTokenMs?: number;
  readonly endMs?: number;
  readonly inputTokens?: number;
  readonly outputTokens?: number;
  /** Input tokens that the engine says it took from its prefix cache. Absent: it did not say. */
  readonly cachedTokens?: number;
  /** Input tokens that it says it put into its prefix cache. */
  readonly createdCacheTokens?: number;
  /** Those of the cached ones that it says came from below the GPU: host memory, storage, another engine. */
  readonly externalCachedTokens?: number;
  /** Those of them that came from storage, not from the host's memory. */
  readonly storageCachedTokens?: number;
  /** From queued to scheduled, and from there to the first token, as the engine says. */
  readonly engineQueueMs?: number;
  readonly enginePrefillMs?: number;
  /** From the first token to the last, and the mean of the gaps between, as the engine says. */
  readonly engineGenerationMs?: number;
  readonly engineMeanItlMs?: number;
  /** All its tokens over the time from scheduled to the last one, as the engine says. */
  readonly engineTokensPerSec?: number;
  /** What the engine says of its draft model, under its own names. */
  readonly engineSpeculation?: Readonly<Record<string, number>>;
  readonly reasoningTokens?: number;
  /** Where input and output counts come from: the server's usage, or the workload's tokenizer. */
  readonly tokensFrom?: 'usage' | 'local';
  readonly maxTokens?: number;
  /** It was sent without the history, which its messages repeat. */
  readonly isCumulative?: true;
  /**
   * Leading input tokens that all users share, as planned (chat template not counted). Of a cumulative turn: those
   * that an earlier request began with.
   */
  readonly sharedTokens?: number;
  /** The user whose earlier prompt began with them, where not all share the same. */
  readonly sharedWith?: number;
  /** Those that all of its tenant share, where there are several: as many, or more. */
  readonly tenantTokens?: number;
  /** The first user of those that are given the same to say, where the data are played again. */
  readonly replayOf?: number;
  /** Messages in the request, the opening and the new one included. */
  readonly messagesSent?: number;
  /** Tokens of the new message's text alone, without the chat template. */
  readonly messageTokens?: number;
  readonly finishReason?: string;
  /** The server's name for the answer, and for the software that made it. */
  readonly responseId?: string;
  readonly systemFingerprint?: string;
  /** Headers of its response that `output.keepHeaders` asked for, by their names in lower case, where they came. */
  readonly responseHeaders?: Readonly<Record<string, string>>;
  /** What was odd about the answer, each `what: which`. */
  readonly remarks?: readonly string[];
  /** Deltas received. */
  readonly chunks: number;
  /** Reads of the socket that brought them, where these were fewer: several came together. */
  readonly reads?: number;
  /** Tokens of the first delta's text, under the workload's tokenizer. */
  readonly firstChunkTokens?: number;
  /** Gaps between consecutive deltas, milliseconds; absent if the scenario does not keep them. */
  readonly chunkGapsMs?: readonly number[];
}

/** The first request of a conversation that came by itself: no answer began it. */
export function isArrival({ turn, agent, parentUserId }: TurnRecord): boolean {
  return turn === 0 && !agent?.place && parentUserId === undefined;
}

/** The engine, or the way to it, gave no answer; or the client could not ask (`client`). What the run's end cut off is no failure. */
export function isFailure(status: RecordStatus): boolean {
  return status !== 'ok' && status !== 'cancelled' && status !== 'unsent';
}

/** What the end of the run keeps from being sent. */
const CUT: ReadonlySet<string | undefined> = new Set([
  UNSENT.stopped,
  UNSENT.notAdmitted,
  UNSENT.notArrived,
  UNSENT.lost,
]);

/** The end of the run kept this turn from ending by itself: its conversation is unfinished. */
export function wasCut({ status, reason }: TurnRecord): boolean {
  if (status === 'cancelled') return true;
  return status === 'unsent' && CUT.has(reason);
}

/** The journal's first line: all that is needed to make the report again, and to compare runs. */
export interface RunHeader {
  readonly format: 'confab-journal';
  readonly version: 1;
  readonly confab: string;
  /** Node's version; absent in virtual time, where it decides nothing. */
  readonly node?: string;
  /** As it was typed, without secrets; absent in virtual time, where the scenario says all. */
  readonly commandLine?: string;
  /** Where it ran; absent in virtual time, where that decides nothing. */
  readonly host?: Host;
  readonly clock: 'system' | 'virtual';
  /** Unix time in milliseconds at time 0 of the records; 0 in virtual time. */
  readonly originEpochMs: number;
  /** The resolved scenario, without secrets. */
  readonly scenario: unknown;
  readonly workloadDigest: string;
  readonly notes: readonly string[];
  /** 0 for a fresh run, counted up by every resume into the same folder. */
  readonly part: number;
  /** How it was kept from finding what earlier parts, or others, had put into the engine's cache; absent: it was not. */
  readonly isolation?: 'salt' | 'marker';
  /** What the salt ends with, or the marker is made of, that a whole run was kept apart with from all others. */
  readonly isolationMark?: string;
  /** The last run from this machine that had sent the same beginnings to the same server. */
  readonly earlierRun?: EarlierRun;
  /** When it was to start, where that was agreed on. */
  readonly start?: CommonStart;
}

/** The start of a run that several processes play together, or that was set to a time of the day. */
export interface CommonStart {
  /** Unix time in milliseconds: by the clock of rank 0, or by this machine's where there is no other. */
  readonly epochMs: number;
  /** Between what the clock of this machine is ahead of rank 0's, for certain, in milliseconds; absent: not measured. */
  readonly skewMs?: { readonly leastMs: number; readonly mostMs: number };
  /** What it is taken to be ahead, and times are put right by; absent: nothing. */
  readonly aheadMs?: number;
  /** How much later than that it could start. */
  readonly lateMs: number;
}

/** What a run has in common with one before it. */
export interface EarlierRun {
  /** Its run folder. */
  readonly dir: string;
  /** From its beginning to that of this one. */
  readonly agoMs: number;
  /** So many of this run's first prompts had been sent then, of so many that were looked at. */
  readonly prompts: number;
  readonly ofPrompts: number;
  /** The part that all users share had been sent. */
  readonly isShared: boolean;
}

/** The machine of the client. */
export interface Host {
  readonly name: string;
  /** Operating system, its release, and the architecture. */
  readonly os: string;
  readonly cpu: string;
  /** Those that this process may use. */
  readonly cores: number;
  /** Of the machine, or of the share of it that this process is given. */
  readonly memoryBytes: number;
}

/** The journal's last line of a part that ended in order: how the generator itself fared. */
export interface RunFooter {
  /** Why no more was sent. */
  readonly stoppedBy:
    | 'users'
    | 'exhausted'
    | 'duration'
    | 'requests'
    | 'interrupt'
    | 'unreachable'
    | 'lost'
    | 'unwritable';
  /** When measuring began and ended, on the run's clock: after warm-up; after the drain. */
  readonly measureStartMs: number;
  readonly measureEndMs: number;
  /** When no more turns were started, before the drain. */
  readonly drainStartMs: number;
  /** When the last conversation was due, and nobody was left to come; absent: some were, or wait for others. */
  readonly arrivalsEndMs?: number | undefined;
  readonly health: GeneratorHealth | undefined;
  /** What probes found of this client's own error, where they were asked for. */
  readonly certification?: Certification | undefined;
  /** When the client was late, ascending, on the run's clock; absent: never, or in virtual time. */
  readonly lateWindows?: readonly LateWindow[] | undefined;
  /** The longest that its event loop stood still, stretch by stretch; absent in virtual time. */
  readonly loopDelays?: DelaySeries | undefined;
}

/** How far off this client measures: of requests of its own, on loopback, whose true times are known. */
export interface Certification {
  /** With as many streams as the run was to have, before it began. */
  readonly before?: ProbeErrors | undefined;
  /** One a second beside the run's own requests. */
  readonly during?: ProbeErrors | undefined;
}

/** Measured less true, in milliseconds. */
export interface ProbeErrors {
  /** Probes at the same time. */
  readonly streams: number;
  /** Those that the errors are of, and those that gave no answer. */
  readonly probes: number;
  readonly failed: number;
  /** From sent to the first chunk. */
  readonly ttftMs: ErrorSpread;
  /** Of the gap between two chunks, without its sign; absent: no probe had two. */
  readonly gapMs?: ErrorSpread | undefined;
  /** From when a probe was due until it was sent, on a connection that was open. */
  readonly sendLatenessMs: ErrorSpread;
}

export interface ErrorSpread {
  readonly p50: number;
  readonly p90: number;
  readonly p99: number;
  readonly max: number;
}

/** A stretch of time in which time stamps may be off by as much as it is long. */
export interface LateWindow {
  readonly fromMs: number;
  readonly toMs: number;
  /** The event loop stood still; or a probe was measured late. */
  readonly cause: 'event loop' | 'probe';
}

/** The generator's own state over the run; undefined in virtual time, where it cannot be late. */
export interface GeneratorHealth {
  readonly eventLoopDelayP50Ms: number;
  readonly eventLoopDelayP99Ms: number;
  readonly eventLoopDelayMaxMs: number;
  /** Share of the time that the event loop was busy, 0 to 1. */
  readonly eventLoopUtilization: number;
  readonly cpuShare: number;
}

import type { TurnRecord } from '../record/record.ts';
import type { Scenario } from '../scenario/schema.ts';
import type { MetricName } from '../stats/metrics.ts';

/** Whose files can be compared. */
export type Tool = 'confab' | 'vLLM' | 'AIPerf' | 'GuideLLM';

/** A run that is compared, whoever measured it. What is unknown is absent. */
export interface ComparedRun {
  /** Folder or file. */
  readonly path: string;
  readonly tool: Tool;
  /** What was run, in a line. */
  readonly says: string;
  /** The measured requests, in the order of time: as they ended. Empty: the file has none of single requests. */
  readonly records: readonly TurnRecord[];
  /** When each ended, milliseconds on the timeline of the run; NaN: unknown. */
  readonly endsMs: Float64Array;
  /** When measuring began, and for how long; absent: the tool does not say. */
  readonly measured?: { readonly startMs: number; readonly totalMs: number };
  /** Requests of the burst that a closed loop begins with, whose times are in no distribution. */
  readonly startUp: ReadonlySet<TurnRecord>;
  /** Of our own runs. */
  readonly scenario?: Scenario;
  readonly workloadDigest?: string;
  /** Of other tools: which requests there were and how long their prompts were, where user and turn name the same ones. */
  readonly fingerprint?: string;
  readonly clock?: 'system' | 'virtual';
  readonly confab?: string;
  /** How the tool defines metrics that we define otherwise. */
  readonly definitions: Readonly<Partial<Record<MetricName, string>>>;
  /** Numbers that the file tells without the values that they are of: by name, as `ttftMs.p95`. */
  readonly told: Readonly<Record<string, number>>;
}

/** What is compared with what: the runs of a side are repeats of each other. */
export interface Side {
  /** A letter: A is the baseline. */
  readonly name: string;
  readonly runs: readonly ComparedRun[];
}

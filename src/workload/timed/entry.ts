/** A request as AIBrix's workloads have it. */
export interface WorkloadRequest {
  readonly prompt: string;
  readonly prompt_length: number;
  /** null: the server may say as much as it likes. */
  readonly output_length: number | null;
  readonly session_id?: string | number;
  /** What it is to its session, where an agent asks. */
  readonly agent?: object;
}

/** All that is to be sent at one time: a line of the file. */
export interface WorkloadEntry {
  /** Whole milliseconds from the beginning. */
  readonly timestamp: number;
  readonly requests: readonly WorkloadRequest[];
  /** What an agent does besides asking. */
  readonly events?: readonly object[];
  readonly schema_version?: string;
}

/** Where requests of probes go. Not all servers have all of them. */
export type Place =
  | 'completions'
  | 'chat'
  | 'tokenize'
  | 'resetPrefixCache'
  | 'flushCache'
  | 'models'
  | 'version'
  | 'metrics';

export interface Reply {
  /** HTTP's; 0: given up before there was one. */
  readonly status: number;
  readonly text: string;
}

export interface Sending {
  /** Gives the request up: its connection is closed, and what had come until then is the reply. */
  readonly signal?: AbortSignal | undefined;
  readonly onText?: ((text: string) => void) | undefined;
}

/** A server as probes see it: over HTTP, or a function call away on simulated time. */
export interface Wire {
  /** Posts a body, as JSON. Rejects where there is no whole reply in time. */
  post(place: Place, body: object, sending?: Sending): Promise<Reply>;
  get(place: Place): Promise<Reply>;
  sleep(ms: number): Promise<void>;
  /** What the server said, fit to be shown: one line, short, without secrets. */
  says(text: string): string;
}

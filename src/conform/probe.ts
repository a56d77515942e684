import type { Trial } from './trial.ts';

/** One thing that is known exactly of a prefix cache, and how it is looked for. */
export interface Probe {
  readonly title: string;
  /** Of the server under test; U: whole blocks of at least 16 tokens, h: half a block. */
  readonly sends: string;
  readonly expects: string;
  /** Probes without which this one says nothing: their rules are part of what it expects. */
  readonly restsOn?: readonly string[];
  /** It fills or empties the server's cache, and counts on being alone there. */
  readonly disturbs?: true;
  run(trial: Trial): Promise<void>;
}

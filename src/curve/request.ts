import type { Prompt } from '../cache/prefix-reuse.ts';

/** A request that is laid to prefix caches of every size. */
export interface CurveRequest extends Prompt {
  /** The conversation that it belongs to; absent: one of its own. */
  readonly session?: string | undefined;
  /** Whose it is, where somebody says so; absent: told by how it begins (see `Beginnings`). */
  readonly tenant?: string | undefined;
  /** 0-based place in it; absent: after those of its session that came before. */
  readonly turn?: number | undefined;
  /** What else requests are told apart by: the kind of a trace's row, its model, an agent's name. */
  readonly groups?: Readonly<Record<string, string | undefined>> | undefined;
}

export interface RequestFold {
  add(request: CurveRequest): void;
}

/** Where requests come from: a scenario, a run folder or a trace. */
export interface CurveSource {
  readonly kind: 'scenario' | 'run' | 'trace';
  readonly name: string;
  /** How its prompts are known, as sentences. */
  readonly how: readonly string[];
  readonly blockTokens: number;
  /** Absent: not known. */
  readonly bytesPerToken?: number;
  /** What its engine has, where it says so. */
  readonly engine?: EngineHas;
  /**
   * Tells all of its requests in the order of their times, to a fold that is begun for them: once more, if what came
   * first was not the first.
   */
  play<F extends RequestFold>(begin: () => F): Promise<Played<F>>;
}

export interface Played<F> {
  readonly fold: F;
  readonly warnings: readonly string[];
}

export interface EngineHas {
  /** On the GPU; of one replica. */
  readonly blocks: number;
  /** Below it, from the top down; blocks of the GPU's size. */
  readonly tiers: readonly { readonly name: string; readonly blocks: number }[];
  readonly isInclusive: boolean;
  /** Blocks that come and go together below the GPU. */
  readonly chunkBlocks: number;
  readonly isPromptOnly: boolean;
}

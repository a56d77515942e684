import { PrefixReuse, type PrefixReuseSummary } from '../cache/prefix-reuse.ts';
import { Column } from '../stats/column.ts';
import { type Distribution, distributionOf } from '../stats/quantile.ts';
import { Chains } from '../workload/traces/chains.ts';
import type { HashId, TraceEntry } from '../workload/traces/format.ts';

/** The ids of a trace's blocks, and what they are ids of. */
export interface BlocksSummary {
  readonly blockTokens: number;
  /** Whether a last block that is not full has an id; absent: no input tells. */
  readonly rounding?: 'ceil' | 'floor' | 'mixed';
  readonly references: number;
  /** Beginnings that end with a block, each once. */
  readonly distinct: number;
  /** References to an id behind another one than where it was first: none if ids are hashes of all before them. */
  readonly parentConflicts: number;
  /** References to ids beyond 2^53, which a program that reads them as numbers would round. */
  readonly beyondDouble: number;
  /** Those of them that are a double exactly: nearly none, unless a program has rounded them already. */
  readonly beyondDoubleRound: number;
}

export interface BlocksOptions {
  readonly blockTokens: number;
  readonly engineBlockTokens: number;
  readonly referencesMax: number;
  /** So many requests only fill the caches. */
  readonly warmup: number;
}

export interface Named {
  /** Names of the input's blocks, numbered as they come; absent: it has none. */
  readonly chain: readonly number[] | undefined;
  /** How many of them came before. */
  readonly known: number;
}

const NO_NAMES: Named = { chain: undefined, known: 0 };

/** The blocks of a trace's inputs, in the order of time. */
export class Blocks {
  readonly #options: BlocksOptions;
  readonly #chains = new Chains();
  readonly #reuse: PrefixReuse;
  #requests = 0;
  #references = 0;
  #beyondDouble = 0;
  #beyondDoubleRound = 0;
  #withPart = 0;
  #withoutPart = 0;
  readonly #found = new Map<string, { inputTokens: number; foundTokens: number }>();
  readonly #begun = new Set<string>();
  /** Inputs with ids that are no whole prompts: only what is new in their turn. */
  #additions = 0;

  constructor(options: BlocksOptions) {
    this.#options = options;
    this.#reuse = new PrefixReuse(options);
  }

  add(entry: TraceEntry): Named {
    const { hashIds, inputTokens, atMs } = entry;
    const isMeasured = this.#requests++ >= this.#options.warmup;
    if (inputTokens === undefined) return NO_NAMES;
    if (hashIds) this.#count(entry, hashIds, inputTokens);
    const before = this.#chains.names;
    const chain = this.#chains.namesOf(hashIds ?? []);
    const foundTokens = this.#reuse.add({ chain, inputTokens, atMs, isMeasured });
    if (isMeasured) this.#countFound(entry, inputTokens, foundTokens);
    if (!hashIds) return NO_NAMES;
    // Names are numbered as they come, and what follows a new one is new.
    let known = chain.length;
    while (known > 0 && chain[known - 1]! >= before) known--;
    return { chain, known };
  }

  /** undefined if no request has ids. */
  close(): BlocksSummary | undefined {
    if (this.#references === 0) return undefined;
    const rounding = this.#rounding();
    return {
      blockTokens: this.#options.blockTokens,
      ...(rounding && { rounding }),
      references: this.#references,
      distinct: this.#chains.names,
      parentConflicts: this.#chains.conflicts,
      beyondDouble: this.#beyondDouble,
      beyondDoubleRound: this.#beyondDoubleRound,
    };
  }

  /** undefined without ids, and where they are not those of whole prompts. */
  reuse(): PrefixReuseSummary | undefined {
    return this.#references === 0 || this.#additions > 0 ? undefined : this.#reuse.close();
  }

  /** Share of its input tokens that each session finds in a cache that never forgets; undefined without sessions. */
  sessionShares(): Distribution | undefined {
    const shares = new Column();
    for (const { inputTokens, foundTokens } of this.#found.values()) {
      if (inputTokens > 0) shares.add(foundTokens / inputTokens);
    }
    return distributionOf(shares);
  }

  #countFound({ session }: TraceEntry, inputTokens: number, foundTokens: number): void {
    if (session === undefined) return;
    const found = this.#found.get(session);
    if (!found) {
      this.#found.set(session, { inputTokens, foundTokens });
      return;
    }
    found.inputTokens += inputTokens;
    found.foundTokens += foundTokens;
  }

  #count(entry: TraceEntry, hashIds: readonly HashId[], inputTokens: number): void {
    const { blockTokens } = this.#options;
    this.#references += hashIds.length;
    if (inputTokens % blockTokens !== 0) {
      if (hashIds.length * blockTokens > inputTokens) this.#withPart++;
      else this.#withoutPart++;
    }
    for (const id of hashIds) if (typeof id === 'string') this.#countDigits(id);
    this.#countWhole(entry);
  }

  #countDigits(id: string): void {
    if (!/^\d+$/.test(id)) return;
    this.#beyondDouble++;
    if (BigInt(Number(id)) === BigInt(id)) this.#beyondDoubleRound++;
  }

  #countWhole({ session, isCumulative }: TraceEntry): void {
    if (session === undefined || isCumulative) return;
    if (this.#begun.has(session)) this.#additions++;
    else this.#begun.add(session);
  }

  #rounding(): BlocksSummary['rounding'] {
    if (this.#withPart && this.#withoutPart) return 'mixed';
    if (this.#withPart) return 'ceil';
    return this.#withoutPart ? 'floor' : undefined;
  }
}

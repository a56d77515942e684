import { AgeCurve } from './age-curve.ts';
import { Belady } from './belady.ts';
import { HitCurve, type Hits, type LruHits } from './hit-curve.ts';
import { Recency } from './recency.ts';
import { NOT_LOOKED_FOR, ReferenceLog } from './reference-log.ts';
import type { Stretches } from './stretches.ts';

export interface PrefixReuseOptions {
  /** Tokens of a block; the last of a prompt may be a part of one. */
  readonly blockTokens: number;
  /** Tokens of a block of the engine whose counting is foreseen. */
  readonly engineBlockTokens: number;
  /** References to blocks that are kept for the bound of a cache that knows the future, 8 bytes each. */
  readonly referencesMax: number;
  /** Where all that is reused is kept, of prompts that are not measured too; absent: nowhere. */
  readonly stretches?: Stretches;
}

/** A prompt, when it is sent. */
export interface Prompt {
  /** One name for every beginning that ends with a block: whole numbers from 0. */
  readonly chain: readonly number[];
  readonly inputTokens: number;
  /**
   * So many full blocks of the chain are the prompt's; those behind, of its answer, are held for others alone. All are
   * full, and the engine looks for none that has the prompt's last token. Absent: the chain is the prompt's, its last
   * block may be a part of one, and all of it is looked for.
   */
  readonly promptBlocks?: number;
  /** So many of those are looked for, where that is known; absent: what `promptBlocks` says. */
  readonly lookedForBlocks?: number;
  /** Absent: not known, and there is no time to live then. */
  readonly atMs?: number | undefined;
  /** False: it is held for those after it, and counts nowhere. */
  readonly isMeasured?: boolean;
}

/** Of the measured prompts, with a cache that never forgets. */
export interface PrefixTotals {
  readonly requests: number;
  /** Of all prompts, not only of the measured ones. */
  readonly distinctBlocks: number;
  readonly blocks: number;
  readonly inputTokens: number;
  readonly found: Hits;
  /** Sum over requests of the share of its tokens that each finds; those without tokens find nothing. */
  readonly requestShares: number;
  /** Requests that find a block at all, and that find all of theirs. */
  readonly any: number;
  readonly full: number;
  /** Tokens found as an engine counts: in whole blocks of its own, never the last token of a prompt. */
  readonly engineTokens: number;
}

export interface PrefixReuseSummary {
  readonly totals: PrefixTotals;
  readonly lru: LruHits;
  /** Undefined where a prompt has no time. */
  readonly ttl: AgeCurve | undefined;
  /** Undefined where there are more references than may be kept. */
  readonly bound: Belady | undefined;
}

/**
 * What prefix caches of any size, and of any time to live, would find of prompts that come one after the other: in
 * one pass, and exactly. Prompts are in the order of time.
 */
export class PrefixReuse {
  readonly #options: PrefixReuseOptions;
  readonly #recency = new Recency();
  readonly #lru: HitCurve;
  readonly #references: ReferenceLog;
  /** By the place of the requests that have blocks; undefined once one is not known. */
  #timesMs: number[] | undefined = [];
  /** Those that have blocks. */
  #requests = 0;
  readonly #ttl = new AgeCurve();
  /** Of the blocks that were never full: the most tokens that they had. */
  readonly #parts = new Map<number, number>();
  readonly #totals = {
    requests: 0,
    blocks: 0,
    inputTokens: 0,
    requestShares: 0,
    any: 0,
    full: 0,
    engineTokens: 0,
  };
  readonly #found = { blocks: 0, tokens: 0 };

  constructor(options: PrefixReuseOptions) {
    this.#options = options;
    this.#lru = new HitCurve(options.blockTokens);
    this.#references = new ReferenceLog(options.referencesMax);
  }

  /** Returns the tokens that it finds in a cache that never forgets. */
  add(prompt: Prompt): number {
    const { chain, atMs, isMeasured = true } = prompt;
    if (!chain.length) {
      // Nothing to find or to hold: of many such there is nothing to keep.
      if (isMeasured) this.#count(prompt, 0, 0);
      return 0;
    }
    if (atMs === undefined) this.#timesMs = undefined;
    this.#timesMs?.push(atMs!);
    const { stretches, blockTokens } = this.#options;
    const lookedFor = lookedForOf(prompt, this.#options.blockTokens);
    const request = this.#requests++;
    let foundTokens = 0;
    const known = this.#recency.touch(chain, (from, to, newer, by) => {
      const blocks = Math.max(0, Math.min(to, lookedFor) - from);
      const last = from + blocks - 1;
      const lastTokens = blocks ? this.#heldTokens(chain[last]!, this.#tokensAt(last, prompt)) : 0;
      stretches?.add({ request, by, newer, blocks, held: to - from, lastTokens });
      if (blocks === 0) return;
      const tokens = (blocks - 1) * blockTokens + lastTokens;
      foundTokens += tokens;
      if (!isMeasured) return;
      this.#lru.add(newer, blocks, lastTokens);
      const times = this.#timesMs;
      if (times) this.#ttl.add(times[request]! - times[by]!, blocks, tokens);
    });
    if (isMeasured) this.#count(prompt, Math.min(known, lookedFor), foundTokens);
    this.#log(prompt, known, isMeasured);
    this.#hold(prompt, known);
    return foundTokens;
  }

  close(): PrefixReuseSummary {
    const references = this.#references.close(this.#recency.blocks);
    return {
      totals: { ...this.#totals, found: { ...this.#found }, distinctBlocks: this.#recency.blocks },
      lru: this.#lru.close(),
      ttl: this.#timesMs && this.#ttl,
      bound: references && new Belady(references),
    };
  }

  #tokensAt(block: number, { inputTokens, promptBlocks }: Prompt): number {
    const { blockTokens } = this.#options;
    if (promptBlocks !== undefined) return blockTokens;
    return Math.min(blockTokens, inputTokens - block * blockTokens);
  }

  /** Of so many tokens of a block, those that were there before. */
  #heldTokens(name: number, tokens: number): number {
    return Math.min(tokens, this.#parts.get(name) ?? tokens);
  }

  #count(prompt: Prompt, known: number, foundTokens: number): void {
    const { chain, inputTokens, promptBlocks = chain.length } = prompt;
    const totals = this.#totals;
    totals.requests++;
    totals.blocks += promptBlocks;
    totals.inputTokens += inputTokens;
    this.#found.blocks += known;
    this.#found.tokens += foundTokens;
    if (inputTokens > 0) totals.requestShares += foundTokens / inputTokens;
    if (known > 0) totals.any++;
    if (known > 0 && known === lookedForOf(prompt, this.#options.blockTokens)) totals.full++;
    const size = this.#options.engineBlockTokens;
    const reachable = Math.max(0, Math.min(foundTokens, inputTokens - 1));
    totals.engineTokens += size * Math.floor(reachable / size);
  }

  #log(prompt: Prompt, known: number, isMeasured: boolean): void {
    if (this.#references.isFull) return;
    const { chain } = prompt;
    const lookedFor = lookedForOf(prompt, this.#options.blockTokens);
    for (let i = 0; i < chain.length; i++) {
      if (i >= lookedFor) {
        this.#references.add(chain[i]!, NOT_LOOKED_FOR);
        continue;
      }
      const tokens = isMeasured ? this.#tokensAt(i, prompt) : 0;
      // Only the last known block can have been a part of one.
      const held = i === known - 1 ? this.#heldTokens(chain[i]!, tokens) : tokens;
      this.#references.add(chain[i]!, held);
    }
  }

  /** Only the last block of a prompt can be a part of one; one with others behind it was full. */
  #hold(prompt: Prompt, known: number): void {
    const { chain } = prompt;
    const last = chain.length - 1;
    if (known > 0 && known <= last) this.#parts.delete(chain[known - 1]!);
    const name = chain[last]!;
    const tokens = this.#tokensAt(last, prompt);
    if (tokens === this.#options.blockTokens) this.#parts.delete(name);
    else if (known <= last || this.#parts.has(name)) {
      this.#parts.set(name, Math.max(tokens, this.#parts.get(name) ?? 0));
    }
  }
}

/** So many blocks of its chain are looked for. */
export function lookedForOf(prompt: Prompt, blockTokens: number): number {
  const { chain, inputTokens, promptBlocks, lookedForBlocks } = prompt;
  if (lookedForBlocks !== undefined) return lookedForBlocks;
  if (promptBlocks === undefined) return chain.length;
  return Math.max(0, Math.min(promptBlocks, Math.floor((inputTokens - 1) / blockTokens)));
}

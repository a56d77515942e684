/** How a request begins: the place where it leaves what all before it began with, in blocks, and its block there. */
export interface Beginning {
  readonly depth: number;
  /** Absent: it is over. */
  readonly block: number | undefined;
}

/**
 * Tells by their blocks whose requests are alike. All begin with a chat template's head, or with a system prompt that
 * is everybody's; those that have the same block behind it have more in common than that: a system prompt of their
 * own, tools, a salt. Requests of a session begin as its first one does.
 */
export class Beginnings {
  #common: readonly number[] | undefined;
  /** By place: the block with which those go on that had not left there. */
  readonly #left = new Map<number, number>();
  readonly #sessions = new Map<string, Beginning>();

  add(chain: readonly number[], session: string): Beginning {
    let beginning = this.#sessions.get(session);
    if (!beginning) this.#sessions.set(session, (beginning = this.#beginning(chain)));
    return beginning;
  }

  /** When all are known: one number for those that are alike; undefined for what is over before anything differs. */
  tenantOf({ depth, block }: Beginning): number | undefined {
    const common = this.#common!.length;
    return depth > common ? this.#left.get(common) : block;
  }

  #beginning(chain: readonly number[]): Beginning {
    const common = (this.#common ??= chain);
    let depth = 0;
    while (depth < common.length && chain[depth] === common[depth]) depth++;
    if (depth < common.length && depth < chain.length) {
      this.#left.set(depth, common[depth]!);
      this.#common = common.slice(0, depth);
    }
    return { depth, block: chain[depth] };
  }
}

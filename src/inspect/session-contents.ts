import { digestOf } from '../workload/files/digest.ts';
import type { TraceEntry } from '../workload/traces/format.ts';
import { NumberTable } from '../workload/traces/number-table.ts';
import type { Named } from './blocks.ts';
import { Content } from './content.ts';

interface Root {
  readonly content: Content;
  /** Its blocks, numbered as they come in it. */
  readonly numbers: NumberTable;
  blocks: number;
}

/**
 * The digest of sessions whose times have no common origin: each with its sub-agents has one of its own, whatever
 * the order of their files. Blocks that two of them share are not part of it.
 */
export class SessionContents {
  readonly #blockTokens: number;
  readonly #roots = new Map<string, Root>();
  readonly #rootOf = new Map<string, string>();

  constructor(blockTokens: number) {
    this.#blockTokens = blockTokens;
  }

  /** In the order of time. */
  add(entry: TraceEntry, { chain }: Named): void {
    const root = this.#root(entry);
    root.content.add(entry, chain ? numbered(root, chain) : { chain, known: 0 });
  }

  /** sha256 in hexadecimal; that of the session, if there is one. */
  close(): string {
    const digests = [...this.#roots.values()].map(({ content }) => content.close());
    const [first, ...others] = digests.sort();
    return others.length ? digestOf(...digests) : (first ?? digestOf());
  }

  #root({ session = '', parent }: TraceEntry): Root {
    const above = parent && (this.#rootOf.get(parent.session) ?? parent.session);
    const name = this.#rootOf.get(session) ?? above ?? session;
    this.#rootOf.set(session, name);
    const known = this.#roots.get(name);
    if (known) return known;
    const content = new Content(this.#blockTokens);
    const root = { content, numbers: new NumberTable(), blocks: 0 };
    this.#roots.set(name, root);
    return root;
  }
}

function numbered(root: Root, chain: readonly number[]): Named {
  let known = 0;
  const own = chain.map((name) => {
    const number = root.numbers.get(name);
    if (number !== undefined) {
      known++;
      return number;
    }
    root.numbers.set(name, root.blocks);
    return root.blocks++;
  });
  return { chain: own, known };
}

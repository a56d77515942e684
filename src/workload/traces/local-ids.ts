import type { HashId } from './format.ts';
import { type Row, wrong } from './row.ts';

/**
 * Ids that are a session's own, made different from those of every other: the first session keeps what it
 * has, those of later ones are numbered behind them as they come. A trace whose ids are the same everywhere
 * keeps all.
 */
export class LocalIds {
  #next = 0;
  #scope: { readonly name: string; readonly where: string } | undefined;

  /** What the ids of this session become; `hash_id_scope` says whether they are its own, which is the default. */
  begin(row: Row): (id: HashId) => HashId {
    const name = row.fields['hash_id_scope'] ?? 'local';
    if (name !== 'local' && name !== 'global') throw wrong(row, 'hash_id_scope', 'local or global');
    const isFirst = this.#scope === undefined;
    const scope = (this.#scope ??= { name, where: row.where });
    if (scope.name !== name)
      throw wrong(row, 'hash_id_scope', `${scope.name}, as in ${scope.where}`);
    if (name === 'global') return (id) => id;
    return isFirst ? (id) => this.#kept(id) : this.#renumbered();
  }

  #kept(id: HashId): HashId {
    if (typeof id === 'number' && id >= this.#next) this.#next = id + 1;
    return id;
  }

  #renumbered(): (id: HashId) => number {
    const made = new Map<HashId, number>();
    return (id) => {
      const known = made.get(id);
      if (known !== undefined) return known;
      made.set(id, this.#next);
      return this.#next++;
    };
  }
}

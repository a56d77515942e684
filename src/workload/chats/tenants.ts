import type { Chat } from './item.ts';

/** Names conversations by the system prompt and the tools that they begin with, in the order of the file. */
export class ChatTenants {
  readonly #numbers = new Map<string, number>();
  readonly #of: number[] = [];

  /** @returns the number of its tenant, from 1 on. */
  add({ opening, request }: Pick<Chat, 'opening' | 'request'>): number {
    const begins = JSON.stringify([opening.map(({ text }) => text), request?.['tools']]);
    let number = this.#numbers.get(begins);
    if (number === undefined) this.#numbers.set(begins, (number = this.#numbers.size + 1));
    this.#of.push(number);
    return number;
  }

  /** By conversation, from 1 on; undefined where all begin alike, or no two of them. */
  get numbers(): readonly number[] | undefined {
    const tenants = this.#numbers.size;
    return tenants > 1 && tenants < this.#of.length ? this.#of : undefined;
  }
}

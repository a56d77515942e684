import { createHash } from 'node:crypto';
import type { Message } from '../message.ts';
import type { Chat } from './item.ts';

/** Which conversation of a file was the first to say all that another says up to a turn: branches of a tree have turns in common. */
export class FirstToSay {
  readonly #places = new Map<string, number>();
  #conversations = 0;

  /** In the order of the file. @returns of its first turns, the place of the first to say each; of the others it is the first. */
  add({ opening, exchanges, request }: Pick<Chat, 'opening' | 'exchanges' | 'request'>): number[] {
    const place = this.#conversations++;
    const said = createHash('sha256').update(JSON.stringify(request ?? null));
    const say = (message: Message) => said.update(message.json).update('\n');
    for (const message of opening) say(message);
    const firsts: number[] = [];
    for (const { before, message, answer } of exchanges) {
      for (const one of before) say(one);
      say(message);
      const name = said.copy().digest('base64');
      const first = this.#places.get(name);
      if (first === undefined) this.#places.set(name, place);
      else firsts.push(first);
      if (answer) say(answer);
    }
    return firsts;
  }
}

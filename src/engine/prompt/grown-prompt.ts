import type { PromptMessage } from './prompt-message.ts';

/** Room beyond what is needed, so that a conversation is seldom moved. */
const SPARE_SHARE = 0.25;

/** The history's tokens of one conversation, to which a turn adds those of its new messages only. */
export class GrownPrompt {
  #messages: readonly PromptMessage[] = [];
  /** Where each message's tokens end. */
  readonly #ends: number[] = [];
  #ids = new Int32Array(0);

  /** The tokens of these messages, between those of `before` and `after`. `idsOf` is asked for the new ones. */
  with(
    messages: readonly PromptMessage[],
    idsOf: (message: PromptMessage) => readonly Int32Array[],
    { before, after }: { readonly before: Int32Array; readonly after: Int32Array },
  ): Int32Array {
    this.#ends.length = commonCount(this.#messages, messages);
    // A copy, since the caller's list may be one that grows.
    this.#messages = [...messages];
    for (let i = this.#ends.length; i < messages.length; i++) {
      this.#ends.push(this.#append(idsOf(messages[i]!)));
    }
    const length = this.#ends.at(-1) ?? 0;
    const prompt = new Int32Array(before.length + length + after.length);
    prompt.set(before);
    prompt.set(this.#ids.subarray(0, length), before.length);
    prompt.set(after, before.length + length);
    return prompt;
  }

  /** Returns the new end. */
  #append(parts: readonly Int32Array[]): number {
    let end = this.#ends.at(-1) ?? 0;
    for (const part of parts) {
      this.#makeRoom(end, part.length);
      this.#ids.set(part, end);
      end += part.length;
    }
    return end;
  }

  #makeRoom(used: number, more: number): void {
    const needed = used + more;
    if (needed <= this.#ids.length) return;
    const wider = new Int32Array(Math.ceil(needed * (1 + SPARE_SHARE)));
    wider.set(this.#ids.subarray(0, used));
    this.#ids = wider;
  }
}

/** How many messages both begin with. They are immutable, so the same object is the same message. */
function commonCount(a: readonly PromptMessage[], b: readonly PromptMessage[]): number {
  const limit = Math.min(a.length, b.length);
  let count = 0;
  while (count < limit && a[count] === b[count]) count++;
  return count;
}

import type { Clock } from '../base/clock.ts';

/** The page after the last: made once, for the first who asks, and given to all who do. */
export class LastPage {
  readonly #make: () => Promise<string>;
  #text: Promise<string> | undefined;
  readonly #givings: Promise<void>[] = [];
  #onAsked = (): void => {};

  constructor(make: () => Promise<string>) {
    this.#make = make;
  }

  /** `send` resolves when it has been taken, or never will be. */
  give(send: (text: string) => Promise<void>): void {
    this.#text ??= this.#make();
    this.#givings.push(this.#text.then(send));
    this.#onAsked();
  }

  /** Resolves when so many have asked and have it, or those who have asked until then. */
  async given(count: number, { clock, askMs }: { clock: Clock; askMs: number }): Promise<void> {
    await new Promise<void>((resolve) => {
      const timer = clock.setTimeout(resolve, askMs);
      this.#onAsked = () => {
        if (this.#givings.length < count) return;
        clock.clearTimeout(timer);
        resolve();
      };
      this.#onAsked();
    });
    await Promise.all(this.#givings);
  }
}

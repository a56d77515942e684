import type { Job } from './job.ts';

/**
 * Host time of prompts that are handed to the tiers below the GPU: when its tokens have been scheduled, all blocks of a
 * prompt are looked at, those that were found too, before the next step is launched.
 */
export class HandedOver {
  readonly #tokenMs: number;
  #tokens = 0;

  constructor(tokenUs: number) {
    this.#tokenMs = tokenUs / 1e3;
  }

  /** A step computes more of it. */
  add(job: Job): void {
    if (this.#tokenMs === 0 || job.handedTokens === job.promptTokens) return;
    const end = Math.min(job.promptTokens, job.computedTokens + job.scheduledTokens);
    this.#tokens += Math.max(0, end - job.handedTokens);
    job.handedTokens = Math.max(job.handedTokens, end);
  }

  /** Of those since it was last asked. */
  takeMs(): number {
    if (this.#tokens === 0) return 0;
    const ms = this.#tokens * this.#tokenMs;
    this.#tokens = 0;
    return ms;
  }
}

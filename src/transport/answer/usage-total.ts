import { saysSomething } from '../json.ts';
import type { Usage } from '../transport.ts';
import type { Count, UsageRead } from './usage.ts';

/** Counts that grow while an answer streams; the others are known when it begins, and stay. */
const RUNNING: ReadonlySet<Count> = new Set(['outputTokens', 'reasoningTokens']);

/** No part may be larger than its whole. A larger one is not believed, nor are its own parts. */
const PARTS = [
  ['cachedTokens', 'inputTokens'],
  ['createdCacheTokens', 'inputTokens'],
  ['localCachedTokens', 'cachedTokens'],
  ['externalCachedTokens', 'cachedTokens'],
  ['hostCachedTokens', 'externalCachedTokens'],
  ['storageCachedTokens', 'externalCachedTokens'],
  ['reasoningTokens', 'outputTokens'],
] as const satisfies readonly (readonly [part: Count, whole: Count])[];

/**
 * What all chunks of one answer tell of its usage, taken together. A count that is told again counts as
 * told last, but a running total never falls, and a 0 takes nothing back. What contradicts itself is
 * remarked.
 */
export class UsageTotal {
  #usage: Usage | undefined;
  #hasClosing = false;
  readonly #refused = new Set<string>();
  readonly #contradictions = new Map<Count, string>();

  /** @param isClosing told for the whole answer, in a chunk of its own. */
  add({ usage, refused }: UsageRead, isClosing: boolean): void {
    for (const one of refused) this.#refused.add(one);
    const before = this.#usage;
    this.#usage = before ? this.#merged(before, usage, isClosing && this.#hasClosing) : usage;
    this.#hasClosing ||= isClosing;
  }

  get isKnown(): boolean {
    return this.#usage !== undefined;
  }

  /**
   * The usage, and remarks on what of it was not believed.
   * @param hasText an answer with text has an output token, and every prompt an input token.
   */
  close(hasText: boolean): { usage: Usage | undefined; remarks: string[] } {
    const usage: { -readonly [Name in keyof Usage]: Usage[Name] } = { ...this.#usage };
    const empty: string[] = [];
    for (const count of hasText ? (['inputTokens', 'outputTokens'] as const) : []) {
      if (usage[count] !== 0) continue;
      empty.push(`${count} 0`);
      delete usage[count];
    }
    const tooLarge = new Map<Count, string>();
    const ofTooLarge = new Set<Count>();
    for (const [part, whole] of PARTS) {
      const [some, all] = [usage[part] ?? 0, this.#usage?.[whole] ?? Infinity];
      if (some > all) tooLarge.set(part, `${part} ${some} of ${whole} ${all}`);
      else if (tooLarge.has(whole) || ofTooLarge.has(whole)) ofTooLarge.add(part);
      else continue;
      delete usage[part];
    }
    const remarks: string[] = [];
    // One of each kind, whatever it is about.
    const remark = (kind: string, count: number, which: Iterable<string>): void => {
      if (count) remarks.push(`${kind}: ${[...which].join(', ')}`);
    };
    remark('usage is no number of tokens', this.#refused.size, this.#refused);
    remark('usage told twice', this.#contradictions.size, this.#contradictions.values());
    remark('usage counts nothing', empty.length, empty);
    remark('usage is more than its whole', tooLarge.size, tooLarge.values());
    return { usage: saysSomething(usage) ? usage : undefined, remarks };
  }

  #merged(before: Usage, usage: Usage, isRepeated: boolean): Usage {
    const merged: { -readonly [Name in keyof Usage]: Usage[Name] } = { ...before, ...usage };
    for (const name of Object.keys(usage) as (keyof Usage)[]) {
      if (!name.endsWith('Tokens')) continue;
      const count = name as Count;
      const [old, now] = [before[count], usage[count]];
      if (old === undefined || now === undefined || old === now) continue;
      const isRunning = RUNNING.has(count);
      merged[count] = isRunning ? Math.max(old, now) : now || old;
      // What was 0 before anything was counted is no statement.
      const isContradiction = isRunning ? now < old || isRepeated : old > 0;
      if (isContradiction) this.#contradictions.set(count, `${count} ${old}, then ${now}`);
    }
    return merged;
  }
}

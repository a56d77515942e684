/** What a gauge read. The first page is read before the run and the last after it, when nothing is under way. */
export interface GaugeSummary {
  /** By the last page. */
  readonly last: number;
  /** Over the pages in between; absent without any. */
  readonly min?: number;
  readonly mean?: number;
  readonly max?: number;
  /** So many they are; absent without any. */
  readonly pages?: number;
  /** By the last page, of each that is kept apart, a tier for example. */
  readonly by?: Readonly<Record<string, number>>;
}

export type Over = 'sum' | 'max' | 'same';

/** Follows one gauge over the pages of all sources. */
export class Gauge {
  readonly #over: Over;
  /** Of each source, by what is kept apart. */
  readonly #now = new Map<string, ReadonlyMap<string, number>>();
  readonly #settings = new Set<number>();
  #count = 0;
  #sum = 0;
  #min = Infinity;
  #max = -Infinity;

  constructor(over: Over) {
    this.#over = over;
  }

  /** @param values of all series of a page. @param isBetween neither the first nor the last page. */
  read(source: string, values: readonly { by: string; value: number }[], isBetween: boolean): void {
    const known = values.filter(({ value }) => isPossible(this.#over, value));
    if (known.length === 0) return;
    const by = new Map<string, number>();
    for (const one of known) {
      by.set(
        one.by,
        combined(this.#over, [...(by.has(one.by) ? [by.get(one.by)!] : []), one.value])!,
      );
      this.#settings.add(one.value);
    }
    this.#now.set(source, by);
    const value = this.value();
    if (!isBetween || value === undefined) return;
    this.#count++;
    this.#sum += value;
    this.#min = Math.min(this.#min, value);
    this.#max = Math.max(this.#max, value);
  }

  /** Of all sources as they were read last; undefined: unknown, or a setting in which they differ. */
  value(): number | undefined {
    if (this.#over === 'same' && this.#settings.size !== 1) return undefined;
    return combined(
      this.#over,
      [...this.#now.values()].flatMap((by) => [...by.values()]),
    );
  }

  close(): GaugeSummary | undefined {
    const last = this.value();
    if (last === undefined) return undefined;
    const names = new Set([...this.#now.values()].flatMap((by) => [...by.keys()]));
    const by = [...names].filter((name) => name !== '').map((name) => [name, this.#valueOf(name)]);
    return {
      last,
      ...(this.#count > 0 && {
        min: this.#min,
        mean: this.#sum / this.#count,
        max: this.#max,
        pages: this.#count,
      }),
      ...(by.length > 0 && { by: Object.fromEntries(by) }),
    };
  }

  #valueOf(name: string): number {
    return combined(
      this.#over,
      [...this.#now.values()].flatMap((by) => by.get(name) ?? []),
    )!;
  }
}

function combined(over: Over, values: readonly number[]): number | undefined {
  if (values.length === 0) return undefined;
  if (over === 'sum') return values.reduce((sum, value) => sum + value, 0);
  return Math.max(...values);
}

/** `None`, as engines write what they do not know, is no number; a share is 0 to 1, a setting a whole number. */
function isPossible(over: Over, value: number): boolean {
  if (over === 'same') return Number.isSafeInteger(value) && value > 0;
  return value >= 0 && (over === 'sum' ? Number.isFinite(value) : value <= 1);
}

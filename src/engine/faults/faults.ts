import { UsageError } from '../../base/errors.ts';
import { stream } from '../../base/random.ts';
import { type Faults, faultGrammar, faultKinds } from './fault-kinds.ts';

interface Rule {
  readonly faults: Faults;
  /** `requestNumber` counts from 1. */
  applies(requestNumber: number): boolean;
}

/** Decides what goes wrong with which request: a function of the seed and the request's number. */
export class FaultInjector {
  readonly #rules: readonly Rule[];
  readonly #seed: string | number;
  #requests = 0;

  /** @throws UsageError naming every rule that cannot be read, and what is accepted. */
  constructor(rules: readonly string[], seed: string | number) {
    this.#seed = seed;
    this.#rules = this.#parse(rules, 'fault');
  }

  /**
   * The faults of the next request. `planted`: rules of that request alone, separated by commas.
   * Where rules contradict each other the first one counts, and planted ones come before the others.
   * @throws UsageError for planted rules that cannot be read.
   */
  next(planted?: string): Faults | undefined {
    const number = ++this.#requests;
    const own = planted ? this.#parse(planted.split(','), 'confab_fault') : [];
    const matching = [...own, ...this.#rules].filter((rule) => rule.applies(number));
    if (matching.length === 0) return undefined;
    return Object.assign({}, ...matching.map(({ faults }) => faults).reverse());
  }

  #parse(texts: readonly string[], field: string): Rule[] {
    const rules = texts.map((text, index) => parseRule(text.trim(), this.#seed, index));
    const unreadable = texts.filter((_, index) => !rules[index]);
    if (unreadable.length > 0) {
      throw new UsageError(
        unreadable.map((text) => `${field}: found '${text.trim()}'; expected ${faultGrammar}`),
      );
    }
    return rules as Rule[];
  }
}

function parseRule(text: string, seed: string | number, index: number): Rule | undefined {
  const [, name = '', value, when] = /^([a-z-]+)(?:=([^@]*))?(?:@(.+))?$/.exec(text) ?? [];
  const faults = Object.hasOwn(faultKinds, name) ? faultKinds[name]!.parse(value) : undefined;
  if (!faults) return undefined;
  if (when === undefined) return { faults, applies: () => true };
  const every = /^every=([1-9]\d*)$/.exec(when)?.[1];
  if (every) return { faults, applies: (number) => number % Number(every) === 0 };
  const probability = /^\d*\.?\d+$/.test(when) ? Number(when) : Number.NaN;
  if (!(probability <= 1)) return undefined;
  return {
    faults,
    applies: (number) => stream(seed, 'fault', index, number)() < probability,
  };
}

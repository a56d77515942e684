import { appendFileSync, openSync, writeSync } from 'node:fs';
import { inject } from 'vitest';
import { VitestTestRunner } from 'vitest/runners';
import type { Switch } from './switch.ts';

type Test = Parameters<NonNullable<VitestTestRunner['onBeforeRunTask']>>[0];

/** A test that takes longer is for those only that no other test has tried. */
const SLOW_MS = 1000;

/** In `tries.ndjson`: what became of a mutant; or that a test does not pass without one, after the others. */
export type Try =
  | { readonly killed: number }
  | { readonly spoilt: string }
  /** All that a test calls, of those that are to be tried. */
  | { readonly tried: readonly number[] };

/**
 * Runs every test again and again, each time with another mutant of those that it calls: no process is begun
 * for them, and no module read. A test that fails without a mutant, after it has passed with others, says
 * that they have left something behind: then the worker ends, and another one goes on.
 */
// biome-ignore lint/style/noDefaultExport: vitest reads the default export
export default class MutantRunner extends VitestTestRunner {
  readonly #todo = new Set(inject('todo') ?? []);
  readonly #unrepeatable = new Set(inject('unrepeatable'));
  /** Where the tries are numbered, so that one that never ends is seen; undefined: tests run once, as always. */
  readonly #progress = inject('todo') && openSync(inject('progressFile'), 'w');
  readonly #untried = new Set(inject('untried'));
  #isRepeated = false;
  #startMs = 0;
  /** Without a mutant. */
  #takesMs = 0;
  #mutant: number | undefined;
  #left: number[] = [];
  #called: readonly number[] = [];
  #tries = 0;
  #hasFailed = false;

  constructor(...args: ConstructorParameters<typeof VitestTestRunner>) {
    super(...args);
    // A rejection that nobody awaits is noticed, too.
    const fail = () => (this.#hasFailed = true);
    if (this.#progress !== undefined) process.on('unhandledRejection', fail);
  }

  override async onBeforeRunTask(test: Test): Promise<void> {
    await super.onBeforeRunTask(test);
    this.#isRepeated = this.#progress !== undefined && !this.#unrepeatable.has(test.id);
    if (!this.#isRepeated) return;
    this.#mutant = undefined;
    this.#takesMs = 0;
    test.repeats = Number.MAX_SAFE_INTEGER;
    switchOf().marks.fill(0);
  }

  override onBeforeTryTask(test: Test): void {
    super.onBeforeTryTask(test);
    if (!this.#isRepeated) return;
    switchOf().mutant = this.#mutant;
    const said = [++this.#tries, this.#mutant ?? -1, Math.ceil(this.#takesMs)].join(' ');
    writeSync(this.#progress!, said.padEnd(48), 0);
    this.#startMs = performance.now();
  }

  /** After its hooks, whatever became of it. */
  onAfterRetryTask(test: Test, { repeats }: { repeats: number }): void {
    if (!this.#isRepeated) return;
    switchOf().mutant = undefined;
    const result = test.result!;
    const hasPassed = result.state === 'pass' && !this.#hasFailed;
    this.#hasFailed = false;
    if (this.#mutant === undefined) {
      if (!hasPassed) spoilt(test);
      if (repeats === 0) {
        this.#takesMs = performance.now() - this.#startMs;
        this.#called = [...this.#todo].filter((id) => switchOf().marks[id]);
        this.#left =
          this.#takesMs > SLOW_MS
            ? this.#called.filter((id) => this.#untried.has(id))
            : [...this.#called];
      }
    } else if (!hasPassed) {
      this.#todo.delete(this.#mutant);
      write({ killed: this.#mutant });
    }
    // Once more without one at first, as not every test can be run twice; and after each that was noticed.
    const isClean = this.#mutant === undefined ? repeats > 0 : hasPassed;
    if (this.#left.length > 0) this.#mutant = isClean ? this.#left.shift() : undefined;
    else if (isClean || repeats === 0) {
      write({ tried: this.#called });
      // Ends the repeats: vitest takes the test for one that skipped itself.
      (result as { pending?: boolean }).pending = true;
    } else this.#mutant = undefined;
    result.state = 'run';
    result.errors = undefined;
  }
}

function spoilt(test: Test): never {
  write({ spoilt: test.id });
  process.kill(process.pid, 'SIGKILL');
  throw new Error('unreachable');
}

function write(one: Try): void {
  appendFileSync(inject('triesFile'), `${JSON.stringify(one)}\n`);
}

function switchOf(): Switch {
  return (globalThis as unknown as { mutantSwitch: Switch }).mutantSwitch;
}

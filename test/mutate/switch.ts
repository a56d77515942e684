import { appendFileSync } from 'node:fs';
import { afterAll, beforeAll, expect, inject } from 'vitest';
import { SWITCH } from './mutants.ts';

declare module 'vitest' {
  interface ProvidedContext {
    /** The mutant that is on in all of a worker; undefined: none, or one after the other. */
    readonly mutant: number | undefined;
    /** Mutants to be tried one after the other in one worker; undefined: what is reached is written down. */
    readonly todo: readonly number[] | undefined;
    /** Those among them that no test has tried before. */
    readonly untried: readonly number[];
    /** Ids of tests that do not pass twice in one worker. */
    readonly unrepeatable: readonly string[];
    readonly mutants: number;
    /** A file: a line `Reached` for each file of tests. */
    readonly reachedFile: string;
    /** A file: a line `Try` for what came of a try. */
    readonly triesFile: string;
    /** A file: the number of tries, the mutant of the last (-1: none), and what its test takes without, ms. */
    readonly progressFile: string;
  }
}

export interface Reached {
  /** Of a file of tests. */
  readonly path: string;
  readonly called: readonly number[];
  /** Reached before the first test: in what a module does when it is read, for the first that imports it only. */
  readonly loaded: readonly number[];
}

/** Of a worker. Modules ask it at every place that a mutant changes. */
export interface Switch {
  /** The one that is on. */
  mutant: number | undefined;
  /** Those that were asked for, since they were last cleared. */
  marks: Uint8Array;
}

const worker = globalThis as unknown as Record<string, (id: number) => boolean> & {
  mutantSwitch: Switch;
};
const mutant = inject('mutant');
if (mutant !== undefined) {
  worker[SWITCH] = (id) => id === mutant;
} else {
  const [called, loaded] = [0, 0].map(() => new Uint8Array(inject('mutants'))) as [Marks, Marks];
  // For all files of tests of a worker, each of which runs this anew.
  worker.mutantSwitch ??= { mutant: undefined, marks: loaded };
  const one = worker.mutantSwitch;
  one.marks = loaded;
  worker[SWITCH] ??= (id) => {
    one.marks[id] = 1;
    return id === one.mutant;
  };
  beforeAll(() => {
    one.marks = called;
  });
  afterAll(() => {
    if (inject('todo')) return;
    const path = expect.getState().testPath!;
    const reached: Reached = { path, called: idsOf(called), loaded: idsOf(loaded) };
    appendFileSync(inject('reachedFile'), `${JSON.stringify(reached)}\n`);
  });
}

type Marks = Uint8Array;

function idsOf(marks: Marks): number[] {
  return [...marks.keys()].filter((id) => marks[id]);
}

import { appendFileSync } from 'node:fs';
import { afterAll, beforeAll, expect, inject } from 'vitest';
import { SWITCH } from './mutants.ts';

declare module 'vitest' {
  interface ProvidedContext {
    /** The mutant that is on; without one, which mutants are reached is written down. */
    readonly mutant: number | undefined;
    readonly mutants: number;
    /** A file: a line `Reached` for each file of tests. */
    readonly reachedFile: string;
  }
}

export interface Reached {
  /** Of a file of tests. */
  readonly path: string;
  readonly called: readonly number[];
  /** Reached before the first test: in what a module does when it is read, for the first that imports it only. */
  readonly loaded: readonly number[];
}

// A worker is there for one mutant; or for none, and then for all files of tests, each of which runs this anew.
const worker = globalThis as unknown as Record<string, (id: number) => boolean> & {
  marks: Uint8Array;
};
const mutant = inject('mutant');
if (mutant !== undefined) {
  worker[SWITCH] = (id) => id === mutant;
} else {
  const [called, loaded] = [0, 0].map(() => new Uint8Array(inject('mutants'))) as [Marks, Marks];
  worker.marks = loaded;
  worker[SWITCH] ??= (id) => {
    worker.marks[id] = 1;
    return false;
  };
  beforeAll(() => {
    worker.marks = called;
  });
  afterAll(() => {
    const path = expect.getState().testPath!;
    const reached: Reached = { path, called: idsOf(called), loaded: idsOf(loaded) };
    appendFileSync(inject('reachedFile'), `${JSON.stringify(reached)}\n`);
  });
}

type Marks = Uint8Array;

function idsOf(marks: Marks): number[] {
  return [...marks.keys()].filter((id) => marks[id]);
}

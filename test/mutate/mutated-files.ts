import { readdirSync, readFileSync, statSync } from 'node:fs';
import { basename, dirname, join, relative } from 'node:path';
import { ROOT } from '../support/folders.ts';
import { type Mutant, mutantsOf } from './mutants.ts';
import type { TestFile } from './mutated-tests.ts';

/** A source file with its mutants, numbered from `firstId` up to, without, `endId`. */
export interface MutatedFile {
  readonly path: string;
  /** As one names it: `src/stats/quantile.ts`. */
  readonly name: string;
  readonly firstId: number;
  readonly endId: number;
  readonly mutants: readonly Mutant[];
}

export interface NumberedMutant extends Mutant {
  readonly id: number;
  readonly file: MutatedFile;
}

/** Of files and folders. */
export function mutatedFiles(paths: readonly string[]): MutatedFile[] {
  const names = paths.flatMap((path) =>
    statSync(join(ROOT, path)).isFile()
      ? [path]
      : readdirSync(join(ROOT, path), { recursive: true, encoding: 'utf8' })
          .filter((name) => name.endsWith('.ts'))
          .sort()
          .map((name) => join(path, name)),
  );
  let firstId = 0;
  return [...new Set(names)].map((name) => {
    const path = join(ROOT, name);
    const mutants = mutantsOf(readFileSync(path, 'utf8'));
    const file = { path, name, firstId, endId: firstId + mutants.length, mutants };
    firstId = file.endId;
    return file;
  });
}

/** Most files of tests that a mutant is tried on: those after them are far from it. */
const TESTS_MAX = 12;

/**
 * Which files of tests could notice a mutant: those that reach it, in this order: of the same name, of the same
 * folder, then the shortest. What is reached while modules load can besides be noticed by whoever uses its module.
 */
export function testsFor({ id, file }: NumberedMutant, tests: readonly TestFile[]): TestFile[] {
  const isLoaded = tests.some(({ loaded }) => loaded.has(id));
  const uses = ({ called }: TestFile): boolean =>
    file.mutants.some((_, i) => called.has(file.firstId + i));
  const distance = ({ path }: TestFile): number => {
    const name = relative(join(ROOT, 'test'), path);
    const mirror = relative('src', file.name);
    if (basename(name).startsWith(basename(mirror, '.ts'))) return 0;
    return dirname(name) === dirname(mirror) ? 1 : 2;
  };
  const order = (test: TestFile): number => distance(test) + (test.called.has(id) ? 0 : 3);
  return tests
    .filter((test) => test.called.has(id) || (isLoaded && (uses(test) || distance(test) < 2)))
    .sort((a, b) => order(a) - order(b) || a.ms - b.ms)
    .slice(0, TESTS_MAX);
}

import type { ChildProcess } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  createVitest,
  ForksPoolWorker,
  type TestModule,
  type TestSpecification,
  type Vitest,
} from 'vitest/node';
import config from '../../vitest.config.ts';
import { ROOT } from '../support/folders.ts';
import { SWITCH, withSwitches } from './mutants.ts';
import type { MutatedFile } from './mutated-files.ts';
import type { Try } from './runner.ts';
import type { Reached } from './switch.ts';

/**
 * What a worker may take beyond five times what its tests took without a mutant: it may wait for what never comes,
 * or be in an endless loop.
 */
const SPARE_SEC = 30;
/** The same for one test with one mutant, where many are tried in one worker. */
const STUCK_SEC = 15;
const NEVER_MS = 3_600_000;
/** Of one worker. */
const MEGABYTES_MAX = 4000;
const { test: all } = config({ command: 'serve', mode: 'test' });
const [{ test: unit }] = all!.projects as [{ test: { exclude: string[] } }];

/** A file of tests: how long it took, and the mutants that it reached: by calling them, or while modules loaded. */
export interface TestFile {
  readonly path: string;
  readonly ms: number;
  readonly called: ReadonlySet<number>;
  readonly loaded: ReadonlySet<number>;
}

export type Outcome = 'killed' | 'timeout' | 'survived';

export type MutatedTests = Awaited<ReturnType<typeof openMutatedTests>>;

/** Tests against one mutant after the other: one vitest that has read everything, and a new worker for each. */
export async function openMutatedTests(files: readonly MutatedFile[], folders: readonly string[]) {
  const scratch = mkdtempSync(join(tmpdir(), 'confab-mutate-'));
  const [reachedFile, triesFile, progressFile] = ['reached.ndjson', 'tries.ndjson', 'progress'].map(
    (name) => join(scratch, name),
  ) as [string, string, string];
  const workers = new Set<Worker>();
  let failed: string[] = [];
  let order: readonly string[] = [];
  const vitest = await createVitest(
    'test',
    {
      config: false,
      root: ROOT,
      watch: false,
      include: folders.map((folder) =>
        folder.endsWith('.ts') ? folder : `${folder}/**/*.test.ts`,
      ),
      exclude: unit.exclude,
      // A test that is run a thousand times listens a thousand times to its own end.
      execArgv: [
        ...all!.execArgv!,
        '--disable-warning=MaxListenersExceededWarning',
        '--max-old-space-size=2000',
      ],
      globalSetup: all!.globalSetup!,
      setupFiles: [join(import.meta.dirname, 'switch.ts')],
      provide: {
        ...{ mutant: undefined, todo: undefined, untried: [], unrepeatable: [] },
        mutants: files.at(-1)!.endId,
        ...{ reachedFile, triesFile, progressFile },
      },
      runner: join(import.meta.dirname, 'runner.ts'),
      // A golden file stays as it is, whatever a mutant would have in it.
      update: 'none',
      isolate: false,
      fileParallelism: false,
      pool: { name: 'killable', createPoolWorker: (options) => new Worker(options, workers) },
      sequence: { sequencer: inOrder(() => order) },
      bail: 0,
      testTimeout: NEVER_MS,
      hookTimeout: NEVER_MS,
      silent: true,
      reporters: [
        {
          onTestModuleEnd(module: TestModule) {
            if (!module.ok()) failed.push(module.relativeModuleId);
          },
        },
      ],
    },
    { cacheDir: join(scratch, 'vite'), plugins: [switchesIn(files)] },
  );
  const run = async (specs: TestSpecification[], isLate: () => boolean): Promise<Outcome> => {
    failed = [];
    let wasLate = false;
    // Only time in which this process runs counts, as both are stopped together.
    const ticks = setInterval(() => {
      if (wasLate || !isLate()) return;
      wasLate = true;
      for (const worker of workers) worker.kill();
    }, 1000);
    // Nor must it take the memory of all: a loop that only adds may never come to its end.
    const looks = setInterval(() => {
      for (const worker of workers) if (worker.megabytes > MEGABYTES_MAX) worker.kill();
    }, 200);
    const { unhandledErrors } = await vitest.runTestSpecifications(specs);
    clearInterval(ticks);
    clearInterval(looks);
    if (wasLate) return 'timeout';
    return failed.length > 0 || unhandledErrors.length > 0 ? 'killed' : 'survived';
  };
  /** What one worker says of these mutants, until it has tried them all, or must end before. */
  const tryIn = async (
    test: TestFile,
    todo: readonly number[],
    unrepeatable: readonly string[],
  ) => {
    const project = vitest.getRootProject();
    project.provide('todo', todo);
    project.provide('unrepeatable', unrepeatable);
    rmSync(triesFile, { force: true });
    rmSync(progressFile, { force: true });
    const progress = () => (existsSync(progressFile) ? readFileSync(progressFile, 'utf8') : '');
    const outcome = await run([project.createSpecification(test.path)], stands(progress, test.ms));
    project.provide('todo', undefined);
    const tries = existsSync(triesFile)
      ? linesOf(triesFile).map((line): Try => JSON.parse(line))
      : [];
    const stuck = outcome === 'timeout' ? Number(progress().split(' ')[1]) : undefined;
    return { tries, stuck: stuck === undefined || stuck < 0 ? undefined : stuck };
  };
  return {
    /** Which mutants every file of tests reaches, in one run without a mutant; and the files that failed in it. */
    async reach(): Promise<{ tests: TestFile[]; failing: readonly string[] }> {
      const specs = await vitest.globTestSpecifications();
      await run(specs, () => false);
      const failing = [...failed];
      const isSound = ({ path }: TestFile) => !failing.some((name) => path === join(ROOT, name));
      return { tests: testFiles(vitest, reachedFile).filter(isSound), failing };
    },
    async outcomeOf(mutant: number, tests: readonly TestFile[]): Promise<Outcome> {
      order = tests.map(({ path }) => path);
      const project = vitest.getRootProject();
      project.provide('mutant', mutant);
      vitest.config.bail = 1;
      project.config.bail = 1;
      const ms = tests.reduce((sum, test) => sum + test.ms, 0);
      const specs = order.map((path) => project.createSpecification(path));
      let leftSec = SPARE_SEC + (5 * ms) / 1000;
      const outcome = await run(specs, () => --leftSec <= 0);
      project.provide('mutant', undefined);
      return outcome;
    },
    /**
     * Tries mutants one after the other on the tests of one file, without a worker for each. Who was not
     * killed, and not tried, has to be tried in a worker of its own.
     */
    async outcomesIn(test: TestFile, mutants: readonly number[], untried: readonly number[]) {
      vitest.config.bail = 0;
      vitest.getRootProject().config.bail = 0;
      vitest.getRootProject().provide('untried', untried);
      const ends = new Map<number, Outcome>();
      const tried = new Set<number>();
      const unrepeatable = new Set<string>();
      const spoilt = new Set<string>();
      for (;;) {
        const todo = mutants.filter((id) => !ends.has(id));
        const { tries, stuck } = await tryIn(test, todo, [...unrepeatable]);
        let bad: string | undefined;
        for (const one of tries) {
          if ('killed' in one) ends.set(one.killed, 'killed');
          else if ('tried' in one) for (const id of one.tried) tried.add(id);
          else bad = one.spoilt;
        }
        if (stuck !== undefined) ends.set(stuck, 'timeout');
        if (bad !== undefined) (spoilt.has(bad) ? unrepeatable : spoilt).add(bad);
        if (stuck === undefined && bad === undefined) return { ends, tried, unrepeatable };
      }
    },
    async close(): Promise<void> {
      await vitest.close();
      rmSync(scratch, { recursive: true, force: true });
    },
  };
}

/** Whether what it reads is as it was for so long that a test cannot be at it any more. */
function stands(read: () => string, fileMs: number): () => boolean {
  let [last, leftSec] = ['', 0];
  return () => {
    const now = read();
    // Its first run without a mutant takes as long as it takes.
    const ms = Number(now.split(' ')[2]) || fileMs;
    if (now !== last) [last, leftSec] = [now, STUCK_SEC + (10 * ms) / 1000];
    return last !== '' && --leftSec <= 0;
  };
}

function linesOf(file: string): string[] {
  return readFileSync(file, 'utf8').trim().split('\n');
}

class Worker extends ForksPoolWorker {
  readonly #all: Set<Worker>;

  constructor(options: ConstructorParameters<typeof ForksPoolWorker>[0], all: Set<Worker>) {
    super(options);
    this.#all = all;
  }

  override async start(): Promise<void> {
    await super.start();
    this.#all.add(this);
  }

  override async stop(): Promise<void> {
    this.#all.delete(this);
    // Nothing of it is needed any more, and a mutant may hold it back.
    this.kill();
    await super.stop();
  }

  /** In memory, where the system tells. */
  get megabytes(): number {
    const status = `/proc/${this.#pid}/statm`;
    const [, pages] = existsSync(status) ? readFileSync(status, 'utf8').split(' ') : [];
    return (Number(pages ?? 0) * 4096) / 1e6;
  }

  get #pid(): number | undefined {
    return (this as unknown as { _fork?: ChildProcess })._fork?.pid;
  }

  kill(): void {
    (this as unknown as { _fork?: ChildProcess })._fork?.kill('SIGKILL');
  }
}

function inOrder(order: () => readonly string[]) {
  return class {
    shard = (specs: TestSpecification[]) => specs;
    sort = (specs: TestSpecification[]) =>
      specs.toSorted((a, b) => order().indexOf(a.moduleId) - order().indexOf(b.moduleId));
  };
}

function switchesIn(files: readonly MutatedFile[]) {
  const byPath = new Map(files.map((file) => [file.path, file]));
  return {
    name: 'mutants',
    enforce: 'pre' as const,
    transform(source: string, id: string) {
      const file = byPath.get(id);
      if (!file) return undefined;
      const code = withSwitches(source, file.mutants, file.firstId);
      // Where the tests are not, such as a thread that reads it, there are no mutants.
      return {
        code: `const ${SWITCH} = globalThis.${SWITCH} ?? (() => false); ${code}`,
        map: null,
      };
    },
  };
}

function testFiles(vitest: Vitest, reachedFile: string): TestFile[] {
  const lines = existsSync(reachedFile) ? linesOf(reachedFile) : [];
  const durations = new Map(
    vitest.state.getTestModules().map((module) => [module.moduleId, module.diagnostic().duration]),
  );
  return lines
    .map((line): Reached => JSON.parse(line))
    .map(({ path, called, loaded }) => ({
      path,
      ms: durations.get(path)!,
      called: new Set(called),
      loaded: new Set(loaded),
    }));
}

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
import type { Reached } from './switch.ts';

/**
 * What a worker may take beyond ten times what its tests took without a mutant: it may wait for what never comes,
 * or be in an endless loop. Only time in which this process runs counts, as both are stopped together.
 */
const SPARE_SEC = 60;
const NEVER_MS = 3_600_000;
const [{ test: unit }] = config.test!.projects as [{ test: { exclude: string[] } }];

/** A file of tests: how long it took, and the mutants that it reached: by calling them, or while modules loaded. */
export interface TestFile {
  readonly path: string;
  readonly ms: number;
  readonly called: ReadonlySet<number>;
  readonly loaded: ReadonlySet<number>;
}

export type Outcome = 'killed' | 'timeout' | 'survived';

/** Tests against one mutant after the other: one vitest that has read everything, and a new worker for each. */
export async function openMutatedTests(files: readonly MutatedFile[], folders: readonly string[]) {
  const scratch = mkdtempSync(join(tmpdir(), 'confab-mutate-'));
  const reachedFile = join(scratch, 'reached.ndjson');
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
      execArgv: config.test!.execArgv!,
      globalSetup: config.test!.globalSetup!,
      setupFiles: [join(import.meta.dirname, 'switch.ts')],
      provide: { mutant: undefined, mutants: files.at(-1)!.endId, reachedFile },
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
  const run = async (specs: TestSpecification[], sec: number): Promise<Outcome> => {
    failed = [];
    let isLate = false;
    let leftSec = sec;
    const ticks = setInterval(() => {
      if (--leftSec > 0) return;
      isLate = true;
      for (const worker of workers) worker.kill();
    }, 1000);
    const { unhandledErrors } = await vitest.runTestSpecifications(specs);
    clearInterval(ticks);
    if (isLate) return 'timeout';
    return failed.length > 0 || unhandledErrors.length > 0 ? 'killed' : 'survived';
  };
  return {
    /** Which mutants every file of tests reaches, in one run without a mutant. */
    async reach(): Promise<TestFile[]> {
      const specs = await vitest.globTestSpecifications();
      if ((await run(specs, Infinity)) !== 'survived') {
        throw new Error(`without a mutant there are tests that fail: ${failed.join(', ')}`);
      }
      return testFiles(vitest, reachedFile);
    },
    async outcomeOf(mutant: number, tests: readonly TestFile[]): Promise<Outcome> {
      order = tests.map(({ path }) => path);
      const project = vitest.getRootProject();
      project.provide('mutant', mutant);
      vitest.config.bail = 1;
      project.config.bail = 1;
      const ms = tests.reduce((sum, test) => sum + test.ms, 0);
      const specs = order.map((path) => project.createSpecification(path));
      return run(specs, SPARE_SEC + (10 * ms) / 1000);
    },
    async close(): Promise<void> {
      await vitest.close();
      rmSync(scratch, { recursive: true, force: true });
    },
  };
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
  const lines = existsSync(reachedFile) ? readFileSync(reachedFile, 'utf8').trim().split('\n') : [];
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

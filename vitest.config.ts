import { defineConfig } from 'vitest/config';
import { asBuilt } from './test/support/as-built.ts';
import { FRUGAL } from './test/support/frugal.ts';

/** What runs the command line, or another program: built first, and slower. */
const COMMANDS = [
  'test/cli/**/*.test.ts',
  'test/commands/**/*.test.ts',
  'test/e2e/**/*.test.ts',
  'test/conformance/{burstgpt,plan,priority-study,traces}.test.ts',
  'test/readme.test.ts',
];
/** What needs a process of its own: it puts something in the place of a module of Node's, or counts what V8 allocates. */
const ALONE = [
  'test/record/journal.test.ts',
  'test/play/journal-error.test.ts',
  'test/engine/allocation.test.ts',
];
/** What watches how often a module's function is called. */
const WATCHING = [
  'test/conformance/multi-turn-inputs.test.ts',
  'test/workload/sharegpt/prepare.test.ts',
  'test/workload/sharegpt/sharegpt.test.ts',
  'test/workload/text/corpus.test.ts',
];

// biome-ignore lint/style/noDefaultExport: vitest reads the default export
export default defineConfig(({ mode }) => ({
  test: {
    // XState warns about misuse only in its development build.
    execArgv: ['-C', 'development', ...FRUGAL, '--max-semi-space-size=64'],
    // The program as it is built, loaded once.
    server: { deps: { external: [/\/dist\//] } },
    // Files share a process, and with it what they import. Nothing may be left behind by a test.
    isolate: false,
    // Long enough for a machine that is busy with other things: no test measures by it.
    testTimeout: 180_000,
    hookTimeout: 180_000,
    globalSetup: ['test/support/one-folder.ts'],
    reporters: ['default', './test/support/skipped-reporter.ts'],
    projects: [
      {
        extends: true,
        ...(mode === 'built' && { plugins: [asBuilt(WATCHING)] }),
        test: { name: 'unit', include: ['test/**/*.test.ts'], exclude: [...COMMANDS, ...ALONE] },
      },
      {
        extends: true,
        // Optimised as it is for its users: what V8 allocates depends on it.
        test: { name: 'alone', include: ALONE, isolate: true, execArgv: ['-C', 'development'] },
      },
      {
        extends: true,
        ...(mode === 'built' && { plugins: [asBuilt([])] }),
        test: {
          name: 'commands',
          include: COMMANDS,
        },
      },
    ],
  },
}));

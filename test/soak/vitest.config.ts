import { defineConfig } from 'vitest/config';

/** Long plays of the built command line, by hand: `npm run soak`. No part of the suite. */
// biome-ignore lint/style/noDefaultExport: vitest reads the default export
export default defineConfig({
  test: {
    include: ['test/soak/*.soak.ts'],
    globalSetup: ['test/support/one-folder.ts'],
    // Each watches processes of its own, and wants the machine for itself.
    fileParallelism: false,
    testTimeout: 3_600_000,
  },
});

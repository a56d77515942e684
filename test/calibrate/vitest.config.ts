import { defineConfig } from 'vitest/config';

/** Engines of many shapes, by hand: `npm run proof:calibrate`. The suite has a few of them. */
// biome-ignore lint/style/noDefaultExport: vitest reads the default export
export default defineConfig({
  test: {
    include: ['test/calibrate/**/*.proof.ts'],
    testTimeout: 3_600_000,
    disableConsoleIntercept: true,
  },
});

import { defineConfig } from 'vitest/config';

/** Thousands of experiments, by hand: `npm run proof:ab`. The suite has a small part of them. */
// biome-ignore lint/style/noDefaultExport: vitest reads the default export
export default defineConfig({
  test: { include: ['test/ab/*.proof.ts'], testTimeout: 3_600_000, disableConsoleIntercept: true },
});

import { defineConfig } from 'vitest/config';

/** Simulated ranks by the program itself, by hand: `npm run proof:ranks`. The suite has a small part of it. */
// biome-ignore lint/style/noDefaultExport: vitest reads the default export
export default defineConfig({
  test: {
    include: ['test/ranks/*.proof.ts'],
    testTimeout: 3_600_000,
    disableConsoleIntercept: true,
    globalSetup: ['test/support/one-folder.ts'],
    server: { deps: { external: [/\/dist\//] } },
  },
});

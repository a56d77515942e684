import { defineConfig } from 'vitest/config';

/** Nine defects planted in 20 engines each, by hand: `npm run proof:ledger`. The suite has a small part of them. */
// biome-ignore lint/style/noDefaultExport: vitest reads the default export
export default defineConfig({
  test: {
    include: ['test/ledger/*.proof.ts'],
    testTimeout: 3_600_000,
    disableConsoleIntercept: true,
  },
});

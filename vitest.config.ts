import { defineConfig } from 'vitest/config';

// biome-ignore lint/style/noDefaultExport: vitest reads the default export
export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    // XState warns about misuse only in its development build.
    execArgv: ['-C', 'development'],
    testTimeout: 30_000,
    setupFiles: [],
  },
});

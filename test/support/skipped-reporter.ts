import type { Reporter, TestModule } from 'vitest/node';
import { whySkipped } from './needs.ts';

/** Says at the very end which tests were skipped, and why: a line for every reason. */
// biome-ignore lint/style/noDefaultExport: vitest loads reporters by their default export
export default class SkippedReporter implements Reporter {
  onTestRunEnd(modules: readonly TestModule[]): void {
    const counts = new Map<string, number>();
    for (const module of modules) {
      for (const { fullName } of module.children.allTests('skipped')) {
        const why = whySkipped(fullName);
        if (why !== undefined) counts.set(why, (counts.get(why) ?? 0) + 1);
      }
    }
    for (const [why, count] of counts) {
      process.stdout.write(`skipped: ${count} ${count === 1 ? 'test' : 'tests'}: ${why}\n`);
    }
  }
}

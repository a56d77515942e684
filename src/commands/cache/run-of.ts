import type { Run } from '../../record/run-folder.ts';
import { say } from '../terminal/stderr.ts';

/** What is in a run folder; what is odd about it is said. @throws UsageError if it is none. */
export async function runOf(dir: string): Promise<Run> {
  const { readRun } = await import('../../record/run-folder.ts');
  const run = readRun(dir);
  for (const warning of run.warnings) say(`warning: ${warning}`);
  return run;
}

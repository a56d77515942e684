import { UsageError } from '../../base/errors.ts';
import { profileOf } from '../../engine/cost/profile-of.ts';
import type { Run } from '../../record/run-folder.ts';
import { hasOwnEngine } from '../../report/engine-cache.ts';
import { scenarioOf } from '../../report/identity.ts';
import type { TwinOptions } from '../../twin/twin.ts';
import type { StandIn } from '../../twin/twin-engine.ts';
import { say } from '../terminal/stderr.ts';

interface Asked {
  readonly engine?: string | undefined;
  readonly set: readonly string[];
}

/**
 * What stands for the engine of a run, as it was asked for.
 * @throws UsageError for a real engine without a profile, and for settings of more than the engine
 */
export function standInOf(
  run: Run,
  { engine, set }: Asked,
): StandIn & Pick<TwinOptions, 'intervals' | 'correlations' | 'calibration'> {
  refuseOthers(set);
  const gpu = engine ?? ownGpu(run);
  if (gpu === undefined) {
    throw new UsageError(
      '--engine: missing; expected the profile of the engine that served the run, as confab calibrate writes it: --engine engine.json',
    );
  }
  const { calibration } = profileOf({ gpu });
  const { intervals = {}, correlations } = calibration ?? {};
  return { gpu, settings: set, intervals, correlations, calibration };
}

/** A simulated run says itself what served it. */
export function ownGpu({ parts }: Run): string | undefined {
  const first = parts[0]!;
  return hasOwnEngine(first) ? scenarioOf(first)?.engine.gpu : undefined;
}

/** What is said, and when, is the run's. */
function refuseOthers(settings: readonly string[]): void {
  const other = settings.find((text) => !text.startsWith('engine.'));
  if (other === undefined) return;
  throw new UsageError(
    `--set: found '${other}'; expected a setting of the engine, as engine.blocks=5000: a twin is asked what the run was asked, and confab simulate --like RUN changes the rest`,
  );
}

/** What is in run folders, the partitions of one run taken together; what is odd about it is said. */
export async function runIn(dirs: readonly string[]): Promise<Run> {
  const [{ readRun }, { mergeRuns }, { refuseStrangers }] = await Promise.all([
    import('../../record/run-folder.ts'),
    import('../../report/run-summary.ts'),
    import('../../report/one-run.ts'),
  ]);
  const folders = dirs.map((dir) => ({ dir, run: readRun(dir) }));
  refuseStrangers(folders);
  const run = mergeRuns(folders.map(({ run }) => run));
  for (const warning of run.warnings) say(`warning: ${warning}`);
  return run;
}

/** Heads what is wrong with a run by its folder. */
export async function about<T>(dir: string, act: () => Promise<T>): Promise<T> {
  try {
    return await act();
  } catch (error) {
    throw error instanceof UsageError
      ? new UsageError(error.problems.map((problem) => `${dir}: ${problem}`))
      : error;
  }
}

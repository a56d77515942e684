import { UsageError } from '../base/errors.ts';
import { REDACTED } from '../base/secret.ts';
import { readRun } from '../record/run-folder.ts';
import { earlierParts, type Isolation } from '../run/resume.ts';
import { parseOverridden } from '../scenario/load.ts';
import type { Override } from '../scenario/overrides.ts';
import { play } from './play.ts';
import { reportRun } from './results.ts';

/** Continues the run in this folder. Its scenario is in its journal; `overrides` may change where it goes. */
export async function resume(
  dir: string,
  overrides: readonly Override[],
  flags: { readonly apiKey?: string; readonly isolate: Isolation },
): Promise<number> {
  const { parts, warnings } = readRun(dir);
  for (const warning of warnings) process.stderr.write(`warning: ${warning}\n`);
  if (parts.some(({ records }) => records.some(({ agent }) => agent))) {
    throw new UsageError(
      `${dir}: a run of agents (confab agentic) cannot be resumed; run it again`,
    );
  }
  const scenario = parseOverridden(parts[0]!.header.scenario, overrides, dir);
  const hidden = Object.entries(scenario.target.headers)
    .filter(([, value]) => value === REDACTED)
    .map(([name]) => name);
  if (hidden.length) {
    throw new UsageError(
      `${dir}: the values of the headers ${hidden.join(', ')} are not kept; give them again, as in --set 'target.headers.${hidden[0]}=…'`,
    );
  }
  const measuredMs = parts.reduce((sum, { footer, records }) => {
    const endMs = footer?.drainStartMs ?? records.at(-1)?.endMs ?? 0;
    const startMs = footer?.measureStartMs ?? 0;
    return sum + Math.max(0, endMs - startMs);
  }, 0);
  const before = earlierParts(
    parts.map((part) => part.records),
    measuredMs,
  );
  process.stderr.write(
    `resuming ${dir}: ${before.played.size} conversations are finished, ${before.requests} requests were sent\n`,
  );
  const { afterSec, afterRequests } = scenario.stop;
  const { users = Infinity } = scenario.population;
  const isComplete =
    before.played.size >= users ||
    before.requests >= (afterRequests ?? Infinity) ||
    measuredMs >= (afterSec ?? Infinity) * 1000;
  if (isComplete) {
    process.stderr.write('nothing is left to play; raise population.users or stop.* with --set\n');
    return reportRun(dir, scenario, {});
  }
  return play({ scenario, apiKey: flags.apiKey, resumed: { dir, before, isolate: flags.isolate } });
}

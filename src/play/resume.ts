import { UsageError } from '../base/errors.ts';
import type { RunPart } from '../record/journal-reader.ts';
import { readRun } from '../record/run-folder.ts';
import type { IsolatedBy } from '../run/isolation.ts';
import { earlierParts } from '../run/resume.ts';
import type { EarlierParts } from '../run/run.ts';
import { parseOverridden } from '../scenario/load.ts';
import type { Override } from '../scenario/overrides.ts';
import { upgraded } from '../scenario/renamed.ts';
import type { Scenario } from '../scenario/schema.ts';

/** How a run that was broken off goes on. */
export interface Continuation {
  readonly scenario: Scenario;
  readonly before: EarlierParts;
  /** How the run is kept apart from others. */
  readonly isolatedBy?: IsolatedBy;
  /** Nothing is left to play. */
  readonly isComplete: boolean;
  readonly warnings: readonly string[];
}

/**
 * What is left of the run in this folder. Its scenario is in its journal; `overrides` may change where it goes.
 * @throws UsageError if it cannot go on.
 */
export function continuationOf(dir: string, overrides: readonly Override[]): Continuation {
  const { parts, warnings } = readRun(dir);
  if (parts.some(({ records }) => records.some(({ agent }) => agent))) {
    throw new UsageError(
      `${dir}: a run of agents (confab agentic) cannot be resumed; run it again`,
    );
  }
  const scenario = parseOverridden(upgraded(parts[0]!.header.scenario), overrides, dir);
  const before = earlierParts(
    parts.map((part) => part.records),
    measuredMsOf(parts),
  );
  const { isolation: how, isolationMark: mark } = parts[0]!.header;
  return {
    scenario,
    before,
    ...(how && mark !== undefined && { isolatedBy: { how, mark } }),
    isComplete: isComplete(scenario, before),
    warnings,
  };
}

function measuredMsOf(parts: readonly RunPart[]): number {
  return parts.reduce((sum, { footer, records }) => {
    const endMs = footer?.drainStartMs ?? records.at(-1)?.endMs ?? 0;
    const startMs = footer?.measureStartMs ?? 0;
    return sum + Math.max(0, endMs - startMs);
  }, 0);
}

function isComplete({ stop, population }: Scenario, before: EarlierParts): boolean {
  const { afterSec = Infinity, afterRequests = Infinity } = stop;
  const { users = Infinity } = population;
  return (
    before.played.size >= users ||
    before.requests >= afterRequests ||
    before.measuredMs >= afterSec * 1000
  );
}

import type { Run } from '../../src/record/run-folder.ts';
import { summarise } from '../../src/report/run-summary.ts';
import type { ReportOptions } from '../../src/report/sections.ts';
import { reportText } from '../../src/report/text.ts';
import { parseOverridden, readScenario } from '../../src/scenario/load.ts';
import type { Override } from '../../src/scenario/overrides.ts';
import type { Scenario } from '../../src/scenario/schema.ts';

// What commands do in several steps, with something in between.

/** A scenario file with these overrides, checked, in no environment. */
export function loadScenario(file: string, overrides: readonly Override[] = []): Scenario {
  return parseOverridden(readScenario(file, {}), overrides, file);
}

/** The report of a run as text. */
export function renderReport(run: Run, options: ReportOptions = {}): string {
  return reportText(summarise(run), options);
}

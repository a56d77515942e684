import { conclusionOf, measuredOf } from './experiment.ts';
import { MEASURE_NAMES, type MeasureKey } from './measures.ts';
import type { Experiment } from './text.ts';

/** Everything that was found; keys as in summary.json: units end the names, an absent one is unknown. Gains are of B. */
export function experimentJson({ rounds, ...experiment }: Experiment): string {
  const { settings } = experiment;
  const { primary: _, ...conclusion } = conclusionOf(settings, rounds);
  const keys = new Set<MeasureKey>([settings.measure, ...MEASURE_NAMES]);
  const json = {
    format: 'confab-ab-result',
    version: 1,
    ...experiment,
    ...conclusion,
    measures: Object.fromEntries([...keys].map((key) => [key, measuredOf(settings, rounds, key)])),
    played: rounds,
  };
  return `${JSON.stringify(json, undefined, 2)}\n`;
}

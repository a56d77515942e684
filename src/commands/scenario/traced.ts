import { basename } from 'node:path';
import { isObject } from '../../base/json.ts';
import { traceSchema } from '../../scenario/conversation.ts';
import type { Change, Override } from '../../scenario/overrides.ts';
import { withOverrides } from '../../scenario/overrides.ts';
import { at, withValue } from '../../scenario/paths.ts';

/**
 * A scenario of nothing but a trace, whose answers are as long as they were: by min_tokens, because ignore_eos would
 * be for all requests, also for one whose length nobody knows.
 */
export function traceAlone(file: string): unknown {
  const name = basename(file)
    .replace(/\.[^.]*$/, '')
    .replaceAll(/[^A-Za-z0-9._-]+/g, '-');
  return { name: name || 'trace', conversation: { answer: { force: 'minTokens' } } };
}

/**
 * What --trace makes of a scenario: conversations are the trace's, and come when it says. Their turns are due as it
 * knows best: its pauses after the answers, else its times. Where it does not say when they begin, one
 * conversation follows another.
 * @param overrides what else is said, of which how the file is read matters here.
 * @throws UsageError for a file that is no trace.
 */
export async function traced(file: string, overrides: readonly Override[]): Promise<Change> {
  const { glanceAt } = await import('../../workload/traces/glance.ts');
  const said = at(TRACE, withOverrides<unknown>({}, overrides.filter(isField)));
  const settings = traceSchema.safeParse({ ...(isObject(said) ? said : {}), file });
  // What is wrong with them is said when all of the scenario is checked.
  const { hasTimes, hasStarts, hasPauses, hasAnswers } = await glanceAt(
    settings.data ?? traceSchema.parse({ file }),
  );
  const pacing = hasPauses ? 'recorded' : hasTimes ? 'trace' : undefined;
  return (scenario) => {
    const isTraceAlready = at(['conversation', 'source'], scenario) === 'trace';
    const settingsBefore = at(TRACE, scenario);
    const changes: [path: string[], value: unknown][] = [
      [['conversation', 'source'], 'trace'],
      [TRACE, { ...(isObject(settingsBefore) ? settingsBefore : {}), file }],
      ...(isTraceAlready
        ? []
        : ([
            [ARRIVALS, hasStarts ? { process: 'trace' } : { process: 'closed', concurrency: 1 }],
            [['population', 'rampUp'], undefined],
            ...(pacing === undefined ? [] : [[['pacing', 'mode'], pacing]]),
            ...(hasAnswers ? [[['conversation', 'history'], 'recorded']] : []),
          ] as [string[], unknown][])),
    ];
    return changes.reduce((changed, [path, value]) => withValue(changed, path, value), scenario);
  };
}

const TRACE = ['conversation', 'trace'];
const ARRIVALS = ['population', 'arrivals'];

function isField(override: Override): boolean {
  return typeof override !== 'function';
}

import type { Change } from '../../scenario/overrides.ts';
import { withValue } from '../../scenario/paths.ts';
import { dataFile } from '../scenario/shipped.ts';
import { type Flag, grouped } from './flag-table.ts';

/** How a trace is played. */
export const TRACE_FLAGS = {
  trace: {
    flags: '--trace <file>',
    says: 'play these recorded requests, in any format of `confab trace`',
    parse: dataFile,
  },
  until: { flags: '--until <time>', path: 'conversation.trace.untilSec' },
  // Their defaults are those of a scenario that has a trace.
  speedup: {
    flags: '--speedup <factor>',
    path: 'conversation.trace.speedup',
    default: undefined,
  },
  context: { flags: '--context <mode>', path: 'conversation.trace.context', default: undefined },
  pacing: {
    flags: '--pacing <mode>',
    says: "when a turn is due: at its own time (trace); after the answer before it and the pause that the trace has (recorded), or one of pacing.pauseSec (think); default: the trace's pauses, else its times",
    choices: ['trace', 'recorded', 'think'],
    changes:
      (mode: string): Change =>
      (scenario) =>
        withValue(scenario, ['pacing', 'mode'], mode),
  },
  maxIdle: { flags: '--max-idle <time>', path: 'population.maxIdleSec' },
} satisfies Record<string, Flag>;

export const traceFlags: readonly Flag[] = grouped('A trace', Object.values(TRACE_FLAGS));

import { UsageError } from '../base/errors.ts';
import { streamsOf } from '../play/streams.ts';
import type { Workers } from '../play/workers.ts';
import { aloneText } from './bounds.ts';

/**
 * So many streams one core times rightly, where each brings some 50 chunks a second: it is busy for half of the time
 * then (`npm run bench`: 10 to 15 us a chunk), and what comes while it is busy is not seen much later.
 */
const STREAMS_EACH = 1000;

/** The workers of a machine with so many cores, of which an engine in this process has one. */
export function workersOfMachine(cores: number, tell: (line: string) => void): Workers {
  return {
    count(scenario, workload, aloneHere) {
      const { workers: asked = 'auto' } = scenario.population;
      if (asked === 1) return 1;
      const alone = aloneHere ?? aloneText(scenario);
      if (asked !== 'auto') {
        if (alone === undefined) return asked;
        throw new UsageError(`population.workers: found ${asked}; expected 1: ${alone}`);
      }
      const streams = streamsOf(scenario, workload);
      const wanted = Math.ceil(streams / STREAMS_EACH);
      const free = Math.max(1, cores - (scenario.target.url === 'embedded' ? 1 : 0));
      const count = alone === undefined ? Math.min(wanted, free) : 1;
      if (wanted > 1) tell(chosenText(streams, { count, wanted, free, alone }));
      return count;
    },
    gather: async (asked) => (await import('./processes.ts')).gatherProcesses(asked),
  };
}

interface Chosen {
  readonly count: number;
  readonly wanted: number;
  readonly free: number;
  readonly alone: string | undefined;
}

function chosenText(streams: number, { count, wanted, free, alone }: Chosen): string {
  const need = `about ${streams} streams at a time are more than one core times rightly`;
  if (alone !== undefined) return `warning: ${need}, and one process plays them: ${alone}`;
  const fewer = count < wanted ? `, of ${wanted} that it would take: there are ${free} cores` : '';
  if (count === 1) return `warning: ${need}, and there is no other core for them`;
  return `notice: ${need}: ${count} workers play them${fewer} (--workers 1: one process)`;
}

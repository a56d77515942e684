import { EngineUnreachable, Interrupted } from '../base/errors.ts';
import type { Outcome } from '../play/played.ts';
import type { Ledger } from './ledger.ts';
import type { Job, JobResult } from './play-point.ts';

/** Where runs are played: one after the other against a server, several at a time in virtual time. */
export interface Lanes {
  readonly count: number;
  play(job: Job): Promise<JobResult>;
  close(): Promise<void>;
}

export interface Surroundings {
  readonly lanes: Lanes;
  readonly ledger: Ledger;
  /** Told of every run, in the order in which they were asked for. */
  told(job: Job, result: JobResult): void;
  say(line: string): void;
  isInterrupted(): boolean;
}

/** What came of the runs that were asked for: fewer if something ended them, which the outcome says. */
export interface Runs {
  readonly results: readonly JobResult[];
  readonly outcome: Extract<Outcome, 'ok' | 'interrupted' | 'unreachable' | 'defect'>;
}

/**
 * Plays these runs, as many at a time as there are lanes. What was played before is not played again. How many lanes
 * there are changes nothing of what is returned and told.
 * @throws what the first of them threw, but that nobody answers, or that it was interrupted.
 */
export async function runAll(jobs: readonly Job[], around: Surroundings): Promise<Runs> {
  const { lanes, ledger, told, isInterrupted } = around;
  const results: (JobResult | undefined)[] = jobs.map(({ key }) => ledger.find(key));
  let next = 0;
  let toTell = 0;
  let ended: Runs['outcome'] = 'ok';
  let failure: unknown;
  const tellInOrder = (): void => {
    for (let result = results[toTell]; result; result = results[toTell]) {
      told(jobs[toTell]!, result);
      toTell++;
    }
  };
  tellInOrder();
  async function lane(): Promise<void> {
    while (next < jobs.length && ended === 'ok' && failure === undefined) {
      if (isInterrupted()) {
        ended = 'interrupted';
        return;
      }
      const index = next++;
      if (results[index]) continue;
      try {
        const result = await lanes.play(jobs[index]!);
        if (isOver(result.outcome)) {
          ended = result.outcome;
          return;
        }
        ledger.add(jobs[index]!.key, result);
        results[index] = result;
        tellInOrder();
      } catch (error) {
        if (error instanceof Interrupted) ended = 'interrupted';
        else if (error instanceof EngineUnreachable) {
          around.say(`error: ${error.message}`);
          ended = 'unreachable';
        } else failure ??= error;
        return;
      }
    }
  }
  await Promise.all(Array.from({ length: Math.min(lanes.count, jobs.length) }, lane));
  if (failure !== undefined) throw failure;
  return { results: results.slice(0, toTell) as JobResult[], outcome: ended };
}

/** A run that says nothing of its load. One in which nothing was completed, or a limit was not kept, does. */
function isOver(outcome: Outcome): outcome is 'interrupted' | 'unreachable' | 'defect' {
  return outcome === 'interrupted' || outcome === 'unreachable' || outcome === 'defect';
}

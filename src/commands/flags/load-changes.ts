import { UsageError } from '../../base/errors.ts';
import { isObject } from '../../base/json.ts';
import type { Change } from '../../scenario/overrides.ts';
import { at, withValue } from '../../scenario/paths.ts';

/** What --qps, --users-per-sec and --concurrency make of a scenario, whatever arrivals it has. */

const ARRIVALS = ['population', 'arrivals'];
const RAMP_UP = ['population', 'rampUp'];

/** Processes that have a rate of their own: it alone is changed. */
const WITH_RATE: readonly unknown[] = [undefined, 'constant', 'poisson', 'gamma', 'lognormal'];

/** Processes that are recorded: they have times, and no rate. */
const OWN_TIMES: readonly unknown[] = ['trace'];

/** An open loop of so many conversations a second: Poisson, unless the scenario has an open loop already. */
export function usersPerSec(rate: number): Change {
  return (scenario) => {
    const before = at(ARRIVALS, scenario);
    const process = at(['process'], before);
    if (OWN_TIMES.includes(process)) {
      throw new UsageError(
        `population.arrivals: found process: ${process}, which has its own times; expected --speedup in place of a rate`,
      );
    }
    const isKept = isObject(before) && WITH_RATE.includes(process);
    const kept = isKept ? { process: 'constant', ...before } : { process: 'poisson' };
    const now = before === undefined ? { process: 'constant' } : kept;
    const changed = withValue(scenario, ARRIVALS, { ...now, usersPerSec: rate });
    return withValue(changed, RAMP_UP, rampUpAt(rate, at(RAMP_UP, scenario)));
  };
}

/** Those found in mid-conversation are more if more come: they have all joined at this rate. */
function rampUpAt(rate: number, rampUp: unknown): unknown {
  const { users, joinEverySec } = isObject(rampUp) ? rampUp : {};
  if (typeof users !== 'number' || typeof joinEverySec !== 'number' || joinEverySec === 0) {
    return rampUp;
  }
  const scale = rate * joinEverySec;
  return {
    ...(rampUp as object),
    users: Math.max(1, Math.round(users * scale)),
    joinEverySec: joinEverySec / scale,
  };
}

/**
 * The same by requests a second over all users: each conversation is as many requests as it has rounds.
 * @throws UsageError where nobody knows how many that is.
 */
export async function requestsPerSec(rate: number): Promise<Change> {
  const [{ meanOf }, { conversationSchema }] = await Promise.all([
    import('../../workload/draw/distribution.ts'),
    import('../../scenario/conversation.ts'),
  ]);
  return (scenario) => {
    const { data: conversation } = conversationSchema.safeParse(
      at(['conversation'], scenario) ?? {},
    );
    // What is wrong with it is said when all of the scenario is checked.
    if (!conversation) return scenario;
    const { source, rounds, sharegpt } = conversation;
    const isAsLong =
      source === 'synthetic' || (source === 'sharegpt' && sharegpt?.minRounds === undefined);
    const mean = source === 'prompts' ? 1 : isAsLong ? meanOf(rounds) : undefined;
    if (mean === undefined) {
      throw new UsageError(
        `--qps: found conversations of a length that is not known beforehand (source: ${source}); expected --users-per-sec`,
      );
    }
    return usersPerSec(rate / mean)(scenario);
  };
}

/** A closed loop of so many conversations at all times. It starts full, so that nobody has to be found half-way. */
export function concurrency(count: number): Change {
  return (scenario) => {
    const changed = withValue(scenario, ARRIVALS, { process: 'closed', concurrency: count });
    return withValue(changed, RAMP_UP, undefined);
  };
}

/** One more file to write when the run is over. */
export function addedExport(format: 'csv' | 'json', file: string): Change {
  return (scenario) => {
    const before = at(['output', 'exports'], scenario);
    const exports = [...(Array.isArray(before) ? before : []), { format, file }];
    return withValue(scenario, ['output', 'exports'], exports);
  };
}

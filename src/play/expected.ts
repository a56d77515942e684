import { offeredLoad } from '../population/offered-load.ts';
import { type OpenProcess, processOf } from '../population/processes.ts';
import { duration } from '../report/duration.ts';
import { hasWarmup } from '../run/warmup.ts';
import type { Scenario } from '../scenario/schema.ts';
import type { Workload } from '../workload/conversation.ts';
import { meanOf } from '../workload/draw/distribution.ts';

/** So many conversations are looked at, where the scenario does not say how long one is. */
const LOOKED_AT = 8;
/** More arrivals than this are not drawn, but reckoned from their rate. */
const DRAWN_MAX = 1000;

/** What says how long a run takes. */
export interface Outlook {
  readonly scenario: Scenario;
  readonly workload: Workload;
  /** What earlier parts of a resumed run have done. */
  readonly before?:
    | undefined
    | { readonly played: { readonly size: number }; readonly measuredMs: number };
  /** A conversation of the workload is not all that its user says. */
  readonly hasPlayer?: boolean;
}

/** How long a run takes, in one line, as far as can be known before it; where it cannot, that is said, and why. */
export function expectedText(outlook: Outlook): string {
  return `duration: ${measuredText(outlook)}${warmupText(outlook.scenario)}`;
}

function warmupText(scenario: Scenario): string {
  const { durationSec } = scenario.warmup;
  if (hasWarmup(scenario)) return '; the warm-up comes before';
  return durationSec === undefined
    ? ''
    : `; a warm-up of ${duration(durationSec * 1000)} comes before`;
}

function measuredText(outlook: Outlook): string {
  const { stop, warmup } = outlook.scenario;
  const { afterSec, afterRequests, drainTimeoutSec } = stop;
  const process = processOf(outlook.scenario.population.arrivals);
  const isEndless =
    process.isEndless && usersOf(outlook) === undefined && afterRequests === undefined;
  const dueMs = process.loop === 'open' ? lastDueMs(outlook, process) : undefined;
  const endMs = dueMs && Math.max(0, dueMs - 1000 * (warmup.durationSec ?? 0));
  if (afterSec === undefined) {
    if (isEndless) return 'until Ctrl-C, as the scenario has no end';
    return endMs === undefined ? unknownText(outlook) : openText(outlook, endMs);
  }
  const limitMs = Math.max(0, afterSec * 1000 - (outlook.before?.measuredMs ?? 0));
  if (endMs !== undefined && endMs < limitMs) return openText(outlook, endMs);
  const most = isEndless || endMs !== undefined ? '' : 'at most ';
  const rest = drainTimeoutSec
    ? `then up to ${duration(1000 * drainTimeoutSec)} for requests in flight`
    : 'when requests in flight are cancelled';
  return `${most}${duration(limitMs)} (stop.afterSec), ${rest}`;
}

function openText({ scenario }: Outlook, endMs: number): string {
  const { pacing, population } = scenario;
  const answers =
    pacing.mode === 'think' || pacing.mode === 'recorded'
      ? "a conversation's answers"
      : "its last conversation's answer";
  const isCapped = population.maxActive !== undefined || population.maxInFlight !== undefined;
  const condition = isCapped ? ', if its caps hold nothing back' : '';
  return `about ${duration(endMs)} and what ${answers} take${condition}`;
}

function unknownText(outlook: Outlook): string {
  const process = processOf(outlook.scenario.population.arrivals);
  if (process.loop === 'open') return 'not known before, as the data decides';
  const why = 'not known before, as a closed loop goes as fast as the engine answers';
  const users = usersOf(outlook);
  const pausesMs = users === undefined ? 0 : (conversationOf(outlook)?.pausesMs ?? 0);
  const rounds = Math.ceil((users ?? 0) / process.slots);
  return pausesMs > 0 ? `${why}; its pauses alone take about ${duration(rounds * pausesMs)}` : why;
}

/** When the last turn falls due, milliseconds, if answers take no time; undefined: nothing here says. */
function lastDueMs(outlook: Outlook, process: OpenProcess): number | undefined {
  const conversation = conversationOf(outlook);
  if (!conversation) return undefined;
  const { turns, pausesMs } = conversation;
  const { afterRequests = Infinity } = outlook.scenario.stop;
  const { usersPerSec = Infinity } = process;
  const byRequests =
    usersPerSec < Infinity ? (afterRequests * 1000) / usersPerSec / turns : Infinity;
  const endMs = Math.min(byRequests, lastArrivalMs(outlook, process) + pausesMs);
  return Number.isFinite(endMs) ? endMs : undefined;
}

function lastArrivalMs(outlook: Outlook, process: OpenProcess): number {
  const { scenario, workload } = outlook;
  const users = usersOf(outlook) ?? (process.isEndless ? Infinity : Number.MAX_SAFE_INTEGER);
  if (users > DRAWN_MAX && process.isEndless) {
    return process.usersPerSec === undefined ? 0 : ((users - 1) * 1000) / process.usersPerSec;
  }
  const population = { ...scenario.population, users };
  const load = offeredLoad({ ...scenario, population }, { traceMs: workload.arrivalsMs });
  let lastMs = 0;
  if (load.loop === 'closed') return lastMs;
  const { arrivals } = load;
  for (let next = arrivals.next(); !next.done; next = arrivals.next()) lastMs = next.value.dueMs;
  return lastMs;
}

/** Of a conversation: turns, and the time of its pauses; by the scenario, else by the first few of the workload. */
function conversationOf(outlook: Outlook): { turns: number; pausesMs: number } | undefined {
  const { conversation, pacing, population } = outlook.scenario;
  if (outlook.hasPlayer) return undefined;
  const pauseSec = pacing.mode === 'trace' ? undefined : meanOf(pacing.pauseSec);
  const rounds = conversation.source === 'synthetic' ? meanOf(conversation.rounds) : undefined;
  if (pauseSec !== undefined && rounds !== undefined) {
    return { turns: rounds, pausesMs: (rounds - 1) * pauseSec * 1000 };
  }
  const count = Math.min(LOOKED_AT, usersOf(outlook) ?? LOOKED_AT);
  if (count === 0) return undefined;
  const said = Array.from(
    { length: count },
    (_, index) => outlook.workload.conversation(population.firstUserId + index).turns,
  );
  const pausesMs = said.map((turns) =>
    pacing.mode === 'trace'
      ? (turns.at(-1)?.dueMs ?? 0)
      : turns.slice(1).reduce((sum, { pauseMs }) => sum + pauseMs, 0),
  );
  return { turns: mean(said.map((turns) => turns.length)), pausesMs: mean(pausesMs) };
}

/** Conversations that are left; undefined: as many as come. */
function usersOf({ scenario, workload, before }: Outlook): number | undefined {
  const users = scenario.population.users ?? workload.conversations;
  return users === undefined ? undefined : Math.max(0, users - (before?.played.size ?? 0));
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

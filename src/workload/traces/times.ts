import type { Scenario } from '../../scenario/schema.ts';
import type { Turn } from '../conversation.ts';
import type { TraceEntry } from './format.ts';
import type { TraceSession } from './sessions.ts';

type Known = number | undefined;

/** When what is said in a trace is due, in the time of the run. */
export interface Timing {
  /** When an entry was asked, sped up; undefined: the trace does not say. */
  atMs(place: number): Known;
  /** @param drawnMs the pause that the scenario has for this turn. */
  turn(
    session: TraceSession,
    turn: number,
    drawnMs: number,
  ): Pick<Turn, 'pauseMs' | 'pauseAfterForksMs' | 'dueMs'>;
}

/** Recorded pauses are stretched with the arrivals; when a turn is due is stretched when it is planned. */
export function timing(scenario: Scenario, entries: readonly TraceEntry[]): Timing {
  const { conversation, population, pacing } = scenario;
  const { speedup } = conversation.trace!;
  const slowdown = 'slowdown' in population.arrivals ? population.arrivals.slowdown : 1;
  const isRecorded = pacing.mode === 'recorded';
  const atMs = (place: number): Known => over(entries[place]!.atMs, speedup);
  const pause = (ms: Known): Known => over(ms, speedup / slowdown);
  return {
    atMs,
    turn(session, turn, drawnMs) {
      const firstMs = entries[session.rootPlace]!.atMs;
      const dueMs = over(minus(entries[session.places[turn]!]!.atMs, firstMs), speedup);
      const thinkMs = isRecorded ? pause(thinkMsOf(entries, session, turn)) : undefined;
      const afterMs = isRecorded ? pause(thinkAfterForksMsOf(entries, session, turn)) : undefined;
      return {
        pauseMs: thinkMs ?? drawnMs,
        ...(afterMs !== undefined && { pauseAfterForksMs: afterMs }),
        ...(dueMs !== undefined && { dueMs }),
      };
    },
  };
}

function over(ms: Known, factor: number): Known {
  return ms === undefined ? undefined : ms / factor;
}

function minus(a: Known, b: Known): Known {
  return a === undefined || b === undefined ? undefined : a - b;
}

/** When an answer had ended as it was recorded. */
function endMs({ atMs, apiMs }: TraceEntry): Known {
  return atMs === undefined || apiMs === undefined ? undefined : atMs + apiMs;
}

/**
 * How long its user thought before this turn, as far as the trace knows: said by itself, or from the end of
 * the answer before it, or of the one that began a sub-agent. Of the first turn of all: 0.
 */
export function thinkMsOf(
  entries: readonly TraceEntry[],
  { places, parent }: TraceSession,
  turn: number,
): Known {
  const entry = entries[places[turn]!]!;
  const before = turn === 0 ? parent?.session.places[parent.turn] : places[turn - 1];
  if (before === undefined) return 0;
  if (entry.thinkMs !== undefined) return entry.thinkMs;
  return gapMs(endMs(entries[before]!), entry.atMs);
}

/**
 * The same after the last of the sub-agents had ended that the turn before began; undefined: it began none, or
 * nobody knows.
 */
export function thinkAfterForksMsOf(
  entries: readonly TraceEntry[],
  { places, forks }: TraceSession,
  turn: number,
): Known {
  const children = forks.get(turn - 1);
  if (!children) return undefined;
  const before = endMs(entries[places[turn - 1]!]!);
  let lastMs = before ?? 0;
  for (const child of children) {
    const end = endMs(entries[child.places.at(-1)!]!);
    if (end === undefined) return undefined;
    lastMs = Math.max(lastMs, end);
  }
  return gapMs(lastMs, entries[places[turn]!]!.atMs);
}

/** Where an answer is told to have ended after what came next, by clocks that differ, nobody thought. */
function gapMs(fromMs: Known, toMs: Known): Known {
  return fromMs === undefined || toMs === undefined ? undefined : Math.max(0, toMs - fromMs);
}

import type { Scenario } from '../scenario/schema.ts';
import { arrivalsStream } from '../workload/draw/arrivals-stream.ts';
import type { Arrival } from './arrival.ts';
import type { OpenProcess } from './processes.ts';
import { rampUpArrivals } from './ramp-up.ts';

/** An open-loop process, and the times that a workload gives it to go by. */
export interface Timetable {
  readonly process: OpenProcess;
  readonly traceMs?: readonly number[] | undefined;
}

/**
 * All arrivals of an open-loop population, in order of time: a function of the scenario alone, so that
 * every partition can compute all of them and play its share. The first joining user comes at time 0.
 */
export function* openArrivals(scenario: Scenario, timetable: Timetable): Generator<Arrival> {
  const { rampUp, users = Infinity, firstUserId } = scenario.population;
  const found = rampUp ? rampUpArrivals(scenario) : [];
  const waiting = found.filter((arrival) => arrival.dueMs < Infinity);
  const times = timesOf(scenario, timetable);
  for (let index = found.length; index < users; index++) {
    const { value: dueMs, done } = times.next();
    if (done) break;
    while (waiting[0] && waiting[0].dueMs <= dueMs) yield waiting.shift()!;
    yield { userId: firstUserId + index, dueMs, startTurn: 0 };
  }
  yield* waiting;
}

/** Those of `all` that were not `played` by earlier parts of the run, in the same order, the first at time 0. */
export function* leftArrivals(
  scenario: Scenario,
  timetable: Timetable,
  played: ReadonlySet<number>,
): Generator<Arrival> {
  const left = notIn(played, openArrivals(scenario, timetable));
  if (timetable.process.resumes === 'atOwnTimes') yield* fromFirst(left);
  else yield* afresh(left, timesOf(scenario, timetable));
}

function timesOf(scenario: Scenario, { process, traceMs }: Timetable): Generator<number> {
  return process.times({ rng: arrivalsStream(scenario), traceMs });
}

function* notIn(played: ReadonlySet<number>, all: Iterable<Arrival>): Generator<Arrival> {
  for (const arrival of all) if (!played.has(arrival.userId)) yield arrival;
}

/** Of a process without an end, as all are that begin anew. */
function* afresh(left: Iterable<Arrival>, times: Iterator<number>): Generator<Arrival> {
  for (const arrival of left) {
    yield { ...arrival, dueMs: times.next().value };
  }
}

/** The first comes at once, the others as long after it as ever. */
function* fromFirst(left: Iterable<Arrival>): Generator<Arrival> {
  let firstMs: number | undefined;
  for (const arrival of left) {
    firstMs ??= arrival.dueMs;
    yield { ...arrival, dueMs: arrival.dueMs - firstMs };
  }
}

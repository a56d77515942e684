import type { TurnRecord } from '../../record/record.ts';

/** When a request held blocks: on any scale on which that order of all requests is right. */
export interface Holding {
  /** The measured run's record, of the twin's too. */
  readonly record: TurnRecord;
  readonly fromTime: number;
  /** Whoever is admitted from then on finds its blocks free. */
  readonly toTime: number;
}

/**
 * How another request stood to this one as it was admitted, in the run; in the twin it was the other way round.
 * `endedFirst`: the other had ended as this one did, and so its blocks are evicted first.
 */
export type Standing = 'held' | 'ended' | 'before' | 'after' | 'endedFirst';

export interface Difference {
  /** Whose admission, or end, met what it did not meet in the twin. */
  readonly of: TurnRecord;
  readonly other: TurnRecord;
  readonly standing: Standing;
}

/**
 * Where the order of a run and of its twin parted: of every request, in which ways its own admission met others than in
 * the twin; and where it met the same ones, of the last admission or end before it that did not. The first request for which that is so
 * is where they parted, and all that differs later may come of it.
 */
export function differences(
  run: readonly Holding[],
  twin: readonly Holding[],
): Map<TurnRecord, Difference> {
  const [own, other] = [metBy(run), metBy(twin)];
  const found = new Map<TurnRecord, Difference>();
  const turned = turnedEnds(run, twin);
  let next = 0;
  let last: Difference | undefined;
  for (const { record, fromTime } of inOrder(run)) {
    while (next < turned.length && turned[next]!.time <= fromTime)
      last = turned[next++]!.difference;
    const [here, there] = [own.get(record)!, other.get(record)];
    last = (there && difference(record, here, there)) ?? last;
    if (last) found.set(record, last);
  }
  return found;
}

/** Of each two requests that ended one after the other, in the twin the other way round: the later of them. */
function turnedEnds(run: readonly Holding[], twin: readonly Holding[]) {
  const places = new Map(byEnd(twin).map(({ record }, place) => [record, place]));
  const ends = byEnd(run).filter(({ record }) => places.has(record));
  return ends.slice(1).flatMap(({ record: of, toTime: time }, at) => {
    const other = ends[at]!.record;
    if (places.get(other)! < places.get(of)!) return [];
    const difference: Difference = { of, other, standing: 'endedFirst' };
    return [{ time, difference }];
  });
}

/** Those that end in one step give up their blocks in the order in which they were admitted. */
function byEnd(all: readonly Holding[]): Holding[] {
  return inOrder(all).sort((a, b) => a.toTime - b.toTime);
}

interface Met {
  /** Those that held their blocks as it was admitted. */
  readonly holding: ReadonlySet<TurnRecord>;
  readonly place: number;
  readonly places: ReadonlyMap<TurnRecord, number>;
}

function metBy(all: readonly Holding[]): Map<TurnRecord, Met> {
  const places = new Map<TurnRecord, number>();
  const met = new Map<TurnRecord, Met>();
  let holding: Holding[] = [];
  for (const one of inOrder(all)) {
    holding = holding.filter(({ toTime }) => toTime > one.fromTime);
    const place = places.size;
    met.set(one.record, {
      holding: new Set(holding.map(({ record }) => record)),
      place,
      places,
    });
    places.set(one.record, place);
    holding.push(one);
  }
  return met;
}

function inOrder(all: readonly Holding[]): Holding[] {
  return [...all].sort((a, b) => a.fromTime - b.fromTime);
}

function difference(of: TurnRecord, here: Met, there: Met): Difference | undefined {
  for (const other of here.holding) {
    if (there.holding.has(other)) continue;
    const place = there.places.get(other);
    if (place === undefined) continue;
    return { of, other, standing: place < there.place ? 'held' : 'before' };
  }
  for (const other of there.holding) {
    if (here.holding.has(other)) continue;
    const place = here.places.get(other);
    if (place === undefined) continue;
    return { of, other, standing: place < here.place ? 'ended' : 'after' };
  }
  return undefined;
}

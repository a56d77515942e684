import { errorText, UsageError } from '../base/errors.ts';
import { processOf } from '../population/processes.ts';
import type { RunPart } from '../record/journal-reader.ts';
import type { RunHeader, TurnRecord } from '../record/record.ts';
import { turnKey } from '../record/turn-key.ts';
import { scenarioOf } from '../report/identity.ts';
import { partitionOf } from '../report/partitions.ts';
import { recordLost } from '../run/lost.ts';
import { Recorded } from '../run/recorded.ts';
import type { Partition } from '../scenario/population.ts';
import type { Scenario } from '../scenario/schema.ts';
import { type PlacedPart, placeParts } from '../stats/time/timeline.ts';
import type { Workload } from '../workload/conversation.ts';
import { openWorkload } from '../workload/load.ts';

/** What a rank that was not there, or was gone before the others, had still to send. */
export interface LostShare {
  readonly rank: number;
  /** As if a resume had come to an end at once: its records are all unsent. */
  readonly part: RunPart;
  /** Who it was and how much, in one line. */
  readonly told: string;
}

/** Shares that are not whole, and what cannot be said of them. */
export interface LostShares {
  readonly shares: readonly LostShare[];
  readonly warnings: readonly string[];
}

/** A rank that began to drain no more than this before the last of them ended with the others. */
const TOGETHER_MS = 1000;

const NONE: LostShares = { shares: [], warnings: [] };

/**
 * What the partitions of a run have not recorded, though the whole would have: of those that are not there, that have
 * no end, or that ended before the others. What is said is loaded again, so that every planned request of every rank
 * has a record; where it cannot be loaded, or is no longer the same, that is said.
 */
export async function lostShares(
  parts: readonly RunPart[],
  open: (scenario: Scenario) => Workload | Promise<Workload> = openWorkload,
): Promise<LostShares> {
  const first = parts[0];
  const of = first && partitionOf(first)?.of;
  const scenario = first && scenarioOf(first);
  if (!of || of === 1 || !scenario) return NONE;
  const played = playedBy(parts, of);
  const broken = played.filter((one) => !isWhole(one, played));
  if (!broken.length) return NONE;
  const ranks = broken.map(({ index }) => index);
  try {
    const workload = await open(scenario);
    refuseOther(workload, first.header);
    const known = { scenario, workload, played, parts };
    const shares = broken.flatMap((one) => shareOf(one, known) ?? []);
    return { shares, warnings: unknownOf(scenario, ranks, untilMs(scenario, played)) };
  } catch (error) {
    if (!(error instanceof UsageError)) throw error;
    const why = errorText(error);
    return {
      shares: [],
      warnings: [
        `how many requests partitions ${ranks.join(', ')} had still to send is not known, as what they say cannot be loaded again: ${why}`,
      ],
    };
  }
}

/** One partition: its parts, on the time of all. */
interface PlayedPartition extends Partition {
  readonly placed: readonly PlacedPart[];
}

function playedBy(parts: readonly RunPart[], of: number): PlayedPartition[] {
  const placed = placeParts(parts);
  return Array.from({ length: of }, (_, index) => ({
    ...{ index, of },
    placed: placed.filter(({ part }) => partitionOf(part)?.index === index),
  }));
}

function endMsOf({ placed }: PlayedPartition): number {
  return placed.at(-1)?.offering.endMs ?? -Infinity;
}

function endedBy({ placed }: PlayedPartition) {
  return placed.at(-1)?.part.footer?.stoppedBy;
}

const ENDS_OF_ALL: readonly unknown[] = ['users', 'exhausted'];

/** It has played its share, is accounted for already, or went on for as long as any. */
function isWhole(one: PlayedPartition, all: readonly PlayedPartition[]): boolean {
  const by = endedBy(one);
  if (by === undefined) return false;
  if (ENDS_OF_ALL.includes(by) || by === 'lost') return true;
  return endMsOf(one) >= Math.max(...all.map(endMsOf)) - TOGETHER_MS;
}

/** For how long users came, from the start; undefined: all came. */
function untilMs({ stop }: Scenario, played: readonly PlayedPartition[]): number | undefined {
  if (stop.recordNotArrived) return undefined;
  const limitMs = stop.afterSec === undefined ? undefined : stop.afterSec * 1000;
  const known = played.filter((one) => ![undefined, 'lost'].includes(endedBy(one)));
  const [last] = known.toSorted((a, b) => endMsOf(b) - endMsOf(a));
  if (last && ENDS_OF_ALL.includes(endedBy(last))) return limitMs;
  // Nobody saw its end: it went on for as long as anybody has a record.
  const lasted = (last ? known : played).map(({ placed }) =>
    placed.reduce((sum, { offering }) => sum + (offering.endMs - offering.startMs), 0),
  );
  return Math.min(limitMs ?? Infinity, Math.max(...lasted));
}

function unknownOf(
  { population }: Scenario,
  ranks: readonly number[],
  until: number | undefined,
): string[] {
  if (processOf(population.arrivals).loop === 'open' || until === undefined) return [];
  return [
    `partitions ${ranks.join(', ')}: of each slot of the closed loop only the conversation that was due is counted as unsent: how many would have followed is not known`,
  ];
}

interface Known {
  readonly scenario: Scenario;
  readonly workload: Workload;
  readonly played: readonly PlayedPartition[];
  readonly parts: readonly RunPart[];
}

/** undefined: nothing was left. */
function shareOf(
  one: PlayedPartition,
  { scenario, workload, played, parts }: Known,
): LostShare | undefined {
  const { index, of } = one;
  const own = one.placed.map(({ part }) => part);
  const known = new Set(own.flatMap(({ records }) => records.map(turnKey)));
  const startMs = Math.min(
    ...played.flatMap(({ placed }) => placed.slice(0, 1).map(({ offering }) => offering.startMs)),
  );
  const header = headerOf(one, parts);
  const fromMs = header.clock === 'system' ? 0 : startMs;
  const until = untilMs(scenario, played);
  const records: TurnRecord[] = [];
  recordLost(
    {
      ...{ scenario, workload, fromMs },
      partition: { index, of },
      // As if it had sent nothing: who comes when must not depend on what it had.
      recorded: new Recorded(scenario),
      untilMs: until === undefined ? undefined : fromMs + until,
    },
    (record) => {
      if (!known.has(turnKey(record))) records.push(record);
    },
  );
  if (!records.length && own.length) return undefined;
  const epochMs = Math.min(...parts.map(({ header }) => epochMsOf(header))) + startMs;
  const footer = {
    stoppedBy: 'lost' as const,
    ...{ measureStartMs: fromMs, drainStartMs: fromMs, measureEndMs: fromMs },
    health: undefined,
  };
  const told = `partition ${index}/${of} ${own.length ? 'ended before the others' : 'is missing'}: ${records.length} requests that it was to send are counted as unsent`;
  const placedHeader = header.clock === 'system' ? { ...header, originEpochMs: epochMs } : header;
  return { rank: index, part: { header: placedHeader, records, footer }, told };
}

function epochMsOf({ originEpochMs, start }: RunHeader): number {
  return originEpochMs - (start?.aheadMs ?? 0);
}

/** As any of the run has it, but for what is of one process alone. */
function headerOf({ index, of, placed }: PlayedPartition, parts: readonly RunPart[]): RunHeader {
  const { host: _, commandLine: __, start: ___, earlierRun: ____, ...header } = parts[0]!.header;
  const scenario = header.scenario as Scenario;
  const population = { ...scenario.population, partition: { index, of } };
  return { ...header, scenario: { ...scenario, population }, part: placed.length };
}

/** @throws UsageError if it is not what was said. */
function refuseOther({ digest }: Workload, { isolation, workloadDigest }: RunHeader): void {
  if (isolation !== undefined || digest === workloadDigest) return;
  throw new UsageError('its files have changed since, or how confab makes it');
}

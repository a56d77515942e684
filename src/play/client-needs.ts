import { UsageError } from '../base/errors.ts';
import type { ProcessLimits } from '../base/process-limits.ts';
import { stream } from '../base/random.ts';
import { type ArrivalProcess, processOf } from '../population/processes.ts';
import { MOST } from '../scenario/bounds.ts';
import type { Distribution } from '../scenario/distribution.ts';
import type { Scenario } from '../scenario/schema.ts';
import type { Workload } from '../workload/conversation.ts';
import { meanOf } from '../workload/draw/distribution.ts';

/** What a scenario needs of this client at the least, before anything has gone wrong. */
export interface ClientNeeds {
  /** Conversations at the same time from the beginning. */
  readonly live: number;
  /** Requests in flight at the same time: each has a connection of its own. */
  readonly connections: number;
  /** The same if the engine stands still for a minute. */
  readonly connectionsBehind: number;
  /** Both ends of a connection are this process's, where the engine is as well. */
  readonly filesPerConnection: number;
  /** Of what all live conversations say, at the end of them; undefined where the workload is a file's. */
  readonly textBytes: number | undefined;
}

type Sized = Pick<Workload, 'conversations' | 'arrivalsMs'>;

export function clientNeeds(scenario: Scenario, workload: Sized): ClientNeeds {
  const { population, warmup, target } = scenario;
  const share = population.partition?.of ?? 1;
  const arrivals = processOf(population.arrivals);
  const { users = workload.conversations ?? Infinity, maxActive = Infinity } = population;
  const { maxInFlight = Infinity, rampUp } = population;
  const atOnce = Math.max(rampUp?.users ?? 0, beginning(arrivals, workload, users));
  const live = Math.min(users, maxActive, Math.ceil(atOnce / share));
  const inMinute = arrivals.loop === 'open' ? (arrivals.usersPerSec ?? 0) * BEHIND_SEC : 0;
  const behind = Math.min(users, maxActive, live + inMinute / share);
  return {
    live,
    connections: Math.max(warmup.requests, Math.min(live, maxInFlight)),
    connectionsBehind: Math.floor(Math.min(behind, maxInFlight)),
    filesPerConnection: target.url === 'embedded' ? 2 : 1,
    textBytes: textBytesOf(scenario, live),
  };
}

const BEHIND_SEC = 60;

/** Conversations that are due at the very beginning. */
function beginning(arrivals: ArrivalProcess, { arrivalsMs }: Sized, users: number): number {
  if (arrivals.loop === 'closed') return arrivals.slots;
  let count = 0;
  for (const ms of arrivals.times({ rng: stream(0), traceMs: arrivalsMs })) {
    if (ms > 0 || count >= Math.min(users, MOST.live)) break;
    count++;
  }
  return count;
}

/** In English and most encodings of it. */
const BYTES_PER_TOKEN = 5;
/** The text itself, and its JSON. */
const COPIES = 2;

function textBytesOf({ conversation }: Scenario, live: number): number | undefined {
  if (conversation.source !== 'synthetic') return undefined;
  const { userHistory, question, answer, rounds } = conversation;
  const turnTokens = typical(question.tokens) + typical(answer.tokens ?? 0);
  const tokens = userHistory.tokens + typical(rounds) * turnTokens;
  return live * tokens * BYTES_PER_TOKEN * COPIES;
}

function typical(distribution: Distribution): number {
  return meanOf(distribution) ?? 0;
}

/** For what a process has open beside its connections to the engine: journal, exports, probes, threads. */
const FILES_RESERVED = 32;

/**
 * What the client would run out of, which is so many processes, each with files of its own. What is missing from the beginning is an error, what may come to be missing
 * a warning: either would be booked as failures of the engine.
 * @throws UsageError naming what is needed and what there is.
 */
export function checkLimits(needs: ClientNeeds, limits: ProcessLimits, processes = 1): string[] {
  const problems: string[] = [];
  const warnings: string[] = [];
  const { openFiles = Infinity, openNow = 0, ports = Infinity } = limits;
  const spare = openFiles - openNow - FILES_RESERVED;
  // An engine in this process has the other ends of all.
  const each = needs.filesPerConnection > 1 ? 1 : processes;
  const possible = Math.max(0, Math.floor(spare / needs.filesPerConnection)) * each;
  const filesFor = (connections: number) =>
    Math.ceil(connections / each) * needs.filesPerConnection + openNow + FILES_RESERVED;
  const found = `${each > 1 ? `each of ${each} processes` : 'this process'} may have ${openFiles}`;
  if (needs.connections > possible) {
    problems.push(
      `${needs.connections} connections at the same time need ${filesFor(needs.connections)} open files, and ${found}: ${raise(filesFor(needs.connections), possible)}`,
    );
  } else if (needs.connectionsBehind > possible) {
    warnings.push(
      `an engine that falls a minute behind has ${needs.connectionsBehind} requests in flight, which need ${filesFor(needs.connectionsBehind)} open files, and ${found}: ${raise(filesFor(needs.connectionsBehind), possible)}`,
    );
  }
  if (needs.connections > ports) {
    problems.push(
      `${needs.connections} connections at the same time need as many ports, and this machine has ${ports} for one address: widen net.ipv4.ip_local_port_range, or play partitions on several machines`,
    );
  }
  if (problems.length) throw new UsageError(problems, 'this client has too little');
  return [...warnings, ...memoryWarnings(needs, limits, processes)];
}

function raise(files: number, possible: number): string {
  const bound = possible > 0 ? `, or set population.maxInFlight to ${possible} or less` : '';
  return `raise its limit, as with ulimit -n ${Math.ceil(files * 1.2)}${bound}`;
}

/** Beside the texts there is all else. */
const SHARE_MAX = 0.7;

function memoryWarnings(
  { live, textBytes = 0 }: ClientNeeds,
  limits: ProcessLimits,
  processes: number,
): string[] {
  const { memoryBytes, heapBytes } = limits;
  const need = `the texts of ${live} live conversations come to about ${gigabytes(textBytes)}`;
  if (textBytes > SHARE_MAX * memoryBytes) {
    return [`${need} in memory, and this machine has ${gigabytes(memoryBytes)}`];
  }
  const heapNeeded = textBytes / COPIES / processes;
  if (heapNeeded <= SHARE_MAX * heapBytes) return [];
  const megabytes = Math.ceil((heapNeeded * 1.5) / 1e6);
  return [
    `${need}, half of it on ${processes > 1 ? `${processes} heaps, each of which` : 'the heap, which'} may have ${gigabytes(heapBytes)}: give it more, as with NODE_OPTIONS=--max-old-space-size=${megabytes}`,
  ];
}

function gigabytes(bytes: number): string {
  return `${(bytes / 1e9).toFixed(1)} GB`;
}

import type { ScenarioInput } from '../scenario/schema.ts';
import { Child } from './child.ts';
import type { ClientSettings, TimedRecord } from './client.ts';
import { mean, median, quantile } from './measure.ts';
import type { Served } from './mock-server.ts';
import { startServer } from './processes.ts';
import type { FirstEvent, ReaderSettings } from './reader.ts';

const STREAMS = [1, 10, 100, 500, 1000];
const FIRST_MS = 50;
const GAP_MS = 10;
const BURST_ROUNDS = 3;
/** Long enough for streams to overlap. */
const BURST_TOKENS = 100;
const STEADY_TOKENS = 200;
/** Users of the steady state arrive over as long as one answer takes. */
const STEADY_SPREAD_SEC = (FIRST_MS + STEADY_TOKENS * GAP_MS) / 1000;
const STEADY_TURNS = 3;
/** Mean error in the burst, at each number of streams, on 4 cores. */
const TO_BEAT_MS = [2.6, 2.7, 3.5, 20, 28];

/** What an answer says about the error of its time to first token, milliseconds. */
interface Sample {
  /** Of the TTFT that is reported: from when the request was handed to a connected socket. */
  readonly errorMs: number;
  /** Of the TTFT from when the turn was due: connecting, and the generator's own lateness, are in it. */
  readonly dueErrorMs: number;
  /** The server's own part: from the last byte of the request to the first token, beyond what it should be. */
  readonly serverMs: number;
}

interface Spread {
  readonly mean: number;
  readonly p99: number;
}

/** Error of the time to first token, against a server whose first-token time is known. */
export async function ttft(print: (line: string) => void): Promise<void> {
  print(`ttft: error against a server that takes ${FIRST_MS} ms, then a token every ${GAP_MS} ms`);
  print('  sent: from sent to first token. due: from when the turn was due, with connecting.');
  print(
    "  server: its own lateness, which is in both. bare: 'sent' of sockets that only find 'data:'.",
  );
  print("  All in ms, 'mean / p99'.");
  print('  one burst on cold connections');
  for (const [index, streams] of STREAMS.entries()) {
    const rounds: Sample[][] = [];
    for (let round = 0; round < BURST_ROUNDS; round++) rounds.push(await burst(streams));
    const bare = await bareBurst(streams);
    print(`${row(streams, rounds)}bare ${show(bare)}${against(rounds, TO_BEAT_MS[index]!)}`);
  }
  print('  steady state on warm connections');
  for (const streams of STREAMS) print(row(streams, [await steady(streams)]));
}

function burst(streams: number): Promise<Sample[]> {
  return samples(BURST_TOKENS, (url) => ({
    target: { url, sessionHeaders: ['x-user-id'] },
    population: { arrivals: { process: 'allAtOnce' }, users: streams },
    conversation: { rounds: 1 },
  }));
}

/** The error of the reference in the same burst. */
async function bareBurst(streams: number): Promise<Spread> {
  const { server, url } = await startServer({
    firstMs: FIRST_MS,
    gapMs: GAP_MS,
    tokens: BURST_TOKENS,
  });
  const settings: ReaderSettings = { url, streams };
  const reader = new Child(new URL('./reader.js', import.meta.url), settings);
  try {
    const firsts = await reader.ask<FirstEvent[]>('play');
    const errors = firsts.map(({ sentMs, firstMs }) => firstMs - sentMs - FIRST_MS);
    return { mean: mean(errors), p99: quantile(errors, 0.99) };
  } finally {
    await reader.stop();
    await server.stop();
  }
}

/** The first turn opens the connection; those after it count. */
async function steady(streams: number): Promise<Sample[]> {
  return samples(STEADY_TOKENS, (url) => ({
    target: { url, sessionHeaders: ['x-user-id'] },
    population: {
      arrivals: { process: 'poisson', usersPerSec: streams / STEADY_SPREAD_SEC },
      users: streams,
    },
    conversation: { rounds: STEADY_TURNS },
    pacing: { mode: 'think', pauseSec: 0.02 },
  }));
}

async function samples(tokens: number, scenario: (url: string) => ScenarioInput) {
  const { server, url } = await startServer({ firstMs: FIRST_MS, gapMs: GAP_MS, tokens });
  const settings: ClientSettings = { scenario: scenario(url) };
  const client = new Child(new URL('./client.js', import.meta.url), settings);
  try {
    const records = await client.ask<TimedRecord[]>('play');
    return matched(records, await server.ask<Served[]>('served'));
  } finally {
    await client.stop();
    await server.stop();
  }
}

/** Both sides of every request; a user's requests come in the order of its turns. */
function matched(records: readonly TimedRecord[], served: readonly Served[]): Sample[] {
  const failed = records.find(({ status }) => status !== 'ok');
  if (failed) throw new Error(`a request ended ${failed.status}: ${failed.reason}`);
  const byUser = new Map<number, Served[]>();
  for (const request of served) {
    const earlier = byUser.get(request.userId);
    if (earlier) earlier.push(request);
    else byUser.set(request.userId, [request]);
  }
  const isSteady = records.some(({ turn }) => turn > 0);
  return records
    .filter(({ connectMs }) => !isSteady || connectMs === undefined)
    .map((record) => {
      const { completeMs, firstTokenMs } = byUser.get(record.userId)![record.turn]!;
      return {
        errorMs: record.firstTokenMs - record.sentMs - FIRST_MS,
        dueErrorMs: record.firstTokenMs - record.intendedMs - FIRST_MS,
        serverMs: firstTokenMs - completeMs - FIRST_MS,
      };
    });
}

function row(streams: number, rounds: readonly Sample[][]): string {
  const of = (field: keyof Sample) => {
    const folded = (fold: (values: number[]) => number) =>
      median(rounds.map((round) => fold(round.map((sample) => sample[field]))));
    return show({ mean: folded(mean), p99: folded((values) => quantile(values, 0.99)) });
  };
  const start = String(streams).padStart(6);
  return `${start} streams: sent ${of('errorMs')}due ${of('dueErrorMs')}server ${of('serverMs')}`;
}

function show(error: Spread): string {
  return `${error.mean.toFixed(1)} / ${error.p99.toFixed(1)}`.padEnd(16);
}

function against(rounds: readonly Sample[][], toBeatMs: number): string {
  const meanMs = median(rounds.map((round) => mean(round.map(({ errorMs }) => errorMs))));
  return `to beat ${toBeatMs}${meanMs < toBeatMs ? '' : ' MISSED'}`;
}

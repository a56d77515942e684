import type { ScenarioInput } from '../scenario/schema.ts';
import { Child } from './child.ts';
import type { ClientSettings } from './client.ts';
import { between, type Cpu, median, total, verdict, waitMs } from './measure.ts';
import { startServer } from './processes.ts';
import type { ReaderSettings } from './reader.ts';

const STREAMS = 500;
const GAP_MS = 20;
const ROUNDS = 3;
/** Connecting is over, and the code that runs is compiled. */
const SETTLE_MS = 2500;
const WINDOW_MS = 3000;
const SPARE_MS = 3000;
const TARGET = 2;

/** CPU per streamed chunk, against a bare reader of the same bytes. */
export async function chunks(print: (line: string) => void): Promise<void> {
  print(`chunks: CPU per streamed chunk, ${STREAMS} streams with a chunk every ${GAP_MS} ms`);
  const client: number[] = [];
  const reference: number[] = [];
  const ratios: number[] = [];
  for (let round = 0; round < ROUNDS; round++) {
    const ours = await perChunk((url) => clientChild(url));
    const bare = await perChunk((url) => readerChild(url));
    client.push(total(ours));
    reference.push(total(bare));
    ratios.push(total(ours) / total(bare));
    print(
      `  round ${round + 1}: client ${microseconds(ours)}, reference ${microseconds(bare)}, ratio ${ratios.at(-1)!.toFixed(2)}`,
    );
  }
  const ratio = median(ratios);
  print(
    `  median: client ${median(client).toFixed(1)} us/chunk, reference ${median(reference).toFixed(1)} us/chunk, ratio ${ratio.toFixed(2)} ${verdict(ratio, TARGET)}`,
  );
}

/** Microseconds of CPU for each chunk that the server sent in the window. */
async function perChunk(start: (url: string) => Child): Promise<Cpu> {
  const tokens = Math.ceil((SETTLE_MS + WINDOW_MS + SPARE_MS) / GAP_MS);
  const { server, url } = await startServer({ firstMs: 50, gapMs: GAP_MS, tokens });
  const reader = start(url);
  try {
    // Answered at the end of the run, which this does not wait for.
    reader.ask('play').catch(() => {});
    await waitMs(SETTLE_MS);
    const before = await state(reader, server);
    await waitMs(WINDOW_MS);
    const after = await state(reader, server);
    const used = between(before.cpu, after.cpu);
    const count = after.chunksSent - before.chunksSent;
    return { user: used.user / count, system: used.system / count };
  } finally {
    await reader.stop();
    await server.stop();
  }
}

async function state(reader: Child, server: Child) {
  const [cpu, { chunksSent }] = await Promise.all([
    reader.ask<Cpu>('cpu'),
    server.ask<{ chunksSent: number }>('counts'),
  ]);
  return { cpu, chunksSent };
}

function clientChild(url: string): Child {
  const scenario: ScenarioInput = {
    target: { url },
    population: { arrivals: { process: 'allAtOnce' }, users: STREAMS },
    conversation: { rounds: 1 },
  };
  return new Child(new URL('./client.js', import.meta.url), { scenario } satisfies ClientSettings);
}

function readerChild(url: string): Child {
  const settings: ReaderSettings = { url, streams: STREAMS };
  return new Child(new URL('./reader.js', import.meta.url), settings);
}

function microseconds({ user, system }: Cpu): string {
  return `${(user + system).toFixed(1)} us (${user.toFixed(1)} user, ${system.toFixed(1)} system)`;
}

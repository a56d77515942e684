import { Child } from './child.ts';
import type { ClientSettings } from './client.ts';
import { between, type Cpu, median, verdict, waitMs } from './measure.ts';
import { startServer } from './processes.ts';

const SHORT_TOKENS = 1_000;
const LONG_TOKENS = 100_000;
const USERS = 4;
const ROUNDS = 5;
const SETTLE_MS = 1500;
const WINDOW_MS = 2000;
const TARGET = 2;

/** User CPU per turn with a long history in every request, against that with a short one. */
export async function history(print: (line: string) => void): Promise<void> {
  print(`history: CPU per turn, without kernel time, ${USERS} users without pauses`);
  const short: number[] = [];
  const long: number[] = [];
  const ratios: number[] = [];
  for (let round = 0; round < ROUNDS; round++) {
    const ours = await perTurn(LONG_TOKENS);
    const reference = await perTurn(SHORT_TOKENS);
    long.push(ours.user);
    short.push(reference.user);
    ratios.push(ours.user / reference.user);
    print(
      `  round ${round + 1}: ${LONG_TOKENS} tokens ${microseconds(ours)}, ${SHORT_TOKENS} tokens ${microseconds(reference)}, ratio ${ratios.at(-1)!.toFixed(2)}`,
    );
  }
  const ratio = median(ratios);
  print(
    `  median: ${LONG_TOKENS} tokens ${median(long).toFixed(0)} us/turn, ${SHORT_TOKENS} tokens ${median(short).toFixed(0)} us/turn, ratio ${ratio.toFixed(2)} ${verdict(ratio, TARGET)}`,
  );
}

async function perTurn(tokens: number): Promise<Cpu> {
  const { server, url } = await startServer({ firstMs: 0, gapMs: 0, tokens: 16 });
  const settings: ClientSettings = {
    scenario: {
      target: { url },
      population: { arrivals: { process: 'closed', concurrency: USERS } },
    },
    history: { tokens, users: USERS },
  };
  const client = new Child(new URL('./client.js', import.meta.url), settings);
  try {
    // Answered at the end of the run, which this does not wait for.
    client.ask('play').catch(() => {});
    await waitMs(SETTLE_MS);
    const before = await state(client, server);
    await waitMs(WINDOW_MS);
    const after = await state(client, server);
    const used = between(before.cpu, after.cpu);
    const turns = after.turnsServed - before.turnsServed;
    return { user: used.user / turns, system: used.system / turns };
  } finally {
    await client.stop();
    await server.stop();
  }
}

async function state(client: Child, server: Child) {
  const [cpu, { turnsServed }] = await Promise.all([
    client.ask<Cpu>('cpu'),
    server.ask<{ turnsServed: number }>('counts'),
  ]);
  return { cpu, turnsServed };
}

function microseconds({ user, system }: Cpu): string {
  return `${user.toFixed(0)} us (and ${system.toFixed(0)} of kernel time)`;
}

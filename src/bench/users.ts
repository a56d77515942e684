import { Child } from './child.ts';
import type { Crowd } from './crowd.ts';
import { median, verdict } from './measure.ts';

const ROUNDS = 3;
const TARGET_KB = 12;
const TARGET_SEC = 2;

/** What a thinking user costs in memory, and the arrival of many in CPU. */
export async function users(print: (line: string) => void): Promise<void> {
  const rounds: Crowd[] = [];
  for (let round = 0; round < ROUNDS; round++) {
    const crowd = new Child(new URL('./crowd.js', import.meta.url), {}, ['--expose-gc']);
    try {
      rounds.push(await crowd.ask<Crowd>('gather'));
    } finally {
      await crowd.stop();
    }
  }
  const of = (field: keyof Crowd) => median(rounds.map((round) => round[field]));
  const kb = of('bytesPerUser') / 1000;
  const textKb = of('textBytesPerUser') / 1000;
  const sec = of('arrivalCpuSec');
  const own = kb - textKb;
  print(`users: ${of('users')} users who think after their first of ${of('turns')} turns`);
  print(
    `  memory: ${kb.toFixed(1)} KB each, ${textKb.toFixed(1)} KB of it their text, ${own.toFixed(1)} KB besides ${verdict(own, TARGET_KB, ' KB')}`,
  );
  print(
    `  arrivals: ${sec.toFixed(2)} s of CPU until all first requests were sent ${verdict(sec, TARGET_SEC, ' s')}`,
  );
}

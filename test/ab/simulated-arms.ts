import { type PlayerSettings, playerOf } from '../../src/ab/player.ts';
import { VirtualClock } from '../../src/base/clock.ts';
import { openSimulated } from '../../src/play/target.ts';
import type { TurnRecord } from '../../src/record/record.ts';
import { startRun } from '../../src/run/run.ts';
import { parseScenario } from '../../src/scenario/load.ts';
import { type Outcomes, outcomesOf } from './claims.ts';
import { SETTINGS } from './noisy-arms.ts';

/** A GPU that is busy enough for requests to wait for each other. */
const SCENARIO = {
  conversation: { text: 'hi', question: { tokens: 900 }, rounds: 1, answer: { tokens: 2 } },
  population: { arrivals: { process: 'poisson', usersPerSec: 4 }, users: 20 },
  engine: { gpu: 'rtx4090', reportRequestMetrics: false },
} as const;

/** A/A experiments in the engine, whose arms have the same settings and seeds of their own: all that differs is chance. */
export function simulatedExperiments(count: number): Promise<Outcomes> {
  const settings = { ...SETTINGS, controls: [], roundsMax: 25 };
  return outcomesOf(count, settings, (index) =>
    playerOf({
      arms: {
        a: parseScenario({ ...SCENARIO, seed: `a${index}` }),
        b: parseScenario({ ...SCENARIO, seed: `b${index}` }),
      },
      dir: '.',
      word: '',
      isolation: 'none',
      async prepare() {},
      play,
    }),
  );
}

/** Without a folder. */
const play: PlayerSettings['play'] = async (scenario, workload) => {
  const clock = new VirtualClock();
  const { transport } = await openSimulated(scenario, clock);
  const records: TurnRecord[] = [];
  startRun({
    ...{ scenario, clock, transport, workload },
    record: (record) => records.push(record),
    onDone() {},
  });
  clock.run();
  return { run: { parts: [{ records }] }, outcome: 'ok' } as unknown as Awaited<
    ReturnType<PlayerSettings['play']>
  >;
};

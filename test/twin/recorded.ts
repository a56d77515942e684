import type { RunPart } from '../../src/record/journal-reader.ts';
import type { RunFooter } from '../../src/record/record.ts';
import type { Run } from '../../src/record/run-folder.ts';
import { parseScenario } from '../../src/scenario/load.ts';
import type { Scenario, ScenarioInput } from '../../src/scenario/schema.ts';
import type { Drawn } from '../../src/twin/draws.ts';
import { type PlayedTwin, playedTwin } from '../../src/twin/played.ts';
import type { ReplayPart } from '../../src/twin/replay.ts';
import { openWorkload } from '../../src/workload/load.ts';

/** Six users of four turns, whose histories do not fit: some of what is found has been evicted. */
export const PRESSED: ScenarioInput = {
  name: 'pressed',
  target: { url: 'http://server:8000', model: 'served' },
  conversation: {
    systemPrompt: { tokens: 64 },
    userHistory: { tokens: 600 },
    rounds: 4,
    answer: { tokens: 8, force: true },
  },
  pacing: { mode: 'think', pauseSec: 1 },
  population: { arrivals: { process: 'constant', usersPerSec: 2 }, users: 12 },
  engine: { blocks: 220 },
};

export interface Recorded {
  /** In place of those of the a100. */
  readonly constants?: Drawn;
  readonly engine?: Partial<Scenario['engine']>;
  readonly footer?: Partial<RunFooter>;
}

/** A run as a server would leave it, that served on what is said here: played in virtual time, and journalled. */
export async function recorded(
  input: ScenarioInput,
  { constants, engine, footer }: Recorded = {},
): Promise<Run> {
  const scenario = parseScenario(input);
  const workload = await openWorkload(scenario);
  const part: ReplayPart = {
    number: 0,
    scenario,
    workload,
    idleMs: 0,
    hasFreshEngine: true,
  };
  const served = (asked: Scenario): Scenario => ({
    ...asked,
    engine: { ...asked.engine, ...engine },
  });
  const played = await playedTwin({ parts: [part] }, served, constants);
  return { parts: [partOf(part, played, footer)], warnings: [] };
}

/** What is journalled of a part. */
export function partOf(
  { number, scenario, workload }: ReplayPart,
  { records, ends }: PlayedTwin,
  footer: Partial<RunFooter> = {},
): RunPart {
  const own = [...records].filter(([key]) => key.startsWith(`${number} `)).map(([, one]) => one);
  return {
    header: {
      format: 'confab-journal',
      version: 1,
      confab: '0',
      clock: 'system',
      originEpochMs: 0,
      scenario,
      workloadDigest: workload.digest,
      notes: [],
      part: number,
    },
    records: own,
    footer: {
      ...ends[number]!,
      health: undefined,
      ...footer,
    },
  };
}

import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { VirtualClock } from '../base/clock.ts';
import { play } from '../play/play.ts';
import { openSimulated } from '../play/target.ts';
import { startRun } from '../run/run.ts';
import { parseScenario } from '../scenario/load.ts';
import type { ScenarioInput } from '../scenario/schema.ts';
import { openWorkload } from '../workload/load.ts';
import { answerParent, settingsOfChild } from './child.ts';
import { heapBytes, total } from './measure.ts';

// A child process: runs in virtual time.

export interface Simulated {
  readonly turns: number;
  /** From loading to the report, user and kernel time. */
  readonly cpuSec: number;
  /** Largest resident size of the process so far, report included. */
  readonly peakMB: number;
}

const input = settingsOfChild<ScenarioInput>();

/** As `confab simulate` plays it, but that the report is written and not printed. */
async function whole(): Promise<Simulated> {
  const dir = mkdtempSync(join(tmpdir(), 'confab-bench-'));
  try {
    const start = process.cpuUsage();
    const scenario = parseScenario({ ...input, output: { dir } });
    await play({ scenario, clock: new VirtualClock() });
    const cpuSec = total(process.cpuUsage(start)) / 1e6;
    const json = readFileSync(join(dir, readdirSync(dir)[0]!, 'summary.json'), 'utf8');
    const { counts } = JSON.parse(json) as { counts: { completed: number } };
    return { turns: counts.completed, cpuSec, peakMB: process.resourceUsage().maxRSS / 1000 };
  } finally {
    rmSync(dir, { recursive: true });
  }
}

/** Megabytes that are held at these times of the run, with its records thrown away. */
async function held(atSec: readonly number[]): Promise<number[]> {
  const clock = new VirtualClock();
  const scenario = parseScenario(input);
  const [workload, { transport }] = await Promise.all([
    openWorkload(scenario),
    openSimulated(scenario, clock),
  ]);
  startRun({ scenario, clock, workload, transport, record() {}, onDone() {} });
  const heldMB: number[] = [];
  for (const sec of atSec) {
    clock.run(sec * 1000);
    heldMB.push((await heapBytes()) / 1e6);
  }
  return heldMB;
}

const REFERENCE_IDS = 1 << 16;
const REFERENCE_ROUNDS = 8192;

/** CPU seconds of copying and hashing 2^29 token ids, in a plain loop. */
function reference(): number {
  const ids = Int32Array.from({ length: REFERENCE_IDS }, (_, i) => i);
  const copy = new Int32Array(REFERENCE_IDS);
  const start = process.cpuUsage();
  let hash = 0;
  for (let round = 0; round < REFERENCE_ROUNDS; round++) {
    for (let i = 0; i < REFERENCE_IDS; i++) {
      copy[i] = ids[i]!;
      hash = Math.imul(hash ^ ids[i]!, 0x01000193);
    }
    ids[0] = hash;
  }
  return total(process.cpuUsage(start)) / 1e6;
}

answerParent({ whole, held, reference });

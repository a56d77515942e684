import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, vi } from 'vitest';
import { VirtualClock } from '../../src/base/clock.ts';
import { type PlayOptions, play } from '../../src/play/play.ts';
import type { Played } from '../../src/play/played.ts';
import type { Run } from '../../src/run/run.ts';
import { parseScenario } from '../../src/scenario/load.ts';
import type { Scenario, ScenarioInput } from '../../src/scenario/schema.ts';
import type { ChatRequest } from '../../src/transport/transport.ts';
import { type Script, ScriptedTransport } from './scripted-transport.ts';
import { smallWorkload } from './small-workload.ts';

type PlayedIn = Partial<Omit<PlayOptions, 'clock'>> & {
  readonly script?: (request: ChatRequest, index: number) => Script;
  /** May set timers on the clock, for interrupts. */
  readonly meanwhile?: (clock: VirtualClock, run: Run) => void;
};

let parent: string;
let printed: string;

/** For a file of tests that play: a folder for each test, and a failure if anything is printed. */
export function playingSilently(): void {
  beforeEach(() => {
    parent = mkdtempSync(join(tmpdir(), 'confab-play-'));
    printed = '';
    for (const out of [process.stdout, process.stderr]) {
      vi.spyOn(out, 'write').mockImplementation((text) => {
        printed += text;
        return true;
      });
    }
  });
  afterEach(() => {
    vi.restoreAllMocks();
    rmSync(parent, { recursive: true });
    expect(printed).toBe('');
  });
}

/** Where the run folders of this test are. */
export function parentFolder(): string {
  return parent;
}

/** The scenario of an input, whose results go into a folder of this test. */
export function scenarioHere(input: ScenarioInput): Scenario {
  return parseScenario({ ...input, output: { dir: parent, ...input.output } });
}

/** Plays from loading to results on a virtual clock, against a scripted engine. */
export async function playInProcess(
  input: ScenarioInput,
  { script, meanwhile, observer, ...options }: PlayedIn = {},
): Promise<Played> {
  const scenario = options.scenario ?? scenarioHere(input);
  const clock = new VirtualClock();
  const transport = new ScriptedTransport(clock, script);
  return play({
    scenario,
    clock,
    workload: smallWorkload(scenario),
    open: async () => ({
      transport,
      model: 'scripted',
      description: 'a scripted engine',
      scrape: async () => undefined,
      close: () => transport.close(),
    }),
    observer: {
      ...observer,
      started(run) {
        observer?.started?.(run);
        meanwhile?.(clock, run);
      },
    },
    ...options,
  });
}

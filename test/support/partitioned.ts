import { expect } from 'vitest';
import { VirtualClock } from '../../src/base/clock.ts';
import { FixedEngine } from '../../src/engine/fixed-engine.ts';
import { PromptBuilder } from '../../src/engine/prompt/prompt-builder.ts';
import type { Coder } from '../../src/engine/prompt/vocabulary.ts';
import { runHeader } from '../../src/play/run-header.ts';
import { rounded } from '../../src/record/journal.ts';
import type { RunPart } from '../../src/record/journal-reader.ts';
import type { TurnRecord } from '../../src/record/record.ts';
import { type RunEnd, startRun } from '../../src/run/run.ts';
import { parseScenario } from '../../src/scenario/load.ts';
import type { ScenarioInput } from '../../src/scenario/schema.ts';
import { localTransport } from '../../src/transport/local.ts';
import { optionsOf, words } from './engine-rig.ts';
import { smallWorkload } from './small-workload.ts';

/** As long as the text is, whoever is asked first: answers do not depend on what others ask. */
const coder: Coder = {
  encode: (text) => Array.from(text, (letter) => 100 + letter.charCodeAt(0)),
  decode: () => '',
};

/** A run, or its partition, as its journal has it: in virtual time, against an engine that is the same under any load. */
export function partOf(input: ScenarioInput): RunPart {
  const scenario = parseScenario({ ...input, engine: { fixed: { ttftMs: 120, tpotMs: 7 } } });
  const clock = new VirtualClock();
  const latency = { ttftMs: 120, tpotMs: 7, perInputTokenMs: 0 };
  const transport = localTransport(new FixedEngine(clock, optionsOf(), latency, words), {
    ...{ prompts: new PromptBuilder(coder), api: 'chat', sampling: scenario.sampling },
  });
  const workload = smallWorkload(scenario);
  const records: TurnRecord[] = [];
  const ends: RunEnd[] = [];
  startRun({
    ...{ scenario, clock, transport, workload },
    record: (record) => records.push(rounded(record)),
    onDone: (end) => ends.push(end),
  });
  clock.run();
  expect(ends).toHaveLength(1);
  const target = { model: 'm', description: 'none' };
  const header = runHeader({ scenario, clock, workload, target, part: 0 });
  return { header, records, footer: { ...ends[0]!, health: undefined } };
}

export function partsOf(input: ScenarioInput, of: number): RunPart[] {
  return Array.from({ length: of }, (_, index) =>
    partOf({ ...input, population: { ...input.population, partition: { index, of } } }),
  );
}

/** The lines of journals, in no order of time. */
export function linesOf(parts: readonly RunPart[]): string[] {
  return parts.flatMap(({ records }) => records.map((record) => JSON.stringify(record))).sort();
}

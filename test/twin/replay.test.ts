import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import type { RunPart } from '../../src/record/journal-reader.ts';
import type { Run } from '../../src/record/run-folder.ts';
import { isolated } from '../../src/run/isolation.ts';
import { earlierParts } from '../../src/run/resume.ts';
import { parseScenario } from '../../src/scenario/load.ts';
import type { ScenarioInput } from '../../src/scenario/schema.ts';
import { playedTwin } from '../../src/twin/played.ts';
import { type ReplayPart, replayOf } from '../../src/twin/replay.ts';
import { twinOf } from '../../src/twin/twin.ts';
import { openWorkload } from '../../src/workload/load.ts';
import { PRESSED, partOf, recorded } from './recorded.ts';

const A100 = { gpu: 'a100', settings: [], draws: 0, intervals: {} };

const errorsOf = async (run: Run) => (await twinOf(run, A100)).errors.map(({ error }) => error);
const noErrors = (errors: readonly number[]) =>
  errors.length > 0 && errors.every((one) => one === 0);

const isOk = ({ status }: { status: string }) => status === 'ok';

function changed(run: Run, change: (part: RunPart) => Partial<RunPart>): Run {
  return { ...run, parts: run.parts.map((part) => ({ ...part, ...change(part) })) };
}

describe('what is played again', () => {
  test('a run that was broken off is broken off where it was', async () => {
    const input: ScenarioInput = { ...PRESSED, stop: { afterSec: 3 } };
    const { parts } = await recorded(input);
    const [part] = parts;
    const endless = parseScenario({
      ...PRESSED,
      population: { ...PRESSED.population, users: undefined },
    });
    const { digest } = await openWorkload(endless);
    const footer = { ...part!.footer!, stoppedBy: 'interrupt' as const, drainStartMs: 3000 };
    const header = { ...part!.header, scenario: endless, workloadDigest: digest };
    expect(noErrors(await errorsOf({ parts: [{ ...part!, header, footer }], warnings: [] }))).toBe(
      true,
    );
  });

  test('a killed run ends with its last record', async () => {
    const run = await recorded({ ...PRESSED, stop: { afterSec: 3 } });
    const killed = changed(run, (part) => ({
      footer: undefined,
      records: part.records.filter(({ status }) => status === 'ok').slice(0, -2),
    }));
    const { requests, errors } = await twinOf(killed, A100);
    expect(requests.paired).toBe(killed.parts[0]!.records.length);
    expect(requests.onlyObserved).toBe(0);
    expect(noErrors(errors.map(({ error }) => error))).toBe(true);
  });

  test('the warm-up is played, and only what was measured is compared', async () => {
    const run = await recorded({ ...PRESSED, warmup: { users: 2, usersPerSec: 2 } });
    const records = run.parts[0]!.records;
    const warm = records.filter(({ phase }) => phase === 'warmup').length;
    expect(warm).toBeGreaterThan(0);
    const twin = await twinOf(run, A100);
    expect(twin.requests).toEqual({ paired: records.length - warm, onlyObserved: 0, onlyTwin: 0 });
    expect(noErrors(twin.errors.map(({ error }) => error))).toBe(true);
  });

  test('a resumed run is played part by part on one engine, with the pause between', async () => {
    const scenario = parseScenario({ ...PRESSED, stop: { afterSec: 6 } });
    const workload = await openWorkload(scenario);
    const whole = parseScenario(PRESSED);
    const first: ReplayPart = {
      ...{ number: 0, scenario, workload, idleMs: 0, hasFreshEngine: true },
    };
    const same = <T>(one: T): T => one;
    const one = partOf(first, await playedTwin({ parts: [first] }, same));
    const before = earlierParts([one.records], 6000);
    const second: ReplayPart = {
      ...{ number: 1, scenario: whole, workload, before, idleMs: 5000, hasFreshEngine: false },
    };
    const both = await playedTwin({ parts: [first, second] }, same);
    const [head, tail] = [partOf(first, both, { stoppedBy: 'interrupt' }), partOf(second, both)];
    const header = { ...head.header, scenario: whole };
    const run: Run = { parts: [{ ...head, header }, tail], warnings: [] };
    const twin = await twinOf(run, A100);
    expect(before.played.size).toBeGreaterThan(0);
    expect(twin.requests.paired).toBeGreaterThan(40);
    expect(twin.requests.onlyObserved).toBe(0);
    expect(noErrors(twin.errors.map(({ error }) => error))).toBe(true);
    // It finds what the part before has left.
    expect(run.parts[1]!.records[0]!.cachedTokens).toBeGreaterThan(0);
  });

  test('answers that nothing forces are as long as they were', async () => {
    const answer = { tokens: 400, force: false };
    const input = { ...PRESSED, conversation: { ...PRESSED.conversation, answer } };
    const run = await recorded(input, { engine: { answerTokens: 12, seed: 'a model of its own' } });
    const lengths = new Set(run.parts[0]!.records.map(({ outputTokens }) => outputTokens));
    expect(lengths.size).toBeGreaterThan(5);
    const twin = await twinOf(run, A100);
    expect(twin.hasObservedLengths).toBe(true);
    expect(twin.agreement.inputEqual).toBe(48);
    expect(noErrors(twin.errors.map(({ error }) => error))).toBe(true);
  });

  test('a marker that kept it from others is before its prompts', async () => {
    const scenario = parseScenario(PRESSED);
    const by = { how: 'marker', mark: 'run 1f' } as const;
    const load = isolated({ scenario, workload: await openWorkload(scenario) }, by);
    const part: ReplayPart = { number: 0, ...load, idleMs: 0, hasFreshEngine: true };
    const played = partOf(part, await playedTwin({ parts: [part] }, (same) => same));
    const header = { ...played.header, isolation: by.how, isolationMark: by.mark };
    const run: Run = { parts: [{ ...played, header }], warnings: [] };
    expect(noErrors(await errorsOf(run))).toBe(true);
    const plain = await twinOf({ parts: [played], warnings: [] }, A100);
    expect(plain.agreement.inputEqual).toBe(0);
  });
});

describe('what is not', () => {
  const refused = (run: Run) => expect(replayOf(run)).rejects;

  test('a run of another workload, as when a file has changed', async () => {
    const dir = mkdtempSync(join(tmpdir(), 'twin-'));
    try {
      const file = join(dir, 'prompts.jsonl');
      const write = (text: string) =>
        writeFileSync(file, `${JSON.stringify({ prompt: text, output_len: 5 })}\n`);
      write('what is said');
      const run = await recorded({
        target: { url: 'http://server', model: 'm' },
        conversation: { source: 'prompts', file },
        population: { users: 1 },
      } as ScenarioInput);
      await expect(replayOf(run)).resolves.toBeDefined();
      write('what is said now');
      await refused(run).toThrow('a file of its data has changed');
    } finally {
      rmSync(dir, { recursive: true });
    }
  });

  test('one of agents, one of another version, and one of which nothing was completed', async () => {
    const run = await recorded({ ...PRESSED, stop: { afterSec: 1 } });
    const records = run.parts[0]!.records;
    const agent = { id: 1, place: 0 };
    await refused(
      changed(run, () => ({ records: records.map((record) => ({ ...record, agent })) })),
    ).toThrow('agents');
    await refused(
      changed(run, ({ header }) => ({ header: { ...header, scenario: { future: 1 } } })),
    ).toThrow('another version');
    await refused(
      changed(run, () => ({
        records: records.map((one) => ({ ...one, status: 'http' as const })),
      })),
    ).toThrow('no measured request that was completed');
  });

  test('one of several partitions that shared an engine; of all of them the whole is', async () => {
    const run = await recorded({ ...PRESSED, stop: { afterSec: 1 } });
    const scenario = parseScenario({
      ...PRESSED,
      population: { ...PRESSED.population, partition: { index: 0, of: 2 } },
    });
    const share = changed(run, ({ header }) => ({ header: { ...header, scenario } }));
    await refused(share).toThrow('found 1 of 2 partitions; expected all of them');
    const parts = [0, 1].map((index) => {
      const { header, records, ...part } = run.parts[0]!;
      const population = { ...scenario.population, partition: { index, of: 2 } };
      const own = records.filter(({ userId }) => userId % 2 === index);
      return {
        ...part,
        header: { ...header, scenario: { ...scenario, population } },
        records: own,
      };
    });
    const twin = await twinOf({ parts, warnings: [] }, A100);
    expect(twin.requests.paired).toBe(run.parts[0]!.records.filter(isOk).length);
    expect(noErrors(twin.errors.map(({ error }) => error))).toBe(true);
  });
});

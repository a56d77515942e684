import { stream } from '../../src/base/random.ts';
import type { RunPart } from '../../src/record/journal-reader.ts';
import type { Host, RunFooter, RunHeader, TurnRecord } from '../../src/record/record.ts';
import { parseScenario } from '../../src/scenario/load.ts';
import type { ScenarioInput } from '../../src/scenario/schema.ts';
import { answeredTurn } from '../support/turn-record.ts';

export const ORIGIN_EPOCH_MS = Date.UTC(2026, 0, 2, 3, 4, 5);

export const HOST: Host = {
  name: 'client-1',
  os: 'Linux 6.1.0 x64',
  cpu: 'Some CPU @ 2.0 GHz',
  cores: 8,
  memoryBytes: 2 ** 35,
};

export const SCENARIO: ScenarioInput = {
  name: 'sample',
  seed: 7,
  target: { url: 'http://localhost:8000/v1', model: 'llama' },
  conversation: { systemPrompt: { tokens: 1000 }, rounds: 5 },
  pacing: { mode: 'think', pauseSec: { distribution: 'exponential', mean: 5 } },
  population: { arrivals: { process: 'poisson', usersPerSec: 0.5 }, users: 40 },
};

export function header(overrides: Partial<RunHeader> = {}, scenario = SCENARIO): RunHeader {
  return {
    format: 'confab-journal',
    version: 1,
    confab: '0.1.0',
    node: 'v20.20.2',
    clock: 'system',
    originEpochMs: ORIGIN_EPOCH_MS,
    scenario: parseScenario(scenario),
    workloadDigest: '3f9a8c51d0b2e7464cfd3f9a8c51d0b2e7464cfd3f9a8c51d0b2e7464cfd0001',
    notes: ['synthetic text of Moby Dick, counted with gpt2'],
    part: 0,
    ...overrides,
  };
}

export function footer(overrides: Partial<RunFooter> = {}): RunFooter {
  return {
    stoppedBy: 'users',
    measureStartMs: 0,
    measureEndMs: 120_000,
    drainStartMs: 110_000,
    health: {
      eventLoopDelayP50Ms: 0.4,
      eventLoopDelayP99Ms: 2.31,
      eventLoopDelayMaxMs: 9.8,
      eventLoopUtilization: 0.214,
      cpuShare: 0.3,
    },
    ...overrides,
  };
}

/** A completed first turn: sent 1 ms late, first token after 100 ms, then 9 gaps of 10 ms, ended 5 ms later. */
export function turnRecord(overrides: Partial<TurnRecord> = {}): TurnRecord {
  const sentMs = overrides.sentMs ?? 1001;
  return answeredTurn({
    userId: 1,
    intendedMs: sentMs - 1,
    readyMs: sentMs - 0.5,
    sentMs,
    connectMs: 0.25,
    firstTokenMs: sentMs + 100,
    firstOutputMs: sentMs + 100,
    lastTokenMs: sentMs + 190,
    endMs: sentMs + 195,
    inputTokens: 1032,
    outputTokens: 10,
    cachedTokens: 992,
    tokensFrom: 'usage',
    sharedTokens: 1000,
    finishReason: 'length',
    chunks: 10,
    chunkGapsMs: Array<number>(9).fill(10),
    ...overrides,
  });
}

/** Conversations of five turns, as an engine with a warm cache would answer them; some turns fail. */
export function sampleRecords({ users = 40, rounds = 5, seed = 1 } = {}): TurnRecord[] {
  const records: TurnRecord[] = [];
  for (let userId = 1; userId <= users; userId++) {
    records.push(...conversation(userId, rounds, seed));
  }
  return records;
}

export function samplePart(overrides: Partial<RunPart> = {}): RunPart {
  return { header: header(), records: sampleRecords(), footer: footer(), ...overrides };
}

function conversation(userId: number, rounds: number, seed: number): TurnRecord[] {
  const rng = stream(seed, 'sample', userId);
  const records: TurnRecord[] = [];
  let dueMs = (userId - 1) * 2000 + 500 * rng();
  let inputTokens = 1040;
  let heldTokens = userId === 1 ? 0 : 1000;
  for (let turn = 0; turn < rounds; turn++) {
    const intendedMs = dueMs;
    const sentMs = intendedMs + 0.2 + rng();
    const outputTokens = 80 + Math.floor(40 * rng());
    const firstTokenMs = sentMs + 40 + 0.15 * (inputTokens - heldTokens) + 20 * rng();
    const gaps = Array.from({ length: outputTokens - 1 }, () => 12 + 4 * rng());
    const lastTokenMs = gaps.reduce((sum, gap) => sum + gap, firstTokenMs);
    const planned = { intendedMs, readyMs: intendedMs, sentMs, sharedTokens: 1000, maxTokens: 120 };
    const base = { userId, turn, turns: rounds, ...planned };
    const chance = rng();
    if (chance < 0.02) {
      const reason = chance < 0.01 ? 'HTTP 503: no free slot' : undefined;
      records.push(
        answeredTurn({
          ...base,
          ...(reason
            ? { status: 'http', httpStatus: 503, reason }
            : { status: 'timeout', reason: 'no first token within 30 s' }),
          endMs: sentMs + 30,
        }),
      );
      break;
    }
    records.push(
      answeredTurn({
        ...base,
        firstTokenMs,
        firstOutputMs: firstTokenMs,
        lastTokenMs,
        endMs: lastTokenMs + 2,
        inputTokens,
        outputTokens,
        cachedTokens: 16 * Math.floor(heldTokens / 16),
        tokensFrom: 'usage',
        finishReason: 'length',
        chunks: outputTokens,
        chunkGapsMs: gaps,
      }),
    );
    heldTokens = inputTokens + outputTokens - 1;
    inputTokens += outputTokens + 40;
    dueMs = lastTokenMs + 2 + 5000 * rng();
  }
  return records;
}

import type { ComparedRun } from '../../src/compare/compared-run.ts';
import type { TurnRecord } from '../../src/record/record.ts';
import { type ScenarioInput, scenarioSchema } from '../../src/scenario/schema.ts';
import { answeredTurn } from '../support/turn-record.ts';

/** A completed request of one turn, sent every 100 ms. */
export function requestOf(userId: number, more: Partial<TurnRecord> = {}): TurnRecord {
  const sentMs = 100 * userId;
  return answeredTurn({
    userId,
    intendedMs: sentMs,
    sentMs,
    firstTokenMs: sentMs + 50,
    firstOutputMs: sentMs + 50,
    lastTokenMs: sentMs + 90,
    endMs: sentMs + 95,
    inputTokens: 100,
    outputTokens: 5,
    chunks: 5,
    ...more,
  });
}

export function runOf(
  records: readonly TurnRecord[],
  { scenario, ...more }: Partial<Omit<ComparedRun, 'scenario'>> & { scenario?: ScenarioInput } = {},
): ComparedRun {
  return {
    path: 'run',
    tool: 'confab',
    says: 'a run',
    records,
    endsMs: Float64Array.from(records, ({ endMs }) => endMs ?? Number.NaN),
    measured: { startMs: 0, totalMs: Math.max(0, ...records.map(({ endMs }) => endMs ?? 0)) },
    startUp: new Set(),
    scenario: scenarioSchema.parse(scenario ?? {}),
    workloadDigest: 'one',
    clock: 'virtual',
    definitions: {},
    told: {},
    ...more,
  };
}

export const sideOf = (name: string, ...runs: ComparedRun[]) => ({ name, runs });

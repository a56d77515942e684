import type { TurnRecord } from '../../record/record.ts';
import { digestOf } from '../../workload/files/digest.ts';
import type { ComparedRun, Tool } from '../compared-run.ts';

/** A request of another tool as a record of ours, and what the tool calls its conversation. */
export interface OtherRequest {
  readonly conversation: string;
  readonly record: Omit<TurnRecord, 'userId' | 'turns' | 'phase' | 'attempts' | 'reconnects'>;
}

interface Told {
  readonly path: string;
  readonly tool: Tool;
  readonly says: string;
  /** In any order; without times, in the order in which they were due. */
  readonly requests: readonly OtherRequest[];
  /** When they were sent is not told; their `sentMs` is 0. */
  readonly isTimeless?: boolean;
  /** Its conversations are called by what is said in them. */
  readonly isNamedByPrompt?: boolean;
  readonly totalMs?: number | undefined;
  readonly definitions?: ComparedRun['definitions'];
  readonly told?: ComparedRun['told'];
}

/** A run of another tool. Users are the numbers of its conversations, in the order of their names. */
export function otherRun(of: Told): ComparedRun {
  const { path, tool, says, requests, isTimeless = false, totalMs = spanOf(requests) } = of;
  const names = [...new Set(requests.map(({ conversation }) => conversation))].sort(byName);
  const users = new Map(names.map((name, number) => [name, number]));
  const records = requests
    .map(
      ({ conversation, record }): TurnRecord => ({
        ...record,
        userId: users.get(conversation)!,
        turns: 1,
        phase: 'measure',
        attempts: 1,
        reconnects: 0,
      }),
    )
    .sort((a, b) => (a.endMs ?? Infinity) - (b.endMs ?? Infinity) || 0);
  const startMs = records.reduce((least, { sentMs }) => Math.min(least, sentMs ?? least), Infinity);
  return {
    path,
    tool,
    says,
    records,
    endsMs: Float64Array.from(records, ({ endMs }) => endMs ?? Number.NaN),
    ...(totalMs !== undefined && !isTimeless && { measured: { startMs, totalMs } }),
    startUp: new Set(),
    ...(isTelling(of, records) && { fingerprint: fingerprintOf(names, records) }),
    definitions: of.definitions ?? {},
    told: of.told ?? {},
  };
}

/** From the first request to the end of the last. */
function spanOf(requests: readonly OtherRequest[]): number | undefined {
  let [first, last] = [Infinity, -Infinity];
  for (const { record } of requests) {
    first = Math.min(first, record.sentMs ?? first);
    last = Math.max(last, record.endMs ?? last);
  }
  return last > first ? last - first : undefined;
}

/** 2 before 10. */
function byName(a: string, b: string): number {
  return a.length - b.length || (a < b ? -1 : 1);
}

/** Requests that are numbered, and whose prompts are all equally long, may be any: of another seed, too. */
function isTelling(
  { isNamedByPrompt = false, requests }: Told,
  records: readonly TurnRecord[],
): boolean {
  if (requests.length === 0) return false;
  const isNumbered = requests.every(({ conversation }) => NUMBERED.test(conversation));
  const lengths = records.filter(({ turn, status }) => turn === 0 && status === 'ok');
  return (
    isNamedByPrompt ||
    !isNumbered ||
    new Set(lengths.map(({ inputTokens }) => inputTokens)).size > 1
  );
}

const NUMBERED = /^\D*\d+$/;

/** Which requests there were, and the tokens of the first prompts: later ones hold answers. */
function fingerprintOf(names: readonly string[], records: readonly TurnRecord[]): string {
  const lines = records
    .toSorted((a, b) => a.userId - b.userId || a.turn - b.turn)
    .map(({ userId, turn, inputTokens, status }) => [
      names[userId],
      turn,
      ...(turn === 0 && status === 'ok' ? [inputTokens] : []),
    ]);
  return digestOf(lines);
}

/** Without what is unknown. */
export function known<T extends object>(of: T): T {
  return Object.fromEntries(
    Object.entries(of).filter(([, value]) => value !== undefined),
  ) as unknown as T;
}

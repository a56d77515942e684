import { appendFileSync, existsSync } from 'node:fs';
import { resolve } from 'node:path';
import { UsageError } from '../../base/errors.ts';
import { found, isObject, notJson, parsedJson } from '../../base/json.ts';
import { LARGE_BYTES, readText } from '../../base/read-text.ts';
import { writeWhole } from '../../base/write-whole.ts';
import type { Companion } from '../../play/companion.ts';
import type { TurnRecord } from '../../record/record.ts';
import type { Run } from '../../record/run-folder.ts';
import type { Scenario } from '../../scenario/schema.ts';
import { withoutSecrets } from '../../scenario/secrets.ts';
import type { PlannedLengths } from '../../workload/lengths/planned-lengths.ts';

export interface Logs {
  readonly scenario: Scenario;
  readonly planned: PlannedLengths;
  readonly logPath: string;
  readonly detailLogPath: string;
}

/** Adds to the run log and to the detail log what the example of BurstGPT has in them, and more. */
export function burstCompanion(logs: Logs): Companion {
  const { logPath, detailLogPath } = logs;
  const answerChars = new Map<number, number>();
  return {
    record({ userId, status }, said) {
      if (status === 'ok' && said) answerChars.set(userId, [...said().answer].length);
    },
    finish(run, folder) {
      const dir = resolve(folder);
      const details = run.parts.flatMap(({ header, records }) =>
        records
          .filter(({ phase }) => phase === 'measure')
          .map((record) => detailOf(record, header.originEpochMs, { logs, dir, answerChars })),
      );
      appendFileSync(detailLogPath, details.map((line) => `${JSON.stringify(line)}\n`).join(''));
      const runs = [...runsIn(logPath), runOf(run, dir, logs)];
      writeWhole(logPath, [`${JSON.stringify(runs, undefined, 2)}\n`]);
      return { files: [detailLogPath, logPath] };
    },
  };
}

/**
 * The runs that the log has already.
 * @throws UsageError for a file that is something else: what others wrote is not written over.
 */
export function runsIn(path: string): readonly unknown[] {
  if (!existsSync(path)) return [];
  const text = readText(path, { what: 'run log', maxBytes: LARGE_BYTES });
  if (!text.trim()) return [];
  const runs = parsedJson(text);
  if (Array.isArray(runs) && runs.every(isObject)) return runs;
  const is = runs === undefined ? notJson(text) : found(runs);
  throw new UsageError(
    `--log-path: ${path}: ${is}; expected a JSON list of runs as confab writes it, or another name`,
  );
}

interface Noted {
  readonly logs: Logs;
  readonly dir: string;
  readonly answerChars: ReadonlyMap<number, number>;
}

/** Names are those of BurstGPT's example where it has them; seconds; null is unknown. */
function detailOf(record: TurnRecord, originEpochMs: number, { logs, dir, answerChars }: Noted) {
  const { scenario, planned } = logs;
  const { userId, status, sentMs, firstTokenMs, endMs, intendedMs } = record;
  const { inputTokens, outputTokens, pooled } = planned.of(userId);
  const since = (ms: number | undefined) =>
    ms === undefined || sentMs === undefined ? null : seconds(ms - sentMs);
  return {
    event_id: userId - scenario.population.firstUserId,
    status,
    http_status: record.httpStatus ?? null,
    reason: record.reason ?? null,
    in_len: record.inputTokens ?? record.messageTokens ?? null,
    sampled_in_num: inputTokens,
    out_len: answerChars.get(userId) ?? null,
    out_tokens: record.outputTokens ?? null,
    sampled_out_len: outputTokens ?? null,
    out_len_expected: record.maxTokens ?? null,
    first_chunk_time: since(firstTokenMs),
    total_chunk_time: since(endMs),
    due_time: intendedMs === undefined ? null : seconds(originEpochMs + intendedMs),
    record_time: endMs === undefined ? null : seconds(originEpochMs + endMs),
    prompt: pooled?.prompt.key ?? null,
    run: dir,
  };
}

function runOf({ parts }: Run, dir: string, { scenario, planned }: Logs) {
  const records = parts.flatMap((part) => part.records).filter(({ phase }) => phase === 'measure');
  const statuses: Record<string, number> = {};
  for (const { status } of records) statuses[status] = (statuses[status] ?? 0) + 1;
  const header = parts[0]?.header;
  const lastMs = Math.max(0, ...parts.map(({ footer }) => footer?.measureEndMs ?? 0));
  const date = (ms: number) => new Date((header?.originEpochMs ?? 0) + ms).toISOString();
  const { target, sampling, population, conversation, seed } = withoutSecrets(scenario) as Scenario;
  return {
    run: dir,
    'model path': target.model ?? null,
    server_config: { ...target, ...sampling },
    prompt_config: { seed, ...population, conversation },
    notes: planned.notes,
    requests: { planned: records.length, ...statuses },
    started: date(0),
    'log time': date(lastMs),
  };
}

function seconds(ms: number): number {
  return Number((ms / 1000).toFixed(6));
}

import type { CsvColumn } from '../../export/csv.ts';
import type { Companion } from '../../play/companion.ts';
import type { TurnRecord } from '../../record/record.ts';

export interface AgenticOutputs {
  /** The CSV has the messages and answers as well, which are kept until the end for it. */
  readonly hasText: boolean;
  /** Of each agent, by its id. */
  readonly models: readonly string[];
}

interface Text {
  readonly input: string;
  readonly output: string;
}

/**
 * Makes the exported CSV that of agentic-qa.py: after the multi-round-qa columns come `round_id` (from 0),
 * `agentID` and `model`; on demand `input` (the request's messages as JSON) and `output`.
 */
export function agenticCompanion({ hasText, models }: AgenticOutputs): Companion {
  const texts = new Map<string, Text>();
  const csvColumns: CsvColumn[] = [
    ['round_id', ({ record }) => String(record.turn)],
    ['agentID', ({ record }) => String(record.agent?.id ?? '')],
    ['model', ({ record }) => models[record.agent?.id ?? 0] ?? ''],
  ];
  if (hasText) {
    csvColumns.push(
      ['input', ({ record }) => texts.get(keyOf(record))?.input ?? ''],
      ['output', ({ record }) => texts.get(keyOf(record))?.output ?? ''],
    );
  }
  return {
    csvColumns,
    record(record, said) {
      if (!hasText || record.status !== 'ok' || !said) return;
      const { messages, answer } = said();
      const input = `[${messages.map(({ json }) => json.toString()).join(',')}]`;
      texts.set(keyOf(record), { input, output: answer });
    },
  };
}

function keyOf({ userId, turn, agent }: TurnRecord): string {
  return `${userId}/${turn}/${agent?.id}`;
}

import { type CsvColumn, quoted, writeMultiRoundQaCsv } from '../../export/csv.ts';
import type { Dialect } from '../../play/companion.ts';
import type { TurnRecord } from '../../record/record.ts';

export interface AgenticOutputs {
  readonly output: string;
  /** Also the messages and answers, which are kept until the end for it. */
  readonly hasText: boolean;
  /** Of each agent, by its id. */
  readonly models: readonly string[];
}

interface Text {
  readonly input: string;
  readonly output: string;
}

/**
 * The CSV of agentic-qa.py: our multi-round-qa columns, then `round_id` (from 0), `agentID` and `model`;
 * on demand `input` (the request's messages as JSON) and `output`.
 */
export function agenticDialect({ output, hasText, models }: AgenticOutputs): Dialect {
  const texts = new Map<string, Text>();
  const columns: CsvColumn[] = [
    ['round_id', ({ record }) => String(record.turn)],
    ['agentID', ({ record }) => String(record.agent?.id ?? '')],
    ['model', ({ record }) => quoted(models[record.agent?.id ?? 0] ?? '')],
  ];
  if (hasText) {
    columns.push(
      ['input', ({ record }) => quoted(texts.get(keyOf(record))?.input ?? '')],
      ['output', ({ record }) => quoted(texts.get(keyOf(record))?.output ?? '')],
    );
  }
  return {
    record(record, said) {
      if (!hasText || record.status !== 'ok' || !said) return;
      const { messages, answer } = said();
      const input = `[${messages.map(({ json }) => json.toString()).join(',')}]`;
      texts.set(keyOf(record), { input, output: answer });
    },
    finish(run) {
      writeMultiRoundQaCsv(output, run, columns);
      return { files: [output] };
    },
  };
}

function keyOf({ userId, turn, agent }: TurnRecord): string {
  return `${userId}/${turn}/${agent?.id}`;
}

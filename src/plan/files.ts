import type { PlannedPlay } from './planned-play.ts';
import type { Plan } from './summary.ts';

/** The plan as JSON. */
export function planJson(plan: Plan): string {
  return `${JSON.stringify({ format: 'confab-plan', version: 1, ...plan }, undefined, 2)}\n`;
}

const HEAD =
  'user_id,turn,due_sec,status,input_tokens,message_tokens,max_output_tokens,output_tokens,ideal_cached_tokens';

/** Every planned request in the order of falling due, seconds from the start of measuring; unknown cells are empty. */
export function scheduleCsv({ requests, footer }: PlannedPlay): string {
  const rows = [...requests]
    .sort(
      ({ record: a }, { record: b }) =>
        (a.intendedMs ?? Infinity) - (b.intendedMs ?? Infinity) ||
        a.userId - b.userId ||
        a.turn - b.turn,
    )
    .map(({ record, idealTokens }) =>
      [
        record.userId,
        record.turn,
        dueSec(record.intendedMs, footer.measureStartMs),
        record.status,
        record.inputTokens,
        record.messageTokens,
        record.maxTokens,
        record.outputTokens,
        idealTokens,
      ]
        .map((cell) => cell ?? '')
        .join(','),
    );
  return `${[HEAD, ...rows].join('\n')}\n`;
}

function dueSec(intendedMs: number | undefined, startMs: number): string {
  return intendedMs === undefined ? '' : String(Math.round(intendedMs - startMs) / 1000);
}

import type { TurnRecord } from '../../record/record.ts';
import { percent, UNKNOWN } from '../../report/number.ts';
import { tableText } from '../../report/render/table.ts';
import type { Cell, TableColumn } from '../../report/section.ts';
import { distributionTable } from '../../report/table.ts';
import { hanging, PAGE_WIDTH } from '../../report/wrap.ts';
import { Column } from '../../stats/column.ts';
import { Counts, type CountsSummary } from '../../stats/counts.ts';
import { distributionOf } from '../../stats/quantile.ts';
import { Tokens } from '../../stats/tokens.ts';
import { type MultiTurnDefinition, type MultiTurnNames, multiTurnStats } from './request.ts';

/** More of them would not be read. */
const UNFINISHED_SHOWN = 20;

interface BreakdownSettings extends MultiTurnNames {
  readonly definition: MultiTurnDefinition;
  /** Most columns of a line. */
  readonly columns?: number;
}

/** What the tool does not print: each turn, the conversations, the cache, and all that went wrong. */
export function breakdownText(records: readonly TurnRecord[], settings: BreakdownSettings): string {
  const measured = records.filter(({ phase }) => phase === 'measure');
  return [
    'By turn (the first is 1; tokens are means):',
    turnsTable(measured, settings),
    '',
    conversationsText(measured, settings),
    '',
    cacheText(measured),
    ...failureLines(measured).map((line) => wrapped(line, settings.columns)),
  ].join('\n');
}

function wrapped(line: string, columns = PAGE_WIDTH): string {
  const [head] = /^ *(Unfinished: )?/.exec(line)!;
  return hanging(head, line.slice(head.length), columns);
}

function turnsTable(records: readonly TurnRecord[], settings: BreakdownSettings): string {
  const turns = new Map<number, TurnColumns>();
  for (const record of records) {
    if (record.status !== 'ok') continue;
    let turn = turns.get(record.turn);
    if (!turn) turns.set(record.turn, (turn = new TurnColumns()));
    turn.add(record, settings);
  }
  const rows = [...turns].sort(([a], [b]) => a - b);
  const table = {
    columns: TURN_COLUMNS,
    rows: rows.map(([turn, columns]) => ({ cells: [turn + 1, ...columns.cells()] })),
  };
  return tableText(table, settings.columns);
}

const TURN_COLUMNS: readonly TableColumn[] = [
  { title: 'turn', format: 'count' },
  { title: 'count', format: 'count' },
  { title: 'TTFT mean', unit: 'ms' },
  { title: 'TTFT p50', unit: 'ms' },
  { title: 'TTFT p99', unit: 'ms' },
  { title: 'TPOT mean', unit: 'ms' },
  { title: 'TPOT p50', unit: 'ms' },
  { title: 'input', unit: 'tokens', format: 'amount' },
  { title: 'output', unit: 'tokens', format: 'amount' },
  { title: 'cached share', format: 'percent' },
];

class TurnColumns {
  readonly #ttft = new Column();
  readonly #tpot = new Column();
  readonly #input = new Column();
  readonly #output = new Column();
  readonly #tokens = new Tokens();
  #count = 0;

  add(record: TurnRecord, settings: BreakdownSettings): void {
    const stats = multiTurnStats(record, settings.definition, settings);
    this.#count++;
    this.#ttft.add(stats.ttft_ms ?? undefined);
    this.#tpot.add(stats.tpot_ms ?? undefined);
    this.#input.add(record.inputTokens);
    this.#output.add(record.outputTokens);
    this.#tokens.add(record);
  }

  /** As the columns are named, after the turn. */
  cells(): Cell[] {
    const ttft = distributionOf(this.#ttft);
    const tpot = distributionOf(this.#tpot);
    return [
      this.#count,
      ttft?.mean,
      ttft?.p50,
      ttft?.p99,
      tpot?.mean,
      tpot?.p50,
      distributionOf(this.#input)?.mean,
      distributionOf(this.#output)?.mean,
      this.#tokens.close().cache.share,
    ];
  }
}

interface Progress {
  readonly turns: number;
  turnsDone: number;
  isFinished: boolean;
  startMs: number;
  endMs: number;
}

/** Duration is from the first request sent to the end of the last one, whatever became of it. */
function conversationsText(records: readonly TurnRecord[], names: BreakdownSettings): string {
  const conversations = progressOf(records);
  const turnsDone = new Column();
  const durationSec = new Column();
  const unfinished: string[] = [];
  for (const [userId, of] of conversations) {
    turnsDone.add(of.turnsDone);
    if (of.endMs >= of.startMs) durationSec.add((of.endMs - of.startMs) / 1000);
    if (of.isFinished) continue;
    const id = names.conversationId?.(userId) ?? String(userId);
    unfinished.push(`${id} (${of.turnsDone} of ${of.turns} turns)`);
  }
  const finished = conversations.size - unfinished.length;
  const more = unfinished.length - UNFINISHED_SHOWN;
  return [
    `By conversation: ${conversations.size} begun, ${finished} finished, ${unfinished.length} unfinished`,
    tableText(
      distributionTable([
        { label: 'turns done', values: distributionOf(turnsDone), isCount: true },
        { label: 'duration s', values: distributionOf(durationSec) },
      ]),
      names.columns,
    ),
    ...(unfinished.length
      ? [
          wrapped(
            `Unfinished: ${unfinished.slice(0, UNFINISHED_SHOWN).join(', ')}` +
              (more > 0 ? ` and ${more} more` : ''),
            names.columns,
          ),
        ]
      : []),
  ].join('\n');
}

function progressOf(records: readonly TurnRecord[]): Map<number, Progress> {
  const conversations = new Map<number, Progress>();
  for (const { userId, turn, turns, status, sentMs, endMs } of records) {
    let of = conversations.get(userId);
    if (!of) {
      of = { turns, turnsDone: 0, isFinished: false, startMs: Infinity, endMs: -Infinity };
      conversations.set(userId, of);
    }
    if (status === 'ok') {
      of.turnsDone++;
      of.isFinished ||= turn === turns - 1;
    }
    of.startMs = Math.min(of.startMs, sentMs ?? Infinity);
    of.endMs = Math.max(of.endMs, endMs ?? -Infinity);
  }
  return conversations;
}

function cacheText(records: readonly TurnRecord[]): string {
  const tokens = new Tokens();
  for (const record of records) tokens.add(record);
  const { share, reported, inputTokens, cachedTokens } = tokens.close().cache;
  return share === undefined
    ? `Cached share: ${UNKNOWN} (no answer named cached tokens)`
    : `Cached share: ${percent(share)} (${cachedTokens} of ${inputTokens} input tokens, ${reported} requests)`;
}

function failureLines(records: readonly TurnRecord[]): string[] {
  const counts = new Counts();
  for (const record of records) counts.add(record);
  const summary = counts.close();
  const { failed, failedByKind, cancelled, unsent } = summary;
  const kinds = Object.entries(failedByKind).map(([kind, count]) => `${kind} ${count}`);
  return [
    `Failures: ${failed} of ${summary.planned} planned requests (${kinds.join(', ')}), ` +
      `cancelled ${cancelled}, unsent ${unsent}`,
    ...endingLines(summary),
  ];
}

function endingLines({ endings }: CountsSummary): string[] {
  return endings.map(
    ({ kind, count, example }) => `  ${count} x ${kind}${example ? `: ${example}` : ''}`,
  );
}

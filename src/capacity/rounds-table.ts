import { CsvError, parse } from 'csv-parse/sync';
import { UsageError } from '../base/errors.ts';
import { found, shown } from '../base/json.ts';
import { readText } from '../base/read-text.ts';

/** Hit rates of a run, by round. */
export interface RoundShares {
  /** 1-based. */
  readonly round: number;
  /** Cached of the input tokens of all requests of that round, 0 to 1. */
  readonly share: number;
  /** Of its last digit: how exactly it is told. */
  readonly step: number;
}

const ROUND = 'round';
const SHARE = 'share';
const EXPECTED =
  'a CSV whose first line is round,share, and then a line a round, as 2,0.413 or 2,41.3 %';

/**
 * Reads a table of rounds, counted from 1, and the cached share of the input tokens of each: 0 to 1, or percent with
 * its sign. Other columns are left alone.
 * @throws UsageError naming file, line and column.
 */
export function readRoundsTable(file: string): RoundShares[] {
  const lines: { cells: string[]; line: number }[] = [];
  try {
    parse(readText(file, { what: 'table of rounds' }), {
      ...{ bom: true, skip_empty_lines: true, trim: true, relax_column_count: true },
      onRecord: (cells: string[], { lines: line }: { lines: number }) => {
        lines.push({ cells, line });
        return undefined;
      },
    });
  } catch (error) {
    if (error instanceof CsvError)
      throw new UsageError(`${file}: ${error.message}; expected ${EXPECTED}`);
    throw error;
  }
  const [head, ...rest] = lines;
  const columns = (head?.cells ?? []).map((name) => name.toLowerCase());
  const [roundAt, shareAt] = [columns.indexOf(ROUND), columns.indexOf(SHARE)];
  if (roundAt < 0 || shareAt < 0 || !rest.length) {
    const what = head ? `the columns ${shown(head.cells.join(','))}` : 'nothing';
    const rows = rest.length ? '' : ' and no line below them';
    throw new UsageError(`${file}: found ${what}${rows}; expected ${EXPECTED}`);
  }
  const seen = new Set<number>();
  return rest.map(({ cells, line }) => {
    const where = `${file}: line ${line}`;
    const round = Number(cells[roundAt]);
    if (!Number.isSafeInteger(round) || round < 1 || seen.has(round)) {
      throw new UsageError(
        `${where}: ${ROUND}: ${found(cells[roundAt] ?? '')}; expected a whole number from 1 on, each once`,
      );
    }
    seen.add(round);
    return { round, ...shareOf(cells[shareAt] ?? '', where) };
  });
}

const NUMBER = /^(\d+)(?:\.(\d*))?\s*(%?)$/;

function shareOf(cell: string, where: string): Pick<RoundShares, 'share' | 'step'> {
  const [, whole, decimals = '', percent] = NUMBER.exec(cell) ?? [];
  const scale = percent ? 0.01 : 1;
  const share = whole === undefined ? Number.NaN : scale * Number(`${whole}.${decimals || '0'}`);
  if (share <= 1) return { share, step: scale * 10 ** -decimals.length };
  throw new UsageError(
    `${where}: ${SHARE}: ${found(cell)}; expected a share from 0 to 1, or percent with its sign, as 41.3 %`,
  );
}

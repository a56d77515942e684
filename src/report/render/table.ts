import CliTable from 'cli-table3';
import { cellTexts, headingOf, type Table } from '../section.ts';

const PLAIN = {
  chars: {
    top: '',
    'top-mid': '',
    'top-left': '',
    'top-right': '',
    bottom: '',
    'bottom-mid': '',
    'bottom-left': '',
    'bottom-right': '',
    left: ' ',
    'left-mid': '',
    mid: '',
    'mid-mid': '',
    right: '',
    'right-mid': '',
    middle: ' ',
  },
  style: { head: [], border: [], compact: true, 'padding-left': 1, 'padding-right': 0 },
};

/** Plain columns, the first left and the others right, without lines or colours: for the eye, `grep` and `awk`. */
export function tableText(table: Table): string {
  const { columns, rows } = table;
  const printed = new CliTable({
    ...PLAIN,
    head: columns.map(headingOf),
    colAligns: columns.map((_, index) => (index === 0 ? 'left' : 'right')),
  });
  const texts = cellTexts(table);
  printed.push(
    ...texts.map(([name = '', ...rest], row) => [
      '  '.repeat(rows[row]!.level ?? 0) + name,
      ...rest,
    ]),
  );
  return printed
    .toString()
    .split('\n')
    .map((line) => line.trimEnd())
    .join('\n');
}

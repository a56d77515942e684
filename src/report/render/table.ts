import CliTable from 'cli-table3';
import type { Table } from '../section.ts';
import { hanging, PAGE_WIDTH } from '../wrap.ts';
import { type FittedTable, fitted, GAP } from './fit.ts';

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
  style: { head: [], border: [], compact: true, 'padding-left': GAP - 1, 'padding-right': 0 },
};

/**
 * Plain columns, the first left and the others right, without lines or colours: for the eye, `grep` and `awk`.
 * No line is longer than `width`; which columns that has cost is said below.
 */
export function tableText(table: Table, width = PAGE_WIDTH): string {
  const { tables, leftOut } = fitted(table, width);
  const texts = [tables.map(plainText).join('\n\n')];
  if (leftOut.length > 0) {
    texts.push(hanging('  ', `(left out: ${leftOut.join(', ')}; --wide prints all)`, width));
  }
  return texts.join('\n');
}

function plainText({ headings, rows }: FittedTable): string {
  const printed = new CliTable({
    ...PLAIN,
    head: headings.map((content) => ({ content, vAlign: 'bottom' as const })) as never[],
    colAligns: headings.map((_, index) => (index === 0 ? 'left' : 'right')),
  });
  printed.push(...rows.map((row) => [...row]));
  return printed
    .toString()
    .split('\n')
    .map((line) => line.trimEnd())
    .join('\n');
}

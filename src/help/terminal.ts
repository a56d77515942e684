import { PAGE_WIDTH, proseWidth } from '../report/wrap.ts';
import { type Alignment, type Block, blocksOf, type Row } from './markdown.ts';

const CODE_INDENT = '    ';
const GAP = '  ';

/** A document, or a part of one, as text for a terminal of so many columns. Code is not wrapped. */
export function terminalText(document: string, width = PAGE_WIDTH): string {
  const blocks = blocksOf(document);
  let text = '';
  for (const [index, block] of blocks.entries()) {
    const isNextItem = block.kind === 'item' && blocks[index - 1]?.kind === 'item';
    if (index > 0 && !isNextItem) text += '\n';
    for (const line of linesOf(block, width)) text += `${line.trimEnd()}\n`;
  }
  return text;
}

function linesOf(block: Block, width: number): string[] {
  switch (block.kind) {
    case 'heading': {
      const text = plain(block.text);
      return [text, (block.level === 1 ? '=' : '-').repeat(text.length)];
    }
    case 'paragraph':
      return wrapped(plain(block.text), proseWidth(width));
    case 'item': {
      const indent = ' '.repeat(block.mark.length + 1);
      return wrapped(plain(block.text), proseWidth(width) - indent.length).map(
        (line, index) => (index ? indent : `${block.mark} `) + line,
      );
    }
    case 'code':
      return block.lines.map((line) => CODE_INDENT + line);
    case 'table':
      return tableLines(
        block.rows.map((row) => row.map(plain)),
        block.alignments,
        width,
      );
  }
}

/** Emphasis taken off, links as their text; an address of the network stays. Code keeps its marks. */
function plain(text: string): string {
  return text
    .split(/(`[^`]*`)/)
    .map((part, index) => (index % 2 ? part : proseOf(part)))
    .join('');
}

function proseOf(text: string): string {
  return text
    .replace(/\[([^\]]*)\]\((https?:[^)]*)\)/g, '$1 ($2)')
    .replace(/\[([^\]]*)\]\([^)]*\)/g, '$1')
    .replace(/\*\*([^*]+)\*\*/g, '$1')
    .replace(/(^|\W)_([^_]+)_(?=\W|$)/g, '$1$2');
}

/** Lines of whole words; a word that is wider than a line has one of its own. */
function wrapped(text: string, width: number): string[] {
  const lines: string[] = [];
  let line = '';
  for (const word of text.split(/\s+/)) {
    if (line && line.length + 1 + word.length > width) {
      lines.push(line);
      line = word;
    } else line += (line && ' ') + word;
  }
  return [...lines, line];
}

/** Columns side by side, the widest ones wrapped where there is too little room. */
function tableLines(
  rows: readonly Row[],
  alignments: readonly Alignment[],
  width: number,
): string[] {
  const widths = widthsOf(rows, width - GAP.length * (alignments.length - 1));
  const [head, ...body] = rows.map((row) => rowLines(row, widths, alignments));
  // Where a first cell takes several lines, a line between rows tells them apart.
  const isTall = rows.some(([first = '']) => first.length > widths[0]!);
  const rule = widths.map((width) => '-'.repeat(width)).join(GAP);
  return [...head!, rule, ...body.flatMap((lines, i) => (isTall && i ? ['', ...lines] : lines))];
}

function rowLines(row: Row, widths: readonly number[], alignments: readonly Alignment[]): string[] {
  const cells = row.map((cell, column) => wrapped(cell, widths[column]!));
  const height = Math.max(...cells.map((lines) => lines.length));
  return Array.from({ length: height }, (_, line) =>
    cells
      .map((lines, column) => {
        const text = lines[line] ?? '';
        const width = widths[column]!;
        return alignments[column] === 'right' ? text.padStart(width) : text.padEnd(width);
      })
      .join(GAP),
  );
}

/** As wide as the cells are, and as all fit; no column becomes narrower than its longest word. */
function widthsOf(rows: readonly Row[], room: number): number[] {
  const columns = rows[0]!.map((_, column) => rows.map((row) => row[column] ?? ''));
  const widths = columns.map((cells) => Math.max(...cells.map((cell) => cell.length)));
  const least = columns.map((cells) =>
    Math.max(...cells.flatMap((cell) => cell.split(/\s+/)).map((word) => word.length)),
  );
  const total = () => widths.reduce((sum, width) => sum + width, 0);
  while (total() > room) {
    const shrinkable = widths.map((width, column) => (width > least[column]! ? width : 0));
    const widest = Math.max(...shrinkable);
    if (widest === 0) break;
    widths[shrinkable.indexOf(widest)]!--;
  }
  return widths;
}

import { readFileSync } from 'node:fs';

/** What the project's README files are made of: all the markdown that is needed to show them on a terminal. */
export type Block =
  | { readonly kind: 'heading'; readonly level: number; readonly text: string }
  | { readonly kind: 'paragraph'; readonly text: string }
  | { readonly kind: 'item'; readonly mark: string; readonly text: string }
  | { readonly kind: 'code'; readonly lines: readonly string[] }
  | { readonly kind: 'table'; readonly alignments: readonly Alignment[]; readonly rows: Row[] };

export type Alignment = 'left' | 'right';
/** The cells of one line of a table; the first row is its head. */
export type Row = readonly string[];

const HEADING = /^(#+) (.*)$/;
const ITEM = /^(-|\d+\.) +(.*)$/;

/** A file of the project, by its path from the project's root: two folders above this file in `src` and in `dist`. */
export function readDocument(path: string): string {
  return readFileSync(new URL(`../../${path}`, import.meta.url), 'utf8');
}

/**
 * The part of a document below one of its headings, without that heading.
 * @throws Error if there is none: a topic that names it has to be mended.
 */
export function sectionOf(document: string, heading: string): string {
  const lines = document.split('\n');
  const headings = headingsOf(lines);
  const own = headings.find(({ text }) => text === heading);
  if (!own) throw new Error(`no heading '${heading}' in a document that should have it`);
  const next = headings.find(({ line, level }) => line > own.line && level <= own.level);
  return lines.slice(own.line + 1, next?.line).join('\n');
}

/** The headings of a document, in order; what stands in code is none. */
export function headingsOf(lines: readonly string[]) {
  let isCode = false;
  return lines.flatMap((text, line) => {
    if (text.startsWith('```')) isCode = !isCode;
    const match = isCode ? undefined : HEADING.exec(text);
    return match ? [{ line, level: match[1]!.length, text: match[2]! }] : [];
  });
}

/** Splits a document into its blocks. Comments are left out. */
export function blocksOf(document: string): Block[] {
  const lines = document.replace(/<!--[\s\S]*?-->/g, '').split('\n');
  const blocks: Block[] = [];
  let at = 0;
  /** Takes lines while they belong to what has begun. */
  const take = (belongs: (line: string) => boolean): string[] => {
    const from = at;
    while (at < lines.length && belongs(lines[at]!)) at++;
    return lines.slice(from, at);
  };
  while (at < lines.length) {
    const line = lines[at]!;
    const heading = HEADING.exec(line);
    const item = ITEM.exec(line);
    if (line.startsWith('```')) {
      at++;
      blocks.push({ kind: 'code', lines: take((next) => !next.startsWith('```')) });
      at++;
    } else if (line.startsWith('    ')) {
      const code = take((next) => next.startsWith('    '));
      blocks.push({ kind: 'code', lines: code.map((text) => text.slice(4)) });
    } else if (heading) {
      at++;
      blocks.push({ kind: 'heading', level: heading[1]!.length, text: heading[2]! });
    } else if (line.startsWith('|')) {
      blocks.push(tableOf(take((next) => next.startsWith('|'))));
    } else if (item) {
      at++;
      const text = [item[2]!, ...take((next) => /^ +\S/.test(next))].map((part) => part.trim());
      blocks.push({ kind: 'item', mark: item[1]!, text: text.join(' ') });
    } else if (line.trim() === '') {
      at++;
    } else {
      const text = take((next) => next.trim() !== '' && !/^(#+ |- |\||```)/.test(next));
      blocks.push({ kind: 'paragraph', text: text.join(' ') });
    }
  }
  return blocks;
}

function tableOf([head, rule, ...body]: readonly string[]): Block {
  return {
    kind: 'table',
    alignments: cellsOf(rule!).map((cell) => (cell.endsWith(':') ? 'right' : 'left')),
    rows: [head!, ...body].map(cellsOf),
  };
}

function cellsOf(line: string): string[] {
  const cells = line
    .trim()
    .replace(/^\|/, '')
    .replace(/\|$/, '')
    .split(/(?<!\\)\|/);
  return cells.map((cell) => cell.trim().replaceAll('\\|', '|'));
}

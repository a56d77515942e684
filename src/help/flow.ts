import { hanging } from '../report/wrap.ts';

/** A word or flags, then what they are, two spaces or more apart. */
const DEFINITION = /^( *\S+(?: \S+)* {2,})(\S.*)$/;

/**
 * A help text in lines of at most `width` columns. Lines with the same indent are a paragraph, but for a
 * definition, which has a line of its own and what is said below each other.
 */
export function flowing(text: string, width: number): string {
  const blocks: { readonly head: string; readonly isOpen: boolean; text: string }[] = [];
  for (const line of text.split('\n')) {
    const definition = DEFINITION.exec(line);
    const indent = /^ */.exec(line)![0];
    const head = definition?.[1] ?? indent;
    const said = definition?.[2] ?? line.slice(indent.length);
    const last = blocks.at(-1);
    if (!definition && said && last?.isOpen && last.head === head) last.text += ` ${said}`;
    else blocks.push({ head, isOpen: !definition && said !== '', text: said });
  }
  return blocks.map((block) => hanging(block.head, block.text, width).trimEnd()).join('\n');
}

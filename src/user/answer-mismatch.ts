import { escaped } from '../base/printable.ts';

const EXCERPT_BEFORE = 20;
const EXCERPT_AFTER = 40;

/**
 * --verify-output: undefined if the engine's answer is the recorded one to the last character, otherwise
 * one line with the first position that differs (0-based, UTF-16) and what both have there.
 */
export function answerMismatch(recorded: string, answer: string): string | undefined {
  if (recorded === answer) return undefined;
  const position = firstDifference(recorded, answer);
  return (
    `the answer differs from the recorded one at character ${position}: ` +
    `recorded ${excerpt(recorded, position)} (length ${recorded.length}), ` +
    `answer ${excerpt(answer, position)} (length ${answer.length})`
  );
}

function firstDifference(a: string, b: string): number {
  let position = 0;
  while (position < a.length && a[position] === b[position]) position++;
  // A character of two halves differs as a whole.
  return /[\udc00-\udfff]/.test(a[position] ?? b[position]!) ? Math.max(0, position - 1) : position;
}

/** Quoted, with line ends and all that a terminal would obey escaped. */
function excerpt(text: string, position: number): string {
  const start = Math.max(0, position - EXCERPT_BEFORE);
  const end = position + EXCERPT_AFTER;
  const [before, after] = [start > 0 ? '…' : '', end < text.length ? '…' : ''];
  return escaped(JSON.stringify(`${before}${text.slice(start, end)}${after}`));
}

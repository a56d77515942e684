/** No scenario is nested deeper; parsers that recurse break down on some texts that are. */
const NESTING_MAX = 100;

/** What is wrong with a YAML text that goes deeper than any scenario, before it is parsed; undefined: it does not. */
export function nestingProblem(text: string): string | undefined {
  const line = tooDeepLine(text);
  return line === undefined
    ? undefined
    : `line ${line}: nested more than ${NESTING_MAX} levels deep`;
}

/**
 * Counted without parsing: brackets that are open, outside of quotes and comments, and the indicators of lists
 * and keys that begin one line, or stand under each other ever further to the right.
 */
function tooDeepLine(text: string): number | undefined {
  let open = 0;
  const columns: number[] = [];
  for (const [index, line] of text.split('\n').entries()) {
    const bare = line.replace(/"(?:[^"\\]|\\.)*"|'[^']*'|(?:^|\s)#.*/g, '');
    const begin = /^\s*/.exec(bare)![0].length;
    if (begin < bare.length && open === 0) {
      while (columns.length && columns.at(-1)! >= begin) columns.pop();
      columns.push(begin);
    }
    let indicators = 0;
    while (/^[-?:]\s/.test(bare.slice(begin + 2 * indicators, begin + 2 * indicators + 2))) {
      if (++indicators > NESTING_MAX) return index + 1;
    }
    for (const character of bare) {
      if (character === '[' || character === '{') open++;
      else if (character === ']' || character === '}') open = Math.max(0, open - 1);
      if (open > NESTING_MAX) return index + 1;
    }
    if (columns.length > NESTING_MAX) return index + 1;
  }
  return undefined;
}

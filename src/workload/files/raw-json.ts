/**
 * Parts of a JSON text as they are written: numbers that no double holds, and what Python writes in their place,
 * stay what they are. The text is JSON but for those.
 */

/** The items of a list, or the members of an object, name and all. */
function partsOf(text: string): string[] {
  const parts: string[] = [];
  let depth = 0;
  let start = 0;
  for (let at = 0; at < text.length; at++) {
    const character = text[at];
    if (character === '"') at = stringEnd(text, at);
    else if (character === '[' || character === '{') {
      if (depth++ === 0) start = at + 1;
    } else if (character === ']' || character === '}') {
      if (--depth === 0) parts.push(text.slice(start, at));
    } else if (character === ',' && depth === 1) {
      parts.push(text.slice(start, at));
      start = at + 1;
    }
  }
  return parts.map((part) => part.trim()).filter((part) => part !== '');
}

/** Of a list. */
export function rawItems(text: string): string[] {
  return partsOf(text);
}

/** Names, in quotes as they are, and values of an object. */
export function rawMembers(text: string): [string, string][] {
  return partsOf(text).map((part) => {
    const nameEnd = stringEnd(part, 0) + 1;
    return [part.slice(0, nameEnd), part.slice(part.indexOf(':', nameEnd) + 1).trim()];
  });
}

/** A value on one line: within JSON's strings there are no line breaks. */
export function rawLine(text: string): string {
  return text.trim().replace(/\s*\n\s*/g, ' ');
}

function stringEnd(text: string, quote: number): number {
  for (let at = quote + 1; at < text.length; at++) {
    if (text[at] === '\\') at++;
    else if (text[at] === '"') return at;
  }
  return text.length;
}

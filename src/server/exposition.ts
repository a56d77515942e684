/** One value of a page in Prometheus' text format. */
export interface Sample {
  readonly name: string;
  /** What stands between the braces, as it is written: with its name it says which series it is. */
  readonly labelText: string;
  readonly value: number;
}

const NAME = /^[a-zA-Z_:][\w:.]*$/;
const LABEL = /(\w+)="((?:[^"\\]|\\.)*)"/g;

/** The samples of a page whose names `isWanted`. Subtle: a page has a thousand lines, so nothing else of one is looked at. */
export function samplesOf(text: string, isWanted: (name: string) => boolean): Sample[] {
  const samples: Sample[] = [];
  for (let start = 0; start < text.length; ) {
    const newline = text.indexOf('\n', start);
    const end = newline < 0 ? text.length : newline;
    if (text[start] !== '#') {
      const sample = sampleIn(text, start, end, isWanted);
      if (sample) samples.push(sample);
    }
    start = end + 1;
  }
  return samples;
}

function sampleIn(
  text: string,
  start: number,
  end: number,
  isWanted: (name: string) => boolean,
): Sample | undefined {
  let at = start;
  while (at < end && text[at] !== '{' && text[at] !== ' ') at++;
  const name = text.slice(start, at);
  if (at === end || !isWanted(name) || !NAME.test(name)) return undefined;
  const closing = text[at] === '{' ? text.lastIndexOf('}', end - 1) : at - 1;
  if (closing < at - 1) return undefined;
  const [value] = text
    .slice(closing + 1, end)
    .trim()
    .split(/\s+/);
  const labelText = text[at] === '{' ? text.slice(at + 1, closing) : '';
  return value ? { name, labelText, value: Number(value) } : undefined;
}

/** Values are as they are written, escapes and all. */
export function labelsOf(labelText: string): Readonly<Record<string, string>> {
  const pairs = [...labelText.matchAll(LABEL)].map(([, label, value]) => [label!, value!]);
  return Object.fromEntries(pairs);
}

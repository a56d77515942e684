/** One value of a page in Prometheus' text format. */
export interface Sample {
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly value: number;
}

const SAMPLE = /^([a-zA-Z_:][\w:]*)(?:\{(.*)\})? +(\S+)/;
const LABEL = /(\w+)="((?:[^"\\]|\\.)*)"/g;

/** The samples of a page whose names `isWanted`; label values as they are written, escapes and all. */
export function samplesOf(text: string, isWanted: (name: string) => boolean): Sample[] {
  return text.split('\n').flatMap((line) => {
    const [, name, labels = '', value] = SAMPLE.exec(line) ?? [];
    if (name === undefined || !isWanted(name)) return [];
    const pairs = [...labels.matchAll(LABEL)].map(([, label, of]) => [label!, of!]);
    return [{ name, labels: Object.fromEntries(pairs), value: Number(value) }];
  });
}

/** A label and what is said about it. */
export type Field = readonly [label: string, text: string];

const LABEL_WIDTH = 15;

/** A title over its text. */
export function section(title: string, text: string): string {
  return `${title}\n${text}`;
}

/** One line a field, the texts below each other. */
export function fields(list: readonly Field[]): string {
  return list.map(([label, text]) => `  ${label.padEnd(LABEL_WIDTH)} ${text}`.trimEnd()).join('\n');
}

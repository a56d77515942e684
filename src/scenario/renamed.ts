/** A field that scenarios have no more. */
export interface Renamed {
  /** Where it was. */
  readonly path: string;
  /** How the same is said now. */
  readonly now: string;
  /** A scenario that has the field, as it is written now: journals of older versions stay readable. */
  upgrade(scenario: Fields): Fields;
}

type Fields = Readonly<Record<string, unknown>>;

export const RENAMED: readonly Renamed[] = [
  {
    path: 'output.csv',
    now: 'output.exports: [{format: csv, file: …}]',
    upgrade(scenario) {
      const { csv: file, ...output } = scenario['output'] as Fields;
      return { ...scenario, output: { ...output, exports: [{ format: 'csv', file }] } };
    },
  },
];

export function renamedAt(path: string): Renamed | undefined {
  return RENAMED.find((row) => row.path === path);
}

/** The scenario of a journal, whatever version wrote it, in the fields of this one. */
export function upgraded(scenario: unknown): unknown {
  return RENAMED.reduce(
    (whole, { path, upgrade }) => (has(whole, path) ? upgrade(whole as Fields) : whole),
    scenario,
  );
}

function has(scenario: unknown, path: string): boolean {
  let value = scenario;
  for (const key of path.split('.')) value = (value as Fields | null | undefined)?.[key];
  return value !== undefined;
}

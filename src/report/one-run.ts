import { UsageError } from '../base/errors.ts';
import { isObject } from '../base/json.ts';
import type { Run } from '../record/run-folder.ts';
import { upgraded } from '../scenario/renamed.ts';

/** What processes may differ in that play one run together: where they are, and what is theirs of it. */
export const OWN_FIELDS: ReadonlySet<string> = new Set([
  'name',
  'population.partition',
  'population.workers',
  'output',
  'target.url',
  'target.headers',
  'target.ca',
  'target.insecure',
  'target.apiKeyEnv',
]);

/** Why several run folders cannot be taken together, and what can be done with them. */
const NOT_ONE =
  'expected the partitions of one run (--partition); runs are compared by reporting each: confab report DIR --json';

/**
 * Percentiles of two different runs taken together are of neither of them.
 * @throws UsageError naming the folders and what they differ in, unless they are partitions of one run.
 */
export function refuseStrangers(
  folders: readonly { readonly dir: string; readonly run: Run }[],
): void {
  const [first, ...others] = folders;
  for (const other of others) {
    const found = strangeness(first!.run, other.run);
    if (found === undefined) continue;
    throw new UsageError(`${first!.dir} and ${other.dir}: found ${found}; ${NOT_ONE}`);
  }
  const indexes = new Map<unknown, string>();
  for (const { dir, run } of folders.length > 1 ? folders : []) {
    const index = JSON.stringify(partition(run));
    const twin = indexes.get(index);
    if (twin !== undefined) {
      throw new UsageError(`${twin} and ${dir}: found the same partition in both; ${NOT_ONE}`);
    }
    indexes.set(index, dir);
  }
}

function strangeness(a: Run, b: Run): string | undefined {
  const [ours, theirs] = [a.parts[0]!.header, b.parts[0]!.header];
  const differing = [
    ...(['workloadDigest', 'clock'] as const).filter((field) => ours[field] !== theirs[field]),
    ...differences(upgraded(ours.scenario), upgraded(theirs.scenario)),
  ];
  if (differing.length > 0) return `different ${differing.slice(0, 5).join(', ')}`;
  const isWhole = partition(a) === undefined || partition(b) === undefined;
  return isWhole ? 'two runs that were played whole' : undefined;
}

function partition({ parts }: Run): unknown {
  const { population } = parts[0]!.header.scenario as { population?: { partition?: unknown } };
  return population?.partition;
}

/** Paths of all fields that are not alike. */
function differences(a: unknown, b: unknown, path = ''): string[] {
  if (OWN_FIELDS.has(path)) return path === 'population.partition' ? ofDifferences(a, b) : [];
  if (!isObject(a) || !isObject(b)) {
    return JSON.stringify(a) === JSON.stringify(b) ? [] : [path];
  }
  const names = [...new Set([...Object.keys(a), ...Object.keys(b)])];
  return names.flatMap((name) => differences(a[name], b[name], path ? `${path}.${name}` : name));
}

/** Shares of a half and of a third do not make a whole. */
function ofDifferences(a: unknown, b: unknown): string[] {
  const isAlike = isObject(a) && isObject(b) && a['of'] === b['of'];
  return isAlike || a === b ? [] : ['population.partition.of'];
}

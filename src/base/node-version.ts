/** The oldest Node that this program runs on; `engines` in package.json says the same. */
export const OLDEST_NODE = '20.18.1';

/** Why it does not run on this version of Node; undefined if it does. */
export function nodeProblem(found: string): string | undefined {
  if (compare(found, OLDEST_NODE) >= 0) return undefined;
  return 'confab needs Node.js ' + OLDEST_NODE + ' or newer; found ' + found;
}

/** Below zero if the first is older. */
function compare(one: string, other: string): number {
  const parts = numbers(one);
  const others = numbers(other);
  const at = others.findIndex((part, index) => part !== parts[index]);
  return at < 0 ? 0 : parts[at]! - others[at]!;
}

function numbers(version: string): number[] {
  return version.split('.').map((part) => Number.parseInt(part, 10));
}

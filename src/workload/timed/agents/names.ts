import { sha256 } from '../../files/digest.ts';

const DIGITS = 16;

/** Names such as `tool_0123456789abcdef`: a function of seed, kind and how many of the kind there were. */
export function nodeNames(seed: string | number): (kind: string) => string {
  const counts = new Map<string, number>();
  return (kind) => {
    const index = counts.get(kind) ?? 0;
    counts.set(kind, index + 1);
    return `${kind}_${sha256(`${seed}:${kind}:${index}`).slice(0, DIGITS)}`;
  };
}

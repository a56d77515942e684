/** What would be lost if the program broke down now. */
const rescues = new Set<() => string>();

/**
 * `rescue` is called if anything in this process throws what nobody catches: it keeps what it can, at once,
 * and says in one line where that is. Returns how to be rid of it, when there is nothing left to lose.
 */
export function onBreakdown(rescue: () => string): () => void {
  rescues.add(rescue);
  return () => rescues.delete(rescue);
}

/** Keeps what can be kept of a program that has broken down; returns what was said, one line each. */
export function breakDown(): string[] {
  return [...rescues].flatMap((rescue) => {
    rescues.delete(rescue);
    try {
      return [rescue()];
    } catch {
      return [];
    }
  });
}

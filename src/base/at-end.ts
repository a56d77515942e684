/** What is open for as long as the program runs: closed when it has done what it was asked. */
const closings: (() => Promise<void>)[] = [];

export function atEnd(close: () => Promise<void>): void {
  closings.push(close);
}

/** Closes what there is, last first. A program that is called again in the same process begins without. */
export async function closeAtEnd(): Promise<void> {
  while (closings.length > 0) await closings.pop()!();
}

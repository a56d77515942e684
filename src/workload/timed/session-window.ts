import { below, type Rng } from '../../base/random.ts';

/**
 * The next turn of any of the first `width` sessions that have one left; undefined when all have ended. At most
 * so many are under way at a time, and the next one begins where one has ended.
 */
export function sessionWindow<Turn>(
  sessions: readonly (readonly Turn[])[],
  width: number,
  rng: Rng,
): () => Turn | undefined {
  const open: { readonly turns: readonly Turn[]; next: number }[] = [];
  let begun = 0;
  return () => {
    while (open.length < width && begun < sessions.length) {
      open.push({ turns: sessions[begun++]!, next: 0 });
    }
    if (!open.length) return undefined;
    const at = below(rng, open.length);
    const session = open[at]!;
    const turn = session.turns[session.next++];
    if (session.next >= session.turns.length) open.splice(at, 1);
    return turn;
  };
}

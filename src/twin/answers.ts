import type { RunPart } from '../record/journal-reader.ts';
import type { Scenario } from '../scenario/schema.ts';
import type { Turn, Workload } from '../workload/conversation.ts';

/**
 * The workload with answers as long as those of a run, where its scenario does not force them to a length: how long a
 * model answers is no matter of how fast it is served. Turns that were not answered are as they were.
 */
export function answeredAs(
  workload: Workload,
  { conversation: { answer } }: Scenario,
  parts: readonly Pick<RunPart, 'records'>[],
): Workload {
  if (answer.force) return workload;
  const lengths = new Map<number, Map<number, number>>();
  const records = parts.flatMap((part) => part.records);
  for (const { status, userId, turn, outputTokens, tokensFrom } of records) {
    if (status !== 'ok' || !outputTokens || tokensFrom === 'local') continue;
    let ofUser = lengths.get(userId);
    if (!ofUser) lengths.set(userId, (ofUser = new Map()));
    ofUser.set(turn, outputTokens);
  }
  return {
    ...workload,
    conversation(userId) {
      const conversation = workload.conversation(userId);
      const ofUser = lengths.get(userId);
      if (!ofUser) return conversation;
      const { turns, firstAs } = conversation;
      const answered = (turn: Turn, place: number): Turn => {
        const tokens = ofUser.get(place);
        return tokens === undefined ? turn : { ...turn, maxTokens: tokens, minTokens: tokens };
      };
      return {
        ...conversation,
        turns: turns.map(answered),
        ...(firstAs && { firstAs: (place: number) => answered(firstAs(place), place) }),
      };
    },
  };
}

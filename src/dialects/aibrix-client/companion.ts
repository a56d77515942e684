import type { KeptText } from '../../export/aibrix.ts';
import type { Companion } from '../../play/companion.ts';
import { turnKey } from '../../record/turn-key.ts';
import type { Workload } from '../../workload/conversation.ts';

/**
 * Keeps texts and names of sessions for the records, until the run is over. Messages are shared by the
 * requests of a session, so that each is held once.
 */
export function aibrixClientCompanion(workload: Workload): Companion {
  const texts = new Map<number | string, Omit<KeptText, 'session'>>();
  const sessions = new Map<number, string | null>();
  const sessionOf = (userId: number): string | null => {
    const known = sessions.get(userId);
    if (known !== undefined) return known;
    const { isAnonymous, id } = workload.conversation(userId);
    const session = isAnonymous ? null : (id ?? String(userId));
    sessions.set(userId, session);
    return session;
  };
  return {
    record(record, said) {
      if (!said) return;
      const { messages, answer, content } = said();
      texts.set(turnKey(record), { messages, answer: content || answer });
    },
    textOf: (record) => ({ ...texts.get(turnKey(record)), session: sessionOf(record.userId) }),
  };
}

import type { Recorded, Said, Unusable } from '../chats/recorded.ts';

/** A question and its recorded answer. Token counts are the file's own, where it has them. */
export interface Exchange {
  readonly question: string;
  readonly answer: string;
  readonly questionTokens: number | undefined;
  readonly answerTokens: number | undefined;
}

/** One recorded conversation, as exchanges. */
export interface Item {
  readonly id: string;
  readonly system: string | undefined;
  readonly exchanges: readonly Exchange[];
  /** Its last message was a question, which is left out: nothing says how long its answer is to be. */
  readonly hasLastQuestion?: true;
  /** Its first message was an answer, which is left out. */
  readonly hadLeadingAnswer: boolean;
}

/** The exchanges of a conversation, or why there are none. */
export function parseItem(recorded: Recorded | Unusable): Item | Unusable {
  const texts = textOnly(recorded);
  return 'reason' in texts ? texts : inExchanges(texts.id, texts.said);
}

/** All that is said in it. */
export function textsOf({ system, exchanges }: Item): string[] {
  const said = exchanges.flatMap(({ question, answer }) => [question, answer]);
  return system ? [system, ...said] : said;
}

/** The conversation, if it is one of texts alone, without tools. */
export function textOnly(recorded: Recorded | Unusable): Recorded | Unusable {
  if ('reason' in recorded) return recorded;
  const { id, said, request } = recorded;
  if (request) {
    const names = Object.keys(request).join(', ');
    return unusable(id, names, `${names}: found; expected texts alone, without tools`);
  }
  const tool = said.findIndex(({ message }) => message.role === 'tool');
  if (tool >= 0) return unusable(id, 'unknown role', `message ${tool}: role "tool"`);
  const mute = said.findIndex(({ isText }) => !isText);
  return mute < 0 ? recorded : unusable(id, 'malformed', `message ${mute}: no text`);
}

/**
 * The conversation as its user sees it: without tools, what was asked of them and what they found. An answer that
 * a tool answers is not the user's.
 */
export function withoutTools(recorded: Recorded | Unusable): Recorded | Unusable {
  if ('reason' in recorded || !hasTools(recorded)) return recorded;
  const said = recorded.said.filter(({ message, isText }, i, { [i + 1]: next }) => {
    if (message.role === 'tool') return false;
    return message.role !== 'assistant' || (isText && next?.message.role !== 'tool');
  });
  return { ...recorded, said, request: undefined };
}

export function hasTools({ request, said }: Recorded): boolean {
  return request !== undefined || said.some(({ message }) => message.role === 'tool');
}

function inExchanges(id: string, said: readonly Said[]): Item | Unusable {
  const firstSaid = said.findIndex(({ message }) => message.role !== 'system');
  const systems = firstSaid < 0 ? said.length : firstSaid;
  const system = said.slice(0, systems).map(({ message }) => message.text);
  const hadLeadingAnswer = said[systems]?.message.role === 'assistant';
  const rest = said.slice(hadLeadingAnswer ? systems + 1 : systems);
  const turned = turnedAt(rest);
  if (turned >= 0) {
    return unusable(id, 'roles do not alternate', `message ${said.indexOf(rest[turned]!)}`);
  }
  const blank = rest.find(({ message }) => message.role === 'user' && !message.text.trim());
  if (blank) return unusable(id, 'empty question', `message ${said.indexOf(blank)}`);
  const exchanges = inPairs(rest);
  if (!exchanges.length) return unusable(id, 'no answered question', `${said.length} messages`);
  const hasLastQuestion = rest.length % 2 === 1;
  return {
    id,
    system: system.join('\n\n') || undefined,
    exchanges,
    ...(hasLastQuestion && { hasLastQuestion }),
    hadLeadingAnswer,
  };
}

/** The first message that is not said by who is to speak there: the user, and then by turns; -1: none. */
export function turnedAt(said: readonly Said[]): number {
  return said.findIndex(({ message }, i) => message.role !== (i % 2 ? 'assistant' : 'user'));
}

/** All but a last question. */
function inPairs(said: readonly Said[]): Exchange[] {
  return Array.from({ length: Math.floor(said.length / 2) }, (_, i) => {
    const [question, answer] = [said[2 * i]!, said[2 * i + 1]!];
    return {
      question: question.message.text,
      answer: answer.message.text,
      questionTokens: question.tokens,
      answerTokens: answer.tokens,
    };
  });
}

function unusable(id: string, reason: string, detail: string): Unusable {
  return { id, reason, detail };
}

import { ID_PART, type IdPart } from '../../scenario/request-id.ts';
import type { ChatRequest } from '../transport.ts';

const PARTS: Record<IdPart, (request: ChatRequest) => string | number> = {
  // The agents of a user ask at the same time, and an id must not be in use twice.
  conversation: ({ sessionId, userId, agent }) =>
    `${sessionId ?? userId}${agent ? `.${agent.id}` : ''}`,
  user: ({ userId }) => userId,
  agent: ({ agent }) => agent?.id ?? 0,
  turn: ({ turn }) => turn,
  attempt: ({ attempt = 1 }) => attempt,
};

const UNSENDABLE = /[^\x21-\x7e]/gu;

/** Names requests by a template of the scenario's. A conversation may be named in any script; an id is ASCII. */
export function requestIdWriter(template: string): (request: ChatRequest) => string {
  return (request) =>
    template
      .replace(ID_PART, (_, name: IdPart) => String(PARTS[name](request)))
      .replace(UNSENDABLE, (char) => escaped(char));
}

/** Half a character, which no URL can spell, is escaped as the sign for one that is missing. */
function escaped(char: string): string {
  return encodeURIComponent(Buffer.from(char).toString());
}

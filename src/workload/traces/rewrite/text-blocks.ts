import { createHash } from 'node:crypto';
import { UsageError } from '../../../base/errors.ts';
import type { Message, Role } from '../../message.ts';
import { loadTokenizer } from '../../tokenizer/tokenizer.ts';
import type { TraceEntry } from '../format.ts';

/** The same requests with counts and hash ids in the place of what was said. */
export interface Counting {
  /** As it is, if it has no texts. */
  counted(entry: TraceEntry): TraceEntry;
}

const ROLES: readonly Role[] = ['system', 'user', 'assistant', 'tool'];

/** What a session has said so far: each message once, whether its turns repeat it or not. */
interface Said {
  readonly messages: Message[];
  /** How many tokens there are up to the end of each. */
  readonly ends: number[];
  readonly tokens: number[];
  /** Of whole blocks. */
  readonly ids: number[];
}

interface Blocking {
  tokensOf(message: Message): number[];
  readonly blockTokens: number;
}

/**
 * Names the blocks of texts by all that is before them, in the order in which they come, so that inputs share
 * as many ids as they begin with the same blocks of tokens. Of a turn that says only what is new, the input is
 * known where the answers before it are; else its new tokens are counted, and have no ids.
 */
export async function openCounting(model: string, blockTokens: number): Promise<Counting> {
  const tokenizer = await loadTokenizer(model);
  const names = new Map<string, number>();
  const sessions = new Map<string, Said>();
  /** Those of which an answer is not known. */
  const broken = new Set<string>();
  /** Distinct for whoever says them. */
  const tokensOf = ({ role, text, fields }: Message): number[] => {
    const all = fields ? `${text}${JSON.stringify(fields)}` : text;
    return tokenizer.encode(all).map((token) => token * ROLES.length + ROLES.indexOf(role));
  };
  const blocking = { tokensOf, blockTokens };
  return {
    counted(entry) {
      const { messages, session, turn, isCumulative, answer, ...rest } = entry;
      if (!messages) return entry;
      const counts = answer && { outputTokens: tokensOf(answer).length };
      const isWhole = session === undefined || isCumulative || !turn;
      if (!isWhole && broken.has(session)) {
        const inputTokens = messages.flatMap(tokensOf).length;
        return { ...counts, ...rest, session, turn, isCumulative: false, inputTokens };
      }
      const said = (session !== undefined && sessions.get(session)) || nothing();
      const input = isWhole ? messages : [...said.messages, ...messages];
      say(said, input, blocking);
      const hashIds = namesOf(said, blockTokens, names);
      const inputTokens = said.tokens.length;
      if (!inputTokens) throw new UsageError('found a request without any token; expected texts');
      if (session !== undefined) {
        sessions.set(session, said);
        if (answer) say(said, [...input, answer], blocking);
        else broken.add(session);
      }
      const asTurn = session !== undefined && { session, turn, isCumulative: true };
      return { ...counts, ...rest, ...asTurn, inputTokens, hashIds };
    },
  };
}

function nothing(): Said {
  return { messages: [], ends: [], tokens: [], ids: [] };
}

/** Makes these messages what was said; those that are the same as before are not tokenized again. */
function say(said: Said, messages: readonly Message[], { tokensOf, blockTokens }: Blocking): void {
  const differ = messages.findIndex((message, i) => !isSame(message, said.messages[i]));
  const same = differ < 0 ? messages.length : differ;
  said.messages.length = same;
  said.ends.length = same;
  said.tokens.length = said.ends.at(-1) ?? 0;
  said.ids.length = Math.min(said.ids.length, Math.floor(said.tokens.length / blockTokens));
  for (const message of messages.slice(same)) {
    said.messages.push(message);
    for (const token of tokensOf(message)) said.tokens.push(token);
    said.ends.push(said.tokens.length);
  }
}

function isSame(a: Message, b: Message | undefined): boolean {
  return a === b || (b !== undefined && a.json.equals(b.json));
}

/** Of all blocks; those before the first that is new were named when they were said first. */
function namesOf({ tokens, ids }: Said, blockTokens: number, names: Map<string, number>): number[] {
  const whole = Math.floor(tokens.length / blockTokens);
  const nameAt = (block: number, before: number): number => {
    const own = tokens.slice(block * blockTokens, (block + 1) * blockTokens);
    const key = createHash('sha256')
      .update(`${before}:${own.join(' ')}`)
      .digest('base64');
    const known = names.get(key);
    if (known === undefined) names.set(key, names.size);
    return known ?? names.size - 1;
  };
  while (ids.length < whole) ids.push(nameAt(ids.length, ids.at(-1) ?? -1));
  const isPartial = whole * blockTokens < tokens.length;
  return isPartial ? [...ids, nameAt(whole, ids.at(-1) ?? -1)] : [...ids];
}

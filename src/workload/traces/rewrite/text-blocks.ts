import { createHash } from 'node:crypto';
import { UsageError } from '../../../base/errors.ts';
import type { Message, Role } from '../../message.ts';
import { loadTokenizer, type Tokenizer } from '../../tokenizer/tokenizer.ts';
import type { TraceEntry } from '../format.ts';

/** The same requests with counts and hash ids in the place of what was said. */
export interface Counting {
  /** As it is, if it has no texts. */
  counted(entry: TraceEntry): TraceEntry;
}

const ROLES: readonly Role[] = ['system', 'user', 'assistant', 'tool'];

/**
 * Names the blocks of texts by all that is before them, in the order in which they come, so that inputs share
 * as many ids as they begin with the same blocks of tokens. Of a turn that says only what is new, the input is
 * known where the answers before it are; else its new tokens are counted, and have no ids.
 */
export async function openCounting(model: string, blockTokens: number): Promise<Counting> {
  const tokenizer = await loadTokenizer(model);
  const names = new Map<string, number>();
  const said = new Map<string, readonly Message[] | undefined>();
  return {
    counted(entry) {
      const { messages, session, turn, isCumulative, answer, ...rest } = entry;
      if (!messages) return entry;
      const before = session === undefined || isCumulative ? [] : said.get(session);
      const isKnown = before !== undefined || !turn;
      const input = [...(before ?? []), ...messages];
      if (session !== undefined)
        said.set(session, isKnown && answer ? [...input, answer] : undefined);
      const tokens = input.flatMap((message) => tokensOf(message, tokenizer));
      if (!tokens.length) throw new UsageError('found a request without any token; expected texts');
      const counts = answer && { outputTokens: tokensOf(answer, tokenizer).length };
      return {
        ...counts,
        ...rest,
        ...(session !== undefined && { session, turn, isCumulative: isKnown }),
        inputTokens: tokens.length,
        ...(isKnown && { hashIds: namesOf(tokens, blockTokens, names) }),
      };
    },
  };
}

/** Distinct for whoever says them. */
function tokensOf({ role, text, fields }: Message, tokenizer: Tokenizer): number[] {
  const all = fields ? `${text}${JSON.stringify(fields)}` : text;
  return tokenizer.encode(all).map((token) => token * ROLES.length + ROLES.indexOf(role));
}

function namesOf(tokens: readonly number[], blockTokens: number, names: Map<string, number>) {
  const ids: number[] = [];
  for (let at = 0; at < tokens.length; at += blockTokens) {
    const block = `${ids.at(-1) ?? -1}:${tokens.slice(at, at + blockTokens).join(' ')}`;
    const key = createHash('sha256').update(block).digest('base64');
    const known = names.get(key);
    if (known === undefined) names.set(key, names.size);
    ids.push(known ?? names.size - 1);
  }
  return ids;
}

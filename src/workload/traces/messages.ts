import { UsageError } from '../../base/errors.ts';
import { parseRecorded } from '../chats/recorded.ts';
import type { Message } from '../message.ts';
import type { Fields } from './records.ts';

/** What is said in a request, and the fields that it has besides. */
export interface Spoken {
  readonly messages: readonly [Message, ...Message[]];
  readonly request?: Fields;
}

/**
 * OpenAI messages as they are written, with `system`, `tools` and their like beside them.
 * @param where `file: line 3`, for errors
 * @throws UsageError naming what cannot be said, and where in it.
 */
export function spoken(where: string, value: Fields & { readonly messages: unknown }): Spoken {
  const recorded = parseRecorded(value, 0);
  if ('reason' in recorded) throw new UsageError(`${where}: ${recorded.detail}`);
  const [first, ...others] = recorded.said.map(({ message }) => message);
  if (!first) throw new UsageError(`${where}: messages: found none; expected at least one`);
  const { request } = recorded;
  return { messages: [first, ...others], ...(request && { request }) };
}

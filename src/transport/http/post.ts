import type { Socket } from 'node:net';
import { ANSWER_BYTES_MAX, megabytes } from '../limits.ts';
import { clientMaker } from './client.ts';
import type { Page, ServerAccess } from './get.ts';
import { headerWriter, OWN_HEADERS } from './headers.ts';

export interface Posting {
  /** Gives the request up: the connection is closed, and what had come of the answer is returned. */
  readonly signal?: AbortSignal | undefined;
  /** Every piece of the answer as it is read. */
  readonly onText?: ((text: string) => void) | undefined;
}

/** What came; `isGivenUp`: until the caller gave it up. */
export type Posted = Page & { readonly isGivenUp: boolean };

/**
 * Posts JSON to paths of one origin, each over a connection of its own: for requests that are no run's, whose whole
 * answer is looked at. Rejects if there was no whole answer in `secMax` seconds.
 */
export function poster(
  origin: string,
  { headers, apiKey, apiKeyHeader, ...route }: ServerAccess,
  secMax: number,
): (path: string, json: string, posting?: Posting) => Promise<Posted> {
  const access = { headers, sessionHeaders: [], apiKey, apiKeyHeader };
  const own = { ...OWN_HEADERS, 'content-type': 'application/json' };
  const writeHeaders = headerWriter(access, own);
  const makeClient = clientMaker(origin, route);
  return async (path, json, { signal, onText } = {}) => {
    const sockets: Socket[] = [];
    const client = makeClient((socket) => void sockets.push(socket));
    const deadline = AbortSignal.timeout(secMax * 1000);
    const either = signal ? AbortSignal.any([deadline, signal]) : deadline;
    let status = 0;
    let text = '';
    try {
      const { statusCode, body } = await client.request({
        ...{ origin, path, method: 'POST', headers: writeHeaders({}), body: json, signal: either },
      });
      status = statusCode;
      const decoder = new TextDecoder();
      for await (const piece of body as AsyncIterable<Buffer>) {
        const more = decoder.decode(piece, { stream: true });
        text += more;
        if (text.length > ANSWER_BYTES_MAX) {
          throw new Error(`an answer of more than ${megabytes(ANSWER_BYTES_MAX)}`);
        }
        onText?.(more);
      }
      return { status, text, location: undefined, isGivenUp: false };
    } catch (error) {
      if (signal?.aborted) return { status, text, location: undefined, isGivenUp: true };
      if (deadline.aborted) throw new Error(`no whole answer within ${secMax} s`);
      throw error;
    } finally {
      for (const socket of sockets) socket.destroy();
      await client.destroy();
    }
  };
}

import type { Socket } from 'node:net';
import type { Scenario } from '../../scenario/schema.ts';
import { ANSWER_BYTES_MAX, megabytes } from '../limits.ts';
import { clientMaker, type Route } from './client.ts';
import { headerWriter, OWN_HEADERS } from './headers.ts';

/** What it takes to ask a server for something besides answers. */
export type ServerAccess = Pick<
  Scenario['target'],
  'url' | 'headers' | 'apiKeyHeader' | 'ca' | 'insecure'
> &
  Pick<Route, 'proxy' | 'certFile'> & { readonly apiKey: string | undefined };

export interface Page {
  readonly status: number;
  readonly text: string;
  /** Where it redirects to. */
  readonly location: string | undefined;
}

/** Connecting, waiting and the whole page take no longer: a server that takes longer is taken for absent. */
const PAGE_SEC_MAX = 10;

/**
 * Gets paths from one origin, or posts nothing or JSON to them, each over a connection of its own. Rejects if there
 * was no whole response in time.
 */
export function getter(
  origin: string,
  { headers, apiKey, apiKeyHeader, ...route }: ServerAccess,
  secMax = PAGE_SEC_MAX,
): (path: string, method?: 'GET' | 'POST', json?: string) => Promise<Page> {
  const access = { headers, sessionHeaders: [], apiKey, apiKeyHeader };
  const writeHeaders = headerWriter(access, OWN_HEADERS);
  const makeClient = clientMaker(origin, route);
  return async (path, method = 'GET', json) => {
    const sockets: Socket[] = [];
    const client = makeClient((socket) => void sockets.push(socket));
    const deadline = AbortSignal.timeout(secMax * 1000);
    try {
      const { statusCode, headers, body } = await client.request({
        origin,
        path,
        method,
        headers: writeHeaders({
          ...(json !== undefined && { headers: { 'content-type': 'application/json' } }),
        }),
        ...(json !== undefined && { body: json }),
        signal: deadline,
      });
      const location = headers['location']?.toString();
      return { status: statusCode, text: await textOf(body), location };
    } catch (error) {
      if (deadline.aborted) throw new Error(`no whole response within ${secMax} s`);
      throw error;
    } finally {
      // Also one that is still being opened.
      for (const socket of sockets) socket.destroy();
      await client.destroy();
    }
  };
}

async function textOf(body: AsyncIterable<Buffer>): Promise<string> {
  const pieces: Buffer[] = [];
  let byteCount = 0;
  for await (const piece of body) {
    byteCount += piece.length;
    if (byteCount > ANSWER_BYTES_MAX) {
      throw new Error(`a page of more than ${megabytes(ANSWER_BYTES_MAX)}`);
    }
    pieces.push(piece);
  }
  return Buffer.concat(pieces).toString();
}

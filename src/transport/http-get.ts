import { Client } from 'undici';
import type { Scenario } from '../scenario/schema.ts';
import { type Connect, connector } from './http-connector.ts';
import { headerWriter } from './http-headers.ts';

/** What it takes to ask a server for something besides answers. */
export type ServerAccess = Pick<Scenario['target'], 'url' | 'headers' | 'ca' | 'insecure'> & {
  readonly apiKey: string | undefined;
};

export interface Page {
  readonly status: number;
  readonly text: string;
}

/** A server that is silent for so long is taken for absent. */
const SILENCE_MS_MAX = 10_000;

/** Gets paths from one origin, each over a connection of its own. Rejects only if there was no response. */
export function getter(
  origin: string,
  { headers, apiKey, ...trust }: ServerAccess,
): (path: string) => Promise<Page> {
  const writeHeaders = headerWriter({ headers, sessionHeaders: [], apiKey }, {});
  const connect = impatient(connector(trust));
  return async (path) => {
    const client = new Client(origin, { connect, headersTimeout: 0, bodyTimeout: 0 });
    try {
      const { statusCode, body } = await client.request({
        path,
        method: 'GET',
        headers: writeHeaders(''),
      });
      return { status: statusCode, text: await body.text() };
    } finally {
      await client.destroy();
    }
  };
}

/** Covers connecting, waiting and reading alike. */
function impatient(connect: Connect): Connect {
  return (to, callback) => {
    const socket = connect(to, callback);
    return socket.setTimeout(SILENCE_MS_MAX, () => {
      socket.destroy(new Error(`silent for ${SILENCE_MS_MAX / 1000} s`));
    });
  };
}

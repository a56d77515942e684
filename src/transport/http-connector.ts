import { X509Certificate } from 'node:crypto';
import { connect as connectTcp, isIP, type Socket } from 'node:net';
import { connect as connectTls, createSecureContext, type SecureContext } from 'node:tls';
import type { buildConnector } from 'undici';
import { errorText, UsageError } from '../base/errors.ts';
import { readBytes } from '../base/read-text.ts';

/** Whom to trust behind https. */
export interface Trust {
  /** PEM file of a certificate authority, in place of the usual ones. */
  readonly ca?: string | undefined;
  readonly insecure: boolean;
}

/** Opens a socket; undici's callback gets it when it is connected and secured, or learns why not. */
export type Connect = (to: buildConnector.Options, callback: buildConnector.Callback) => Socket;

/** As undici's own connector has it. */
const TCP_KEEP_ALIVE_MS = 60_000;
const READ_BYTES = 64 * 1024;

/** @throws UsageError if the certificate authority cannot be read. */
export function connector(trust: Trust): Connect {
  const secureContext = readAuthority(trust.ca);
  let session: Buffer | undefined;
  return ({ protocol, hostname, port }, callback) => {
    const isTls = protocol === 'https:';
    const to = {
      host: hostname,
      port: Number(port) || (isTls ? 443 : 80),
      highWaterMark: READ_BYTES,
    };
    const socket = isTls
      ? connectTls({
          ...to,
          servername: isIP(hostname) ? '' : hostname,
          rejectUnauthorized: !trust.insecure,
          ALPNProtocols: ['http/1.1'],
          secureContext,
          session,
        })
      : connectTcp(to);
    socket.on('session', (latest: Buffer) => {
      session = latest;
    });
    socket.setNoDelay(true).setKeepAlive(true, TCP_KEEP_ALIVE_MS);
    let isSettled = false;
    const settle = (...outcome: Parameters<typeof callback>): void => {
      if (!isSettled) callback(...outcome);
      isSettled = true;
    };
    socket
      .once(isTls ? 'secureConnect' : 'connect', () => settle(null, socket))
      // Stays for good: an error after that is undici's to handle, but must never be nobody's.
      .on('error', (error) => settle(error, null));
    return socket;
  };
}

function readAuthority(file: string | undefined): SecureContext | undefined {
  if (file === undefined) return undefined;
  try {
    const ca = readBytes(file, { what: 'certificate' });
    // createSecureContext does not mind a file without a certificate in it; this throws.
    new X509Certificate(ca);
    return createSecureContext({ ca });
  } catch (error) {
    throw new UsageError(`target.ca: found ${file}; expected a PEM file: ${errorText(error)}`);
  }
}

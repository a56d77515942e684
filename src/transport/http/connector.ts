import { X509Certificate } from 'node:crypto';
import { connect as connectTcp, isIP, type OnReadOpts, type Socket } from 'node:net';
import { connect as connectTls, createSecureContext, type SecureContext } from 'node:tls';
import type { buildConnector } from 'undici';
import { errorText, UsageError } from '../../base/errors.ts';
import { readBytes } from '../../base/read-text.ts';

/** Whom to trust behind https. */
export interface Trust {
  /** PEM file of a certificate authority, in place of the usual ones. */
  readonly ca?: string | undefined;
  /** The same where none is given, as SSL_CERT_FILE names it: of all that are trusted. */
  readonly certFile?: string | undefined;
  readonly insecure: boolean;
}

/** Opens a socket; undici's callback gets it when it is connected and secured, or learns why not. */
export type Connect = (to: buildConnector.Options, callback: buildConnector.Callback) => Socket;

/** As undici's own connector has it. */
const TCP_KEEP_ALIVE_MS = 60_000;
const READ_BYTES = 64 * 1024;

/**
 * `onread` takes what is read from every socket.
 * @throws UsageError if the certificate authority cannot be read.
 */
export function connector(trust: Trust, onread?: OnReadOpts): Connect {
  const secureContext = secureContextOf(trust);
  let session: Buffer | undefined;
  return ({ protocol, hostname, port }, callback) => {
    const isTls = protocol === 'https:';
    const to = {
      host: hostname,
      port: Number(port) || (isTls ? 443 : 80),
      ...(onread ? { onread } : { highWaterMark: READ_BYTES }),
    };
    const socket = isTls
      ? connectTls({
          ...to,
          servername: isIP(hostname) ? '' : hostname,
          rejectUnauthorized: !trust.insecure,
          ALPNProtocols: ['http/1.1'],
          secureContext: secureContext(),
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

/**
 * What TLS trusts in place of the usual authorities; undefined: those. The file is looked at now; a bundle of all
 * authorities takes some 50 ms to take in, so that is done where TLS is spoken, and once.
 */
export function secureContextOf(trust: Trust): () => SecureContext | undefined {
  const ca = authorityOf(trust);
  let context: SecureContext | undefined;
  return () => {
    context ??= ca && createSecureContext({ ca });
    return context;
  };
}

function authorityOf({ ca: given, certFile }: Trust): Buffer | undefined {
  const [name, file] = given === undefined ? ['SSL_CERT_FILE', certFile] : ['target.ca', given];
  if (file === undefined) return undefined;
  try {
    const ca = readBytes(file, { what: 'certificate' });
    // createSecureContext does not mind a file without a certificate in it; this throws.
    new X509Certificate(ca);
    return ca;
  } catch (error) {
    throw new UsageError(`${name}: found ${file}; expected a PEM file: ${errorText(error)}`);
  }
}

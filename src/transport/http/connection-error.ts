import { errorText } from '../../base/errors.ts';

/** What this machine has run out of, by the system's code, and what to do about it. */
const EXHAUSTED: Readonly<Record<string, string>> = {
  EMFILE: 'file descriptors of this process; raise their limit (ulimit -n)',
  ENFILE: 'file descriptors of this machine; raise fs.file-max',
  EADDRNOTAVAIL:
    'local addresses and ports; widen net.ipv4.ip_local_port_range, or take several machines',
  EADDRINUSE: 'local ports; widen net.ipv4.ip_local_port_range, or take several machines',
  ENOMEM: 'memory',
  ENOBUFS: 'buffers for sockets',
  ERR_MEMORY_ALLOCATION_FAILED: 'memory',
};

const AUTHORITY = 'name its certificate authority with --ca, or do not verify with --insecure';
/** What to do about errors of TLS, by the code that OpenSSL and Node give them. */
const TLS: readonly (readonly [code: RegExp, advice: string])[] = [
  [/SELF_SIGNED|UNABLE_TO_|CERT_UNTRUSTED|CERT_SIGNATURE|INVALID_CA/, AUTHORITY],
  [/CERT_|CERTIFICATE/, 'do not verify the certificate with --insecure'],
  [/WRONG_VERSION_NUMBER|PACKET_LENGTH|HTTP_REQUEST/, 'is it a server without TLS, http://?'],
];

/** Every code in an error, in its causes, and in the errors that it gathers. */
function codesOf(error: unknown, depth = 0): string[] {
  if (!(error instanceof Error) || depth > 4) return [];
  const { code, cause, errors } = error as Error & { code?: unknown; errors?: unknown };
  const inner = [...(Array.isArray(errors) ? errors : []), cause].flatMap((one) =>
    codesOf(one, depth + 1),
  );
  // A gathering error has the code of the first that it gathered.
  return inner.length ? inner : typeof code === 'string' ? [code] : [];
}

/** This machine's part in a failed connection: what it has run out of; undefined: it has not. */
export function exhaustionOf(error: unknown): string | undefined {
  const codes = codesOf(error);
  const isOurs = codes.length > 0 && codes.every((code) => Object.hasOwn(EXHAUSTED, code));
  return isOurs ? `this client ran out of ${EXHAUSTED[codes[0]!]} (${codes[0]})` : undefined;
}

/** An error of a connection in words, with what can be done about it. */
export function connectionErrorText(error: unknown): string {
  const own = exhaustionOf(error);
  if (own !== undefined) return own;
  const text = errorText(error);
  const codes = [...codesOf(error), text];
  const advice = TLS.find(([code]) => codes.some((one) => code.test(one)))?.[1];
  return advice === undefined ? text : `${text}; ${advice}`;
}

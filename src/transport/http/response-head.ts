import type { ResponseHeaders } from './response-headers.ts';
import { retryAfterMs } from './retry-after.ts';

/** What the head of a response says about what follows. */
export interface ResponseHead {
  readonly httpStatus: number;
  /** The server means to keep the connection. */
  readonly staysOpen: boolean;
  /** Where it redirects to. */
  readonly location: string | undefined;
  /** How the body is compressed; undefined: it is not, as was asked for. */
  readonly coding: string | undefined;
  /** How long the server asks to be left alone. */
  readonly retryAfterMs: number | undefined;
}

/** @param nowEpochMs Unix time in milliseconds. */
export function readHead(
  httpStatus: number,
  headers: ResponseHeaders,
  nowEpochMs: number,
): ResponseHead {
  return {
    httpStatus,
    staysOpen: !/\bclose\b/i.test(String(headers['connection'] ?? '')),
    location: headers['location']?.toString(),
    coding: codingOf(headers),
    retryAfterMs: httpStatus >= 300 ? retryAfterMs(headers, nowEpochMs) : undefined,
  };
}

function codingOf(headers: ResponseHeaders): string | undefined {
  const { 'content-encoding': content, 'transfer-encoding': transfer } = headers;
  // As nearly all answers come.
  if (content === undefined && (transfer === undefined || transfer === 'chunked')) return undefined;
  const named = [content, transfer].flat();
  const codings = named.flatMap((value) => (value ?? '').split(','));
  const others = codings
    .map((coding) => coding.trim().toLowerCase())
    .filter((coding) => !['', 'identity', 'chunked'].includes(coding));
  return others.length ? others.join(', ') : undefined;
}

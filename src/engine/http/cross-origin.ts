import type { IncomingMessage, ServerResponse } from 'node:http';

/** vLLM lets pages of every origin ask, with every method and header, and says so. */
export function allowOrigin({ headers }: IncomingMessage, res: ServerResponse): void {
  res.setHeader('server', 'confab');
  res.setHeader('vary', 'Origin');
  if (headers.origin !== undefined) res.setHeader('access-control-allow-origin', '*');
}

/** Answers a browser that asks whether it may ask; false: this is another request. */
export function preflight({ method, headers }: IncomingMessage, res: ServerResponse): boolean {
  if (method !== 'OPTIONS' || headers.origin === undefined) return false;
  if (headers['access-control-request-method'] === undefined) return false;
  const asked = headers['access-control-request-headers'];
  res.writeHead(200, {
    'access-control-allow-methods': 'DELETE, GET, HEAD, OPTIONS, PATCH, POST, PUT',
    'access-control-max-age': '600',
    ...(asked !== undefined && { 'access-control-allow-headers': asked }),
    'content-type': 'text/plain; charset=utf-8',
  });
  res.end('OK');
  return true;
}

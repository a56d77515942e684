import type { IncomingMessage } from 'node:http';
import { errorText } from '../../base/errors.ts';
import { badRequest, type EngineError } from '../request-error.ts';

const BODY_BYTES_MAX = 256 * 2 ** 20;

/** The parsed body of a request; undefined if the client went away before it was complete. */
export async function readJsonBody(
  req: IncomingMessage,
): Promise<{ readonly json: unknown } | { readonly error: EngineError } | undefined> {
  const body = await readBody(req);
  if (body === 'aborted') return undefined;
  if (body === 'too large') return { error: tooLarge() };
  try {
    return { json: JSON.parse(body.toString()) };
  } catch (error) {
    return { error: badRequest(`The body is not JSON: ${errorText(error)}`) };
  }
}

function tooLarge(): EngineError {
  const message = `The body is longer than ${BODY_BYTES_MAX} bytes.`;
  return { message, type: 'BadRequestError', param: null, code: 413 };
}

function readBody(req: IncomingMessage): Promise<Buffer | 'aborted' | 'too large'> {
  return new Promise((resolve) => {
    const chunks: Buffer[] = [];
    let bytes = 0;
    req.on('data', (chunk: Buffer) => {
      bytes += chunk.length;
      if (bytes > BODY_BYTES_MAX) resolve('too large');
      else chunks.push(chunk);
    });
    req.on('end', () => resolve(Buffer.concat(chunks)));
    req.on('close', () => resolve('aborted'));
  });
}

import type { IncomingMessage } from 'node:http';
import { badRequest, type EngineError } from '../request-error.ts';
import { jsonFault } from './fields/json-error.ts';
import { noJsonError, validationError } from './fields/validation.ts';

const BODY_BYTES_MAX = 256 * 2 ** 20;

/** The parsed body of a request; undefined if the client went away before it was complete. */
export async function readJsonBody(
  req: IncomingMessage,
): Promise<{ readonly json: unknown } | { readonly error: EngineError } | undefined> {
  const body = await readBody(req);
  if (body === 'aborted') return undefined;
  if (body === 'too large') return { error: tooLarge() };
  if (!isJsonType(req.headers['content-type'])) return { error: noJsonError() };
  if (body.length === 0) return { error: noBody() };
  const text = body.toString();
  try {
    return { json: JSON.parse(text) };
  } catch {
    return { error: faultError(text) };
  }
}

function isJsonType(type = ''): boolean {
  return type.split(';', 1)[0]!.trim().toLowerCase() === 'application/json';
}

function faultError(text: string): EngineError {
  // Python takes NaN and Infinity for numbers; here they are none.
  const { at, msg: error } = jsonFault(text) ?? { at: 0, msg: 'Expecting value' };
  const [type, msg] = ['json_invalid', 'JSON decode error'];
  return validationError([{ type, loc: `body.${at}`, msg, input: {}, ctx: { error } }]);
}

function noBody(): EngineError {
  return validationError([{ type: 'missing', loc: 'body', msg: 'Field required', input: null }]);
}

function tooLarge(): EngineError {
  return { ...badRequest(`The body is longer than ${BODY_BYTES_MAX} bytes.`), code: 413 };
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

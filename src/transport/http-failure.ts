import { errorText } from '../base/errors.ts';
import { isObject, parsedJson } from '../base/json.ts';
import { oneLine, serverError } from './openai.ts';
import type { Failure } from './transport.ts';

/** How far a request had come when its connection failed. */
export type Stage = 'connecting' | 'waiting' | 'answering';

const CLOSED = {
  waiting: 'connection closed before the response',
  answering: 'connection closed in the middle of the response',
} as const;

/** What the death of a connection means. `httpStatus` is that of the response line, if one was read. */
export function connectionFailure(
  error: Error,
  { stage, origin, httpStatus }: { stage: Stage; origin: string; httpStatus: number | undefined },
): Failure {
  const cause = oneLine(errorText(error));
  if (stage === 'connecting') {
    return { status: 'connect', message: `cannot connect to ${origin}: ${cause}` };
  }
  const message = isGarbage(error) ? cause : `${CLOSED[stage]}: ${cause}`;
  return { status: 'protocol', message, ...(httpStatus === undefined ? {} : { httpStatus }) };
}

/** Whether undici's parser gave up over what was sent, and not because it ended. */
function isGarbage({ name, message }: Error): boolean {
  return name === 'HTTPParserError' && !message.includes('EOF');
}

/** Whether an error is the end of a socket, and not something that the server said. */
export function isSocketEnd(error: Error & { code?: string }): boolean {
  return ['ECONNRESET', 'EPIPE', 'UND_ERR_SOCKET'].includes(error.code ?? '');
}

/** Error pages are short; a server that sends more than this says nothing more in it. */
const REFUSAL_BYTES_MAX = 64 * 1024;

/** A response other than 2xx, as its body comes in. */
export class Refusal {
  readonly #httpStatus: number;
  readonly #location: string | undefined;
  readonly #pieces: Buffer[] = [];
  #byteCount = 0;

  constructor(httpStatus: number, location: string | undefined) {
    this.#httpStatus = httpStatus;
    this.#location = location;
  }

  feed(bytes: Buffer): void {
    this.#pieces.push(bytes);
    this.#byteCount += bytes.length;
  }

  get isFull(): boolean {
    return this.#byteCount >= REFUSAL_BYTES_MAX;
  }

  get failure(): Failure {
    const body = Buffer.concat(this.#pieces).toString('utf8', 0, REFUSAL_BYTES_MAX);
    const message = this.#redirect ?? (said(body) || `HTTP ${this.#httpStatus} without a message`);
    return { status: 'http', httpStatus: this.#httpStatus, message };
  }

  get #redirect(): string | undefined {
    const isRedirect = this.#httpStatus < 400 && this.#location !== undefined;
    return isRedirect ? oneLine(`redirects to ${this.#location}`) : undefined;
  }
}

/** The server's reason in one line, from OpenAI's error object, FastAPI's detail, a web page or plain text. */
function said(body: string): string {
  const json = parsedJson(body);
  if (isObject(json)) {
    const { detail, message } = json;
    const other = detail ?? message;
    const text = typeof other === 'string' ? other : JSON.stringify(other ?? json);
    return serverError(json) ?? oneLine(text);
  }
  const isPage = /^\s*</.test(body);
  const text = isPage ? (/<title>([^<]*)/i.exec(body)?.[1] ?? body.replace(/<[^>]*>/g, ' ')) : body;
  const firstLine = text.split(/[\r\n]/).find((line) => line.trim() !== '');
  return oneLine(firstLine ?? '');
}

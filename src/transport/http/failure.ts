import { parsedJson } from '../../base/json.ts';
import { complaintOf, remarkOf } from '../answer/complaint.ts';
import { jsonText } from '../json.ts';
import type { Failure } from '../transport.ts';
import type { Wording } from '../wording.ts';
import { connectionErrorText, exhaustionOf } from './connection-error.ts';
import type { ResponseHead } from './response-head.ts';

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
  const cause = connectionErrorText(error);
  if (exhaustionOf(error) !== undefined) return { status: 'client', message: cause };
  if (stage === 'connecting') {
    return { status: 'connect', message: `cannot connect to ${origin}: ${cause}` };
  }
  const message = garbageText(error) ?? `${CLOSED[stage]}: ${cause}`;
  return { status: 'protocol', message, ...(httpStatus === undefined ? {} : { httpStatus }) };
}

/** Where undici gave up over what was sent, and not because it ended. */
function garbageText({ name, message }: Error): string | undefined {
  if (message === 'bad upgrade') return 'the server answered with 101, a protocol nobody asked for';
  if (name === 'HeadersOverflowError') return 'the head of the response is too long';
  if (name === 'AssertionError') return 'Response does not match the HTTP/1.1 protocol';
  return name === 'HTTPParserError' && !message.includes('EOF') ? message : undefined;
}

/** Error pages are short; a server that sends more than this says nothing more in it. */
const REFUSAL_BYTES_MAX = 64 * 1024;

/** A response other than 2xx, as its body comes in. */
export class Refusal {
  readonly #head: ResponseHead;
  readonly #says: Wording;
  readonly #pieces: Buffer[] = [];
  #byteCount = 0;

  constructor(head: ResponseHead, says: Wording) {
    this.#head = head;
    this.#says = says;
  }

  feed(bytes: Buffer): void {
    this.#pieces.push(bytes);
    this.#byteCount += bytes.length;
  }

  get isFull(): boolean {
    return this.#byteCount >= REFUSAL_BYTES_MAX;
  }

  get failure(): Failure {
    const { httpStatus, retryAfterMs } = this.#head;
    const body = Buffer.concat(this.#pieces).toString('utf8', 0, REFUSAL_BYTES_MAX);
    return {
      status: 'http',
      httpStatus,
      message: this.#says(refusalText({ ...this.#head, body })),
      ...(retryAfterMs !== undefined && { retryAfterMs }),
    };
  }
}

/** What a response other than 2xx says, as it came: where to, or why. */
export function refusalText(
  refusal: Omit<ResponseHead, 'staysOpen' | 'retryAfterMs'> & { readonly body: string },
): string {
  const { httpStatus, location, coding, body } = refusal;
  if (httpStatus < 400 && location !== undefined) return `redirects to ${location}`;
  if (coding !== undefined) return `HTTP ${httpStatus}, its body compressed (${coding})`;
  return said(body) || `HTTP ${httpStatus} without a message`;
}

/** The server's reason, from OpenAI's error object, FastAPI's detail, a web page or plain text. */
function said(body: string): string {
  const json = parsedJson(body);
  if (typeof json === 'object' && json !== null) {
    return complaintOf(json) ?? remarkOf(json) ?? jsonText(json);
  }
  const isPage = /^\s*</.test(body);
  const text = isPage ? (/<title>([^<]*)/i.exec(body)?.[1] ?? body.replace(/<[^>]*>/g, ' ')) : body;
  return text.split(/[\r\n]/).find((line) => line.trim() !== '') ?? '';
}

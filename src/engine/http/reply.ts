import type { ServerResponse } from 'node:http';
import type { FaultyObserver } from '../faults/faulty-submit.ts';
import { reasoningParser, type TokenKind } from '../prompt/thinking.ts';
import { type EngineError, errorJson, serverError } from '../request-error.ts';
import type { EngineEnd } from '../serving.ts';
import type { ApiRequest } from './api.ts';
import type { TokenLogprob } from './logprobs.ts';
import type { ResponseFormat } from './response-format.ts';
import type { Told } from './told.ts';

/** The observer of the answer of every choice. */
export type Reply = (choice: number) => FaultyObserver;

export interface ReplyOptions {
  readonly request: ApiRequest;
  readonly format: ResponseFormat;
  /** Where they are asked for. */
  readonly logprobOf: ((id: number, text: string) => TokenLogprob) | undefined;
  /** How a client knows a token. */
  idOf(id: number): number;
  /** The text of a prompt, template included. */
  textOf(tokens: Int32Array): string;
  /** The tokens of a prompt apart, for what is said of each. */
  piecesOf(tokens: Int32Array): readonly string[];
  /** `first`: the choice that said something first. Fields that are undefined are not sent. */
  toldAt(ends: readonly EngineEnd[], first: number): Told;
  /** No choice is waited for any more. */
  onOver(): void;
}

export const NOT_JSON = '{"id": chatcmpl\u0000';
export const INJECTED = serverError('injected fault', 500);

/** Only chats are parsed: completions send the marks of reasoning as text. */
export function kindsOf({ api }: ApiRequest): (id: number) => TokenKind {
  return api === 'chat' ? reasoningParser() : () => 'content';
}

/** The choices that have not ended yet. */
export class Choices {
  readonly #ends: (EngineEnd | undefined)[];
  readonly #onOver: () => void;
  #left: number;
  /** The choice that said something first. */
  first = -1;
  /** By an error, or by a break: the others say no more. */
  isOver = false;

  constructor({ request: { engineRequests }, onOver }: Pick<ReplyOptions, 'request' | 'onOver'>) {
    this.#onOver = onOver;
    this.#left = engineRequests.length;
    this.#ends = new Array<EngineEnd | undefined>(this.#left);
  }

  /** The last thing that is said of the request, unless something else was. */
  close(last: () => void): void {
    if (this.isOver) return;
    this.isOver = true;
    last();
    this.#onOver();
  }

  /** All ends, when this is the last one. */
  end(choice: number, end: EngineEnd): readonly EngineEnd[] | undefined {
    this.#ends[choice] = end;
    return --this.#left === 0 ? (this.#ends as EngineEnd[]) : undefined;
  }
}

/** The prompt of a choice. */
export function promptOf({ prompts, n }: ApiRequest, choice: number) {
  return prompts[Math.floor(choice / n)]!;
}

export function sendJson(res: ServerResponse, status: number, json: string): void {
  const body = Buffer.from(json);
  res.writeHead(status, { 'content-length': body.length, 'content-type': 'application/json' });
  res.end(body);
}

export function sendError(res: ServerResponse, error: EngineError): void {
  sendJson(res, error.code, errorJson(error));
}

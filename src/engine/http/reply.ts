import type { ServerResponse } from 'node:http';
import type { BreakKind } from '../faults/fault-kinds.ts';
import type { FaultyObserver } from '../faults/faulty-submit.ts';
import { reasoningParser, type TokenKind } from '../prompt/thinking.ts';
import { type EngineError, errorJson, serverError } from '../request-error.ts';
import type { EngineEnd } from '../serving.ts';
import { doneEvent, type ResponseFormat } from './response-format.ts';
import type { Told } from './told.ts';

export interface ReplyOptions {
  readonly format: ResponseFormat;
  readonly withTokenIds: boolean;
  /** Fields that are undefined are not sent. */
  toldAt(end: EngineEnd): Told;
}

const NOT_JSON = '{"id": chatcmpl\u0000';
const INJECTED = serverError('injected fault', 500);

/** Writes tokens as server-sent events: one write a token. The head is sent when the request is queued. */
export function streamReply(res: ServerResponse, options: ReplyOptions): FaultyObserver {
  const { format, withTokenIds, toldAt } = options;
  const { before, after, close } = format;
  const kindOf = kindsIn(format);
  /** Of marks of reasoning, which have no chunk of their own. */
  let idsBefore = '';
  let opening = format.first;
  let fields = format.firstFields;
  return {
    onQueued() {
      res.writeHead(200, { 'content-type': 'text/event-stream; charset=utf-8' });
      res.flushHeaders();
    },
    onToken(id, text) {
      const kind = kindOf(id);
      if (kind === 'mark') {
        idsBefore += `${id},`;
        return;
      }
      const delta = kind === 'reasoning' ? format.reasoning!(text) : before + JSON.stringify(text);
      const ids = withTokenIds ? `,"token_ids":[${idsBefore}${id}]${fields}` : '';
      res.write(opening + delta + after + ids + close);
      idsBefore = '';
      opening = '';
      fields = '';
    },
    onEnd(end) {
      res.end(opening + format.finish(end.finishReason) + closingEvents(format, toldAt(end)));
    },
    onError: (error) => sendError(res, error),
    onBreak(kind) {
      if (kind === 'reset') res.socket?.resetAndDestroy();
      if (kind === 'garbage') res.end(`data: ${NOT_JSON}\n\n`);
      if (kind === 'truncate') res.end();
      if (kind === 'error-event') res.end(`data: ${errorJson(INJECTED)}\n\n${doneEvent}`);
    },
  };
}

/** As SGLang has it, its extension is in a chunk of its own before the usage; vLLM's metrics are beside it. */
function closingEvents(format: ResponseFormat, { sglext, usage, metrics }: Told): string {
  const extension = sglext ? format.closing({ sglext }) : '';
  return (
    extension + (usage ? format.closing({ usage, ...(metrics && { metrics }) }) : '') + doneEvent
  );
}

/** Answers with one JSON body at the end. */
export function wholeReply(res: ServerResponse, options: ReplyOptions): FaultyObserver {
  const { format, withTokenIds, toldAt } = options;
  const kindOf = kindsIn(format);
  const text = { content: '', reasoning: '' };
  const ids: number[] = [];
  const body = (reason: string, told: Told): string =>
    format.whole({ ...text, reason, tokenIds: withTokenIds ? ids : undefined, told });
  return {
    onToken(id, word) {
      const kind = kindOf(id);
      if (kind !== 'mark') text[kind] += word;
      if (withTokenIds) ids.push(id);
    },
    onEnd: (end) => sendJson(res, 200, body(end.finishReason, toldAt(end))),
    onError: (error) => sendError(res, error),
    onBreak(kind: BreakKind) {
      if (kind === 'reset') res.socket?.resetAndDestroy();
      if (kind === 'garbage') sendJson(res, 200, NOT_JSON);
      if (kind === 'truncate') sendJson(res, 200, body('', {}).slice(0, -2));
      if (kind === 'error-event') sendError(res, INJECTED);
    },
  };
}

/** Only chats are parsed: completions send the marks of reasoning as text. */
function kindsIn({ reasoning }: ResponseFormat): (id: number) => TokenKind {
  return reasoning ? reasoningParser() : () => 'content';
}

export function sendJson(res: ServerResponse, status: number, json: string): void {
  const body = Buffer.from(json);
  res.writeHead(status, { 'content-type': 'application/json', 'content-length': body.length });
  res.end(body);
}

export function sendError(res: ServerResponse, error: EngineError): void {
  sendJson(res, error.code, errorJson(error));
}

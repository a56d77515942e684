import type { ServerResponse } from 'node:http';
import type { EngineEnd } from '../engine.ts';
import type { BreakKind } from '../faults/fault-kinds.ts';
import type { FaultyObserver } from '../faults/faulty-submit.ts';
import { type EngineError, errorJson, serverError } from '../request-error.ts';
import { reasoningParser, type TokenKind } from '../thinking.ts';
import {
  doneEvent,
  type ResponseFormat,
  type UsageJson,
  type WholeAnswer,
} from './response-format.ts';

export interface ReplyOptions {
  readonly format: ResponseFormat;
  /** undefined: none is sent. */
  usageOf(end: EngineEnd): UsageJson | undefined;
}

const NOT_JSON = '{"id": chatcmpl\u0000';
const INJECTED = serverError('injected fault', 500);

/** Writes tokens as server-sent events: one write a token. The head is sent when the request is queued. */
export function streamReply(res: ServerResponse, options: ReplyOptions): FaultyObserver {
  const { format, usageOf } = options;
  const kindOf = kindsIn(format);
  let opening = format.first;
  return {
    onQueued() {
      res.writeHead(200, { 'content-type': 'text/event-stream; charset=utf-8' });
      res.flushHeaders();
    },
    onToken(id, text) {
      const kind = kindOf(id);
      if (kind === 'mark') return;
      const chunk =
        kind === 'reasoning'
          ? format.reasoning!(text)
          : format.before + JSON.stringify(text) + format.after;
      res.write(opening + chunk);
      opening = '';
    },
    onEnd(end) {
      const usage = usageOf(end);
      const usageEvent = usage ? format.usage(usage) : '';
      res.end(opening + format.finish(end.finishReason) + usageEvent + doneEvent);
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

/** Answers with one JSON body at the end. */
export function wholeReply(res: ServerResponse, options: ReplyOptions): FaultyObserver {
  const { format, usageOf } = options;
  const kindOf = kindsIn(format);
  const answer: WholeAnswer = { content: '', reasoning: '' };
  return {
    onToken(id, text) {
      const kind = kindOf(id);
      if (kind !== 'mark') answer[kind] += text;
    },
    onEnd(end) {
      sendJson(res, 200, format.whole(answer, end.finishReason, usageOf(end)));
    },
    onError: (error) => sendError(res, error),
    onBreak(kind: BreakKind) {
      if (kind === 'reset') res.socket?.resetAndDestroy();
      if (kind === 'garbage') sendJson(res, 200, NOT_JSON);
      if (kind === 'truncate') sendJson(res, 200, format.whole(answer, '', undefined).slice(0, -2));
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

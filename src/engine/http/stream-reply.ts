import type { ServerResponse } from 'node:http';
import type { AnswerEnding } from '../answer.ts';
import type { FaultyObserver } from '../faults/faulty-submit.ts';
import { errorJson } from '../request-error.ts';
import { logprobsJson, type TokenLogprob } from './logprobs.ts';
import {
  Choices,
  INJECTED,
  kindsOf,
  NOT_JSON,
  promptOf,
  type Reply,
  type ReplyOptions,
  sendError,
} from './reply.ts';
import { type ChunkDetails, doneEvent } from './response-format.ts';

/** Writes tokens as server-sent events: one write a token. The head is sent when the request is queued. */
export function streamReply(res: ServerResponse, options: ReplyOptions): Reply {
  const choices = new Choices(options);
  let opening = openingOf(options);
  /** Returns what comes before a chunk of the choice. */
  const open = (choice: number): string => {
    if (choices.first < 0) choices.first = choice;
    const before = opening;
    opening = '';
    return before;
  };
  return (choice) => {
    const chunks = chunksOf(choice, options);
    return {
      onQueued() {
        if (res.headersSent) return;
        res.writeHead(200, { 'content-type': 'text/event-stream; charset=utf-8' });
        res.flushHeaders();
      },
      onToken(id, text, _, ending) {
        const chunk = chunks.of(id, text, ending);
        if (chunk === undefined) return;
        res.write(opening === '' ? chunk : open(choice) + chunk);
      },
      onEnd(end) {
        const last = chunks.finish(end);
        const ends = choices.end(choice, end);
        if (!ends) {
          if (last) res.write(open(choice) + last);
          return;
        }
        const before = open(choice);
        const told = options.toldAt(ends, choices.first);
        res.end(before + last + options.format.closing(told) + doneEvent);
      },
      onError: (error) => choices.close(() => sendError(res, error)),
      onBreak: (kind) => {
        // Nothing comes any more, and nothing ends: the others go on saying nothing.
        if (kind === 'stall') return;
        choices.close(() => {
          // What was written in this turn goes out first.
          if (kind === 'reset') process.nextTick(() => res.socket?.resetAndDestroy());
          if (kind === 'garbage') res.end(`data: ${NOT_JSON}\n\n`);
          if (kind === 'truncate') res.end();
          if (kind === 'error-event') res.end(`data: ${errorJson(INJECTED)}\n\n${doneEvent}`);
        });
      },
    } satisfies FaultyObserver;
  };
}

function openingOf({ request, format, idOf, textOf }: ReplyOptions): string {
  const { n, prompts, returnsTokenIds, returnsPromptText, hasContinuousUsage } = request;
  const [{ tokens, echo }] = prompts as [(typeof prompts)[0]];
  const told = {
    promptTokenIds: returnsTokenIds ? Array.from(tokens, idOf) : undefined,
    promptText: returnsPromptText ? textOf(tokens) : undefined,
  };
  const usage = hasContinuousUsage ? { promptTokens: tokens.length, outputTokens: 0 } : undefined;
  const opening = format.opening(n, told, usage);
  if (request.api !== 'chat' || echo === undefined) return opening;
  const echoed = Array.from({ length: n }, (_, index) => {
    const { before } = format.choice(index);
    return `${before}${JSON.stringify(echo)}},"logprobs":null,"finish_reason":null}]}\n\n`;
  });
  return opening + echoed.join('');
}

interface Chunks {
  /** The chunk of a token; undefined for a mark of reasoning, which has none. */
  of(id: number, text: string, ending: AnswerEnding | undefined): string | undefined;
  /** The chunk that says how it ended, where no token's did. */
  finish(ending: AnswerEnding): string;
}

/** Subtle: once a token. What is the same for all tokens of a choice is made once. */
function chunksOf(choice: number, options: ReplyOptions): Chunks {
  const { request, format, logprobOf, idOf, piecesOf } = options;
  const { api, heldChars, hasContinuousUsage, includesUsage, returnsTokenIds } = request;
  const { tokens, echo } = promptOf(request, choice);
  const { before, plain, reasoning, rest } = format.choice(choice);
  const kindOf = kindsOf(request);
  let prefix = api === 'completions' ? echo : undefined;
  const isPlain =
    !logprobOf &&
    !hasContinuousUsage &&
    !returnsTokenIds &&
    heldChars === 0 &&
    prefix === undefined;
  /** Of marks of reasoning, which have no chunk of their own. */
  let ids: number[] = [];
  let [held, count, chars] = ['', 0, 0];
  let isEnded = false;
  let isFirst = true;

  const detailsOf = (
    told: readonly TokenLogprob[] | undefined,
    ending: AnswerEnding | undefined,
  ): ChunkDetails => {
    const hasIds = isFirst && api === 'completions' && (returnsTokenIds || echo !== undefined);
    const details = {
      logprobs: told && logprobsJson(api, told, chars),
      ...{ ending, isLast: ending !== undefined && !includesUsage },
      tokenIds: returnsTokenIds ? ids : undefined,
      promptTokenIds: hasIds ? Array.from(tokens, idOf) : undefined,
      usage: hasContinuousUsage ? { promptTokens: tokens.length, outputTokens: count } : undefined,
    };
    ids = [];
    isFirst = false;
    return details;
  };

  return {
    of(id, text, ending) {
      count++;
      const kind = kindOf(id);
      if (isPlain && kind === 'content' && ending === undefined) {
        return before + JSON.stringify(text) + plain;
      }
      if (returnsTokenIds) ids.push(idOf(id));
      if (kind === 'mark') return undefined;
      if (kind === 'reasoning') {
        const told = logprobOf && [logprobOf(id, text)];
        isEnded = ending !== undefined;
        return reasoning!(text) + rest(detailsOf(told, ending));
      }
      let said = request.isEchoOnly ? '' : text;
      if (heldChars > 0 || ending?.cutChars) {
        held += said;
        const end = held.length - (ending ? (ending.cutChars ?? 0) : heldChars);
        said = held.slice(0, Math.max(0, end));
        held = held.slice(Math.max(0, end));
      }
      const told = logprobOf && [
        ...(prefix === undefined ? [] : promptLogprobs(piecesOf(tokens))),
        ...(request.isEchoOnly ? [] : [logprobOf(id, text)]),
      ];
      said = (prefix ?? '') + said;
      prefix = undefined;
      isEnded = ending !== undefined;
      const chunk = before + JSON.stringify(said) + rest(detailsOf(told, ending));
      chars += said.length;
      return chunk;
    },
    finish(ending) {
      return isEnded ? '' : `${before}""${rest(detailsOf(undefined, ending))}`;
    },
  };
}

/** Nothing has drawn the tokens of a prompt. */
export function promptLogprobs(pieces: readonly string[]): TokenLogprob[] {
  return pieces.map((token) => ({ token, logprob: null, top: [] }));
}

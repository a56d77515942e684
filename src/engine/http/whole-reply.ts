import type { ServerResponse } from 'node:http';
import type { EngineEnd } from '../serving.ts';
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
  sendJson,
} from './reply.ts';
import type { WholeChoice } from './response-format.ts';
import { promptLogprobs } from './stream-reply.ts';

/** Answers with one JSON body at the end. */
export function wholeReply(res: ServerResponse, options: ReplyOptions): Reply {
  const { request, format } = options;
  const choices = new Choices(options);
  const said = request.engineRequests.map((_, choice) => saidOf(choice, options));
  const body = (ends: readonly EngineEnd[]): string => {
    const told = options.toldAt(ends, ends.length - 1);
    const whole = said.map((one, i) => one.whole(ends[i]!));
    return format.whole(whole, promptTold(options), told);
  };
  return (choice) => ({
    onToken: (id, word) => said[choice]!.add(id, word),
    onEnd(end) {
      const ends = choices.end(choice, end);
      if (ends) sendJson(res, 200, body(ends));
    },
    onError: (error) => choices.close(() => sendError(res, error)),
    onBreak(kind) {
      if (kind === 'stall') return;
      choices.close(() => {
        if (kind === 'reset') res.socket?.resetAndDestroy();
        if (kind === 'garbage') sendJson(res, 200, NOT_JSON);
        if (kind === 'truncate') sendJson(res, 200, brokenOff(options, said));
        if (kind === 'error-event') sendError(res, INJECTED);
      });
    },
  });
}

function promptTold({ request, idOf, textOf }: ReplyOptions) {
  const { tokens } = promptOf(request, 0);
  return {
    promptTokenIds: request.returnsTokenIds ? Array.from(tokens, idOf) : undefined,
    promptText: request.returnsPromptText ? textOf(tokens) : undefined,
  };
}

/** What has been said so far, without its end. */
function brokenOff(options: ReplyOptions, said: readonly Said[]): string {
  const whole = said.map((one) => one.whole({ finishReason: 'length' } as EngineEnd));
  return options.format.whole(whole, promptTold(options), {}).slice(0, -2);
}

interface Said {
  add(id: number, word: string): void;
  whole(end: EngineEnd): WholeChoice;
}

function saidOf(choice: number, options: ReplyOptions): Said {
  const { request, logprobOf, idOf, piecesOf } = options;
  const { api, returnsTokenIds, isEchoOnly } = request;
  const { tokens, echo } = promptOf(request, choice);
  const kindOf = kindsOf(request);
  const text = { content: '', reasoning: '' };
  const ids: number[] = [];
  const told: TokenLogprob[] = [];
  return {
    add(id, word) {
      const kind = kindOf(id);
      if (kind !== 'mark' && !isEchoOnly) text[kind] += word;
      if (returnsTokenIds) ids.push(idOf(id));
      if (logprobOf && !isEchoOnly) told.push(logprobOf(id, word));
    },
    whole(ending) {
      const { cutChars = 0 } = ending;
      const end = Math.max(0, text.content.length - cutChars);
      const content = (echo ?? '') + text.content.slice(0, end);
      const echoed = api === 'completions' && echo !== undefined;
      const all = echoed && logprobOf ? [...promptLogprobs(piecesOf(tokens)), ...told] : told;
      return {
        ...{ content, reasoning: text.reasoning, ending },
        logprobs: logprobOf && logprobsJson(api, all, 0),
        tokenIds: returnsTokenIds ? ids : undefined,
        promptTokenIds: returnsTokenIds ? Array.from(tokens, idOf) : undefined,
      };
    },
  };
}

import { SystemClock, VirtualClock } from '../../../src/base/clock.ts';
import { promptsOf } from '../../../src/engine/embedded.ts';
import { Engine } from '../../../src/engine/engine.ts';
import { startServer } from '../../../src/engine/http/server.ts';
import type { EngineOptions } from '../../../src/scenario/engine.ts';
import type { ScenarioInput } from '../../../src/scenario/schema.ts';
import { samplingSchema } from '../../../src/scenario/target.ts';
import { localTransport } from '../../../src/transport/local.ts';
import type { ChatRequest, Transport, Usage } from '../../../src/transport/transport.ts';
import { answerMessage } from '../../../src/user/session.ts';
import { Message } from '../../../src/workload/message.ts';
import { fleetOf, optionsOf, words, wordTokenizer } from '../../support/engine-rig.ts';
import { transportTo } from '../../transport/http-rig.ts';

export const ANSWER_TOKENS = 10;
export const QUESTION_TOKENS = 3;

/** What one turn came to. */
export interface Turn {
  readonly usage: Usage;
  readonly content: string;
  readonly reasoning: string;
  /** Kinds of the deltas, in order. */
  readonly kinds: readonly string[];
}

export interface Seam {
  ask(messages: readonly Message[]): Promise<Turn>;
  /** Lets time pass, where it is simulated. */
  wait(ms: number): void;
  close(): Promise<void>;
}

function request(messages: readonly Message[]): ChatRequest {
  const limits = { maxTokens: ANSWER_TOKENS, minTokens: ANSWER_TOKENS };
  return { userId: 1, sessionId: '1', turn: 0, messages, ...limits, cacheSalt: undefined };
}

function hear(transport: Transport, messages: readonly Message[]): Promise<Turn> {
  const text = { content: '', reasoning: '', tool: '' };
  const kinds: string[] = [];
  return new Promise((resolve, reject) => {
    transport.send(request(messages), {
      onSent: () => {},
      onReconnect: () => {},
      onDelta(kind, delta) {
        text[kind] += delta;
        kinds.push(kind);
      },
      onEnd: ({ usage }) => resolve({ usage: usage!, ...text, kinds }),
      onFail: (failure) => reject(new Error(failure.message)),
    });
  });
}

/** An engine in this process, on simulated time. */
export async function inProcess(options: Partial<EngineOptions>): Promise<Seam> {
  const clock = new VirtualClock();
  const engine = new Engine(clock, optionsOf(options), words);
  const transport = localTransport(engine, {
    prompts: promptsOf(wordTokenizer(), clock, engine.options),
    api: 'chat',
    sampling: samplingSchema.parse({}),
  });
  return {
    ask(messages) {
      const turn = hear(transport, messages);
      clock.run();
      return turn;
    },
    wait: (ms) => clock.run(clock.now() + ms),
    close: () => transport.close(),
  };
}

/** The same engine behind HTTP, on the wall clock. */
export async function overHttp(
  options: Partial<EngineOptions>,
  target: ScenarioInput['target'] = {},
): Promise<Seam> {
  const clock = new SystemClock();
  const all = optionsOf({ gpu: 'h100', apiMs: 0, model: 'm', ...options });
  const prompts = promptsOf(wordTokenizer(), clock, all);
  const server = await startServer(fleetOf(clock, all), { prompts });
  const transport = transportTo(server.url, target);
  return {
    ask: (messages) => hear(transport, messages),
    wait: () => {},
    close: () => server.close(),
  };
}

export interface Talk {
  readonly turns: number;
  readonly keepReasoning?: boolean;
  /** Before every turn but the first. */
  readonly pauseMs?: number;
}

/** A conversation in which every answer is sent back as the client of a run does it. */
export async function talk(seam: Seam, { turns, keepReasoning, pauseMs }: Talk): Promise<Turn[]> {
  const history: Message[] = [];
  const heard: Turn[] = [];
  for (let turn = 0; turn < turns; turn++) {
    if (turn > 0 && pauseMs) seam.wait(pauseMs);
    history.push(new Message('user', `what about ${'xyzuvw'[turn]}`));
    const answer = await seam.ask(history);
    heard.push(answer);
    history.push(answerMessage(answer.content, keepReasoning ? answer.reasoning : undefined));
  }
  return heard;
}

import { stream } from '../../base/random.ts';
import type { Agent, Conversation, Turn, Workload } from '../conversation.ts';
import { digestOf } from '../files/digest.ts';
import { Message } from '../message.ts';
import type { Corpus } from '../text/corpus.ts';
import { userMarks } from '../text/user-mark.ts';
import type { AgentTrace, InputFrom } from './agent-trace.ts';

/** What one agent will be asked in one round; what it is shown of earlier rounds comes before `turn.message`. */
export interface AgentRequest {
  readonly agent: Agent;
  readonly turn: Turn;
  readonly inputFrom: readonly InputFrom[];
}

/** All that one user's agents will be asked. Those of a round are asked at once. */
export interface AgentUser {
  readonly userId: number;
  readonly rounds: readonly (readonly AgentRequest[])[];
}

/** A workload of traces, one a user. Its `conversation` is the first request of the user alone. */
export interface AgentWorkload extends Workload {
  user(userId: number): AgentUser;
  /** How many rounds the user has. */
  rounds(userId: number): number;
  readonly conversations: number;
}

export interface AgentOptions {
  readonly seed: string | number;
  readonly corpus: Corpus;
  /** Of every agent's own prompt. */
  readonly promptTokens: number;
  /** From one round's launch to the next. */
  readonly intervalMs: number;
  /** User of the first trace; the others follow. */
  readonly firstUserId: number;
}

/** Traces with a prompt of real words for every request, which begins unlike every other one. */
export function agentWorkload(
  traces: readonly AgentTrace[],
  { seed, corpus, promptTokens, intervalMs, firstUserId }: AgentOptions,
): AgentWorkload {
  const markOf = userMarks(seed, corpus.leadWords);
  const firstMarks: number[] = [];
  let requests = 0;
  for (const { rounds } of traces) {
    firstMarks.push(requests);
    requests += rounds.reduce((sum, round) => sum + round.length, 0);
  }

  function user(userId: number): AgentUser {
    let mark = firstMarks[userId - firstUserId]!;
    const { rounds } = traces[userId - firstUserId]!;
    return {
      userId,
      rounds: rounds.map((round, index) =>
        round.map(({ agent: id, outputTokens, inputFrom }, place) => {
          const rng = stream(seed, 'user', userId, 'round', index, 'agent', id);
          const text = corpus.cut(rng, promptTokens, markOf(mark++));
          const message = new Message('user', text, { name: nameOf(id, index) });
          return {
            agent: { id, place },
            inputFrom,
            turn: {
              message,
              messageTokens: promptTokens,
              pauseMs: intervalMs,
              maxTokens: outputTokens,
              minTokens: undefined,
              recordedAnswer: undefined,
            },
          };
        }),
      ),
    };
  }

  return {
    user,
    rounds: (userId) => traces[userId - firstUserId]!.rounds.length,
    conversation: (userId) => requestConversation(userId, 0, user(userId).rounds[0]![0]!, []),
    conversations: traces.length,
    digest: digestOf(
      FORMAT,
      { seed, promptTokens, intervalMs, firstUserId },
      traces.map(({ rounds }) => rounds),
      corpus.digest,
    ),
    notes: [`traces: ${traces.length}, with ${requests} requests of agents`, ...corpus.notes],
  };
}

/** Changes whenever the same traces come to say other things. */
const FORMAT = 1;

/** As agentic-qa.py names who says a message, and when. */
export function nameOf(agent: number, round: number): string {
  return `agent${agent}-${round}`;
}

/** A request as a conversation that is at its last turn: `round` turns of the user's agents lie behind it. */
export function requestConversation(
  userId: number,
  round: number,
  { agent, turn }: AgentRequest,
  before: readonly Message[],
): Conversation {
  return {
    userId,
    agent,
    opening: [],
    sharedTokens: 0,
    turns: Array.from({ length: round + 1 }, () => ({ ...turn, before })),
    standInAnswer: () => new Message('assistant', ''),
  };
}

import { assign, createActor, forwardTo, fromCallback, setup } from 'xstate';
import { UNSENT } from '../record/record.ts';
import { type AgentUser, requestConversation } from '../workload/agents/agents.ts';
import { Exchanges } from './exchanges.ts';
import { Session } from './session.ts';
import { createUser } from './start.ts';
import { unsentRecord } from './turn-record.ts';
import { type UserActor, userMachine } from './user.ts';
import type { World } from './world.ts';

type AgentsEvent =
  | { type: 'round.ended'; hasFailed: boolean }
  | { type: 'run.draining' }
  | { type: 'run.cancelled' };

export interface AgentsInput {
  readonly user: AgentUser;
  /** When the first round is due. */
  readonly intendedMs: number;
}

/** Only `exchanges` changes in place. */
interface AgentsState extends AgentsInput {
  readonly round: number;
  readonly launchedMs: number;
  readonly exchanges: Exchanges;
}

export type AgentsMachine = ReturnType<typeof agentsMachine>;

/**
 * A user whose agents work together, round by round. All agents of a round are asked at once, each as a
 * user of one turn, with deadlines, retries and records like any other. The next round is due an interval
 * after the launch, and begins when all agents of this one have ended. After a failure no more rounds
 * follow, unless the policy is `skip`: then the agent has said nothing.
 */
// biome-ignore lint/complexity/noExcessiveLinesPerFunction: one state machine, read from top to bottom
export function agentsMachine(world: World, roundsOf: (userId: number) => number) {
  const { clock, gate, habits } = world;
  const agents = userMachine({
    ...world,
    record: (record, said) => world.record({ ...record, turns: roundsOf(record.userId) }, said),
  });

  const round = fromCallback<AgentsEvent, AgentsState>(({ input, sendBack, receive }) => {
    const { user, round, intendedMs, exchanges } = input;
    const requests = user.rounds[round]!;
    const live = new Set<UserActor>();
    let left = requests.length;
    let hasFailed = false;
    for (const request of requests) {
      const before = exchanges.messagesOf(request.inputFrom);
      const session = new Session(requestConversation(user.userId, round, request, before));
      const actor: UserActor = createUser(
        agents,
        clock,
        { session, turn: round, intendedMs },
        () => {
          live.delete(actor);
          const answer = session.lastAnswer;
          exchanges.add(request.agent.id, round, request.turn.message, answer);
          hasFailed ||= !answer;
          if (--left === 0) sendBack({ type: 'round.ended', hasFailed });
        },
      );
      live.add(actor);
      actor.start();
    }
    receive((event) => {
      if (event.type === 'round.ended') return;
      for (const actor of [...live]) actor.send(event);
    });
  });

  return setup({
    types: {} as { context: AgentsState; events: AgentsEvent; input: AgentsInput },
    actors: { round },
    delays: { untilDue: ({ context }) => Math.max(0, context.intendedMs - clock.now()) },
    guards: {
      isOver: ({ context }) => context.round >= context.user.rounds.length,
      isDraining: () => gate.isClosed,
      isDue: ({ context }) => context.intendedMs <= clock.now(),
      // What was cut off by the end of the run has not failed.
      isGoingOn: ({ event }) =>
        event.type === 'round.ended' &&
        (!event.hasFailed || habits.failure.policy === 'skip' || gate.isClosed),
    },
    actions: {
      noteLaunch: assign(() => ({ launchedMs: clock.now() })),
      planNextRound: assign(({ context }) => {
        const { user, launchedMs } = context;
        const round = context.round + 1;
        const pauseMs = user.rounds[round]?.[0]?.turn.pauseMs;
        const intendedMs = launchedMs + (pauseMs ?? 0);
        const lagMs = clock.now() - intendedMs;
        if (pauseMs !== undefined && lagMs > 0) world.lagging?.(user.userId, lagMs);
        return { round, intendedMs };
      }),
      recordUnsent: ({ context }, params: { reason: string; fromNext: boolean }) => {
        recordRoundsUnsent(world, context.user, params.reason, {
          round: context.round + (params.fromNext ? 1 : 0),
          intendedMs: params.fromNext ? undefined : context.intendedMs,
        });
      },
    },
  }).createMachine({
    id: 'agents',
    context: ({ input }) => ({
      ...input,
      round: 0,
      launchedMs: input.intendedMs,
      exchanges: new Exchanges(),
    }),
    initial: 'deciding',
    states: {
      deciding: {
        always: [
          { guard: 'isOver', target: 'finished' },
          { guard: 'isDraining', target: 'stopped' },
          { guard: 'isDue', target: 'asking' },
          { target: 'waiting' },
        ],
      },
      waiting: {
        after: { untilDue: 'asking' },
        on: { 'run.draining': 'stopped', 'run.cancelled': 'stopped' },
      },
      asking: {
        entry: 'noteLaunch',
        invoke: { id: 'round', src: 'round', input: ({ context }) => context },
        on: {
          'round.ended': [
            { guard: 'isGoingOn', target: 'deciding', actions: 'planNextRound' },
            { target: 'abandoned' },
          ],
          'run.draining': { actions: forwardTo('round') },
          'run.cancelled': { actions: forwardTo('round') },
        },
      },
      finished: { type: 'final' },
      abandoned: {
        type: 'final',
        entry: { type: 'recordUnsent', params: { reason: UNSENT.abandoned, fromNext: true } },
      },
      stopped: {
        type: 'final',
        entry: { type: 'recordUnsent', params: { reason: UNSENT.stopped, fromNext: false } },
      },
    },
  });
}

/** Records the requests of these rounds and all that follow; the first may have been due already. */
export function recordRoundsUnsent(
  world: World,
  { userId, rounds }: AgentUser,
  reason: string,
  from: { readonly round: number; readonly intendedMs: number | undefined },
): void {
  for (let round = from.round; round < rounds.length; round++) {
    for (const request of rounds[round]!) {
      const session = new Session(requestConversation(userId, round, request, []));
      const intendedMs = round === from.round ? from.intendedMs : undefined;
      const record = unsentRecord(world, session, round, reason, intendedMs);
      world.record({ ...record, turns: rounds.length });
    }
  }
}

/** A user of agents as the root of its own actor system, not yet started. `onOver` is called once, after its last record. */
export function createAgents(
  machine: AgentsMachine,
  world: World,
  input: AgentsInput,
  onOver: () => void,
) {
  const user = createActor(machine, { clock: world.clock, input });
  user.subscribe({
    complete: onOver,
    // As with any user: this is our bug, and stops the run loudly.
    error(error) {
      throw error;
    },
  });
  return user;
}

import { expect } from 'vitest';
import { VirtualClock } from '../../src/base/clock.ts';
import type { TurnRecord } from '../../src/record/record.ts';
import { type Run, type RunAccount, type RunEnd, startRun } from '../../src/run/run.ts';
import { parseScenario } from '../../src/scenario/load.ts';
import type { Scenario, ScenarioInput } from '../../src/scenario/schema.ts';
import type { ChatRequest, ResponseObserver, Transport } from '../../src/transport/transport.ts';
import { type Hand, startCrew } from '../../src/workers/crew.ts';
import type { FromWorker, ToWorker } from '../../src/workers/messages.ts';
import { partitionOf } from '../../src/workers/partition.ts';
import { type Member, memberOf } from '../../src/workers/together.ts';
import { smallWorkload } from './small-workload.ts';

export interface CrewPlayed {
  readonly scenario: Scenario;
  readonly records: readonly TurnRecord[];
  readonly end: RunEnd;
  readonly account: RunAccount;
  /** Messages that went either way, by kind. */
  readonly messages: ReadonlyMap<string, number>;
  readonly lost: readonly string[];
}

export interface CrewOptions {
  readonly workers: number;
  /** How long a message is under way. */
  readonly delayMs?: () => number;
  readonly transport: (clock: VirtualClock, scenario: Scenario) => Transport;
  readonly arrivalsMs?: readonly number[];
  /** May set timers, for interrupts and kills. */
  readonly meanwhile?: (clock: VirtualClock, run: Run, kill: (worker: number) => void) => void;
}

/** Workers that are functions of this process, on one virtual clock; messages are under way for a while. */
export function playByCrew(
  input: ScenarioInput,
  { workers, delayMs = () => 0, transport: open, arrivalsMs, meanwhile }: CrewOptions,
): CrewPlayed {
  const scenario = parseScenario(input);
  const clock = new VirtualClock();
  const transport = open(clock, scenario);
  const workload = { ...smallWorkload(scenario), ...(arrivalsMs && { arrivalsMs }) };
  const records: TurnRecord[] = [];
  const lost: string[] = [];
  const messages = new Map<string, number>();
  const ended: { end: RunEnd; account: RunAccount }[] = [];
  const kills: (() => void)[] = [];
  const count = (type: string) => messages.set(type, (messages.get(type) ?? 0) + 1);
  /** What is sent arrives in its order. */
  const wire = <Message extends { readonly type: string }>(arrive: (message: Message) => void) => {
    let atMs = 0;
    return (message: Message) => {
      count(message.type);
      atMs = Math.max(atMs, clock.now() + delayMs());
      clock.setTimeout(() => arrive(message), atMs - clock.now());
    };
  };

  function hand(index: number): Hand {
    let isAlive = true;
    let hear = (_: FromWorker): void => {};
    let lose = (_: string): void => {};
    let member: Member | undefined;
    let run: Run | undefined;
    const say = wire<FromWorker>((message) => isAlive && hear(message));
    const send = (message: FromWorker) => isAlive && say(message);
    const own = mortal(transport, () => isAlive);
    const begin = (atMs: number): void => {
      const partition = partitionOf(scenario, index, workers);
      const share = { ...scenario, population: { ...scenario.population, partition } };
      member = memberOf(share, clock, atMs, send);
      run = startRun({
        ...{ scenario: share, clock, workload, together: member },
        transport: own.transport,
        record: (record) => isAlive && send({ type: 'records', records: [record] }),
        onDone: (end, account) => send({ type: 'done', end, account }),
      });
    };
    const tell = wire<ToWorker>((message) => {
      if (!isAlive) return;
      if (message.type === 'start') {
        clock.setTimeout(() => isAlive && begin(message.atMs), message.atMs - clock.now());
      } else if (message.type === 'stop') run?.interrupt(message.by);
      else if (message.type === 'abort') run?.abort();
      else expect(member?.told(message)).toBe(true);
    });
    const kill = (): void => {
      isAlive = false;
      own.die();
      lose('killed');
    };
    kills.push(kill);
    return {
      send: tell,
      listen: (listener) => {
        hear = listener;
      },
      onLost: (listener) => {
        lose = listener;
      },
      kill,
    };
  }

  const run = startCrew({
    ...{ scenario, clock, workload, leadMs: 20 },
    hands: Array.from({ length: workers }, (_, index) => hand(index)),
    record: (record) => records.push(record),
    onDone: (end, account) => ended.push({ end, account }),
    onLost: (index, why) => lost.push(`${index} ${why}`),
  });
  meanwhile?.(clock, run, (worker) => kills[worker]!());
  clock.run();
  expect(ended).toHaveLength(1);
  return { scenario, records, messages, lost, ...ended[0]! };
}

/** A process that is gone hears nothing of its answers: its connections end with it. */
function mortal(transport: Transport, isAlive: () => boolean) {
  const cancels = new Set<() => void>();
  return {
    die() {
      for (const cancel of cancels) cancel();
    },
    transport: {
      send(request: ChatRequest, observer: ResponseObserver) {
        if (!isAlive()) return () => {};
        const cancel = transport.send(request, {
          onSent: (...told) => isAlive() && observer.onSent(...told),
          onReconnect: () => isAlive() && observer.onReconnect(),
          onDelta: (...told) => isAlive() && observer.onDelta(...told),
          onEnd: (...told) => isAlive() && observer.onEnd(...told),
          onFail: (...told) => isAlive() && observer.onFail(...told),
        });
        cancels.add(cancel);
        return cancel;
      },
      close: () => transport.close(),
    },
  };
}
